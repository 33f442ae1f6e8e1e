import type { Clock } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import { originOf } from './origin.ts';
import type { Received } from './pages.ts';
import { createSource } from './source.ts';
import type { TipEvent } from './tip-event.ts';
import { type ReadTip, randomId, unpack } from './tip-wire.ts';
import { type TipView, tipsOf } from './views.ts';

/** What `push()` takes. */
export interface PushOptions extends TipView {
  /** Whose room the payloads come from, where they do not say. */
  channel?: string | undefined;
}

/** A stream of what is fed to it. */
export interface PushStream extends EventStream<TipEvent> {
  /**
   * Takes a payload as it came: one event, a list, a page with `events`, a frame, or these as text, a line each. Resolves
   * when every watcher took what was in it, so a webhook answers 200 only then. What cannot be read is told as `invalid`.
   *
   * @throws TipstreamError `CONSUMER` when nobody watches
   */
  feed(payload: unknown): Promise<void>;
}

/** What a push stream stands on. */
export interface PushParts {
  platform: string;
  clock: Clock;
  readTip: ReadTip;
  eventId(event: unknown): string | undefined;
  warn(text: string): void;
}

/** Makes a push stream; `send` puts one event into it that is not of the wire. */
export function pushStream(
  { platform, clock, readTip, eventId, warn }: PushParts,
  { channel, ...view }: PushOptions,
): { stream: PushStream; send(event: unknown, id: string): Promise<void> } {
  const source = createSource<Received<unknown>>({
    platform,
    channel,
    clock,
    id: ({ id }) => id,
    unwatched: 'reject',
  });
  const send = (event: unknown, id: string): Promise<void> => source.push({ event, id, at: clock.now() });
  const tips = tipsOf(originOf(source.stream), readTip, view, warn);
  const stream = Object.assign(tips, {
    async feed(payload: unknown) {
      const page = randomId();
      const sent = unpack(payload).map((event, index) => send(event, eventId(event) ?? `${page}-${index}`));
      // All are offered before one that was refused is told of.
      for (const result of await Promise.allSettled(sent)) if (result.status === 'rejected') throw result.reason;
    },
  });
  return { stream, send };
}
