import type { Clock, Stop } from '../core/time.ts';
import { createDelivery } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import { createHub, type Hub } from './hub.ts';
import type { Received } from './pages.ts';
import type { TipEvent } from './tip-event.ts';
import { isWire, type ReadTip, randomId } from './tip-wire.ts';
import { unpack } from './unpack.ts';
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

/**
 * Makes a push stream.
 *
 * @param watched - Told when somebody begins to watch, with what puts one event into the stream that is not of the wire; what it returns is called after
 *   the last watcher left.
 */
export function pushStream(
  { readTip, eventId, warn, ...parts }: PushParts,
  { channel, ...view }: PushOptions,
  watched: (hub: Hub<Received<unknown>>, deliver: (event: Received<unknown>) => Promise<void>) => Stop,
): PushStream {
  const hub: Hub<Received<unknown>> = createHub({
    ...parts,
    channel,
    patient: false,
    start: () => watched(hub, deliver),
  });
  const deliver = createDelivery(hub, { id: ({ id }) => id, unwatched: 'reject' });
  return Object.assign(tipsOf(hub, readTip, view, warn), {
    async feed(payload: unknown) {
      const page = randomId();
      const at = hub.clock.now();
      hub.succeeded();
      const sent = unpack(payload).map((event, index) => {
        const id = eventId(event);
        // A relay may bring the events of several rooms, each of which counts for itself.
        const room = isWire(event) && (isWire(event.object) ? event.object : event).broadcaster;
        return deliver({ event, id: id ? `${id} ${room}` : `${page}-${index}`, at });
      });
      // All are offered before one that was refused is told of.
      await Promise.allSettled(sent);
      await Promise.all(sent);
    },
  });
}
