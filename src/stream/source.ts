import type { TipstreamError } from '../core/errors.ts';
import { type Clock, type Stop, systemClock } from '../core/time.ts';
import { createDelivery } from './delivery.ts';
import type { EventStream, StreamGap, StreamState } from './event-stream.ts';
import { createHub } from './hub.ts';
import { threw } from './signals.ts';
import { toStream } from './stream.ts';

/** What a source of your own is made of. */
export interface SourceOptions<T> {
  /** Names the source in `status`, `gap` and errors. */
  platform: string;
  /** Whose room it is, for `status` and `gap`. */
  channel?: string | undefined;
  /** The id of an event. With it, a re-delivery is dropped, and answered like the delivery that it repeats. */
  id?: ((event: T) => string | undefined) | undefined;
  /** Called when somebody begins to watch; what it returns is called after the last watcher left. */
  start?: ((source: Source<T>) => Stop | undefined) | undefined;
  /**
   * What happens to an event that nobody watches, or that the last watcher left: it waits for the next watcher, or its
   * `push` rejects with `CONSUMER` and whoever pushed delivers it again.
   * @default 'keep'
   */
  unwatched?: 'keep' | 'reject' | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
}

/** A stream and the hand that feeds it. */
export interface Source<T> {
  readonly stream: EventStream<T>;
  /**
   * Offers an event to every watcher and resolves when all have taken it, so a webhook handler that awaits it answers 200
   * only then.
   *
   * @throws {TipstreamError} `CONSUMER` when nobody watches and the source was made with `unwatched: 'reject'`.
   */
  push(event: T): Promise<void>;
  /** Reports a failure; a fatal one ends the stream with it. */
  fail(error: TipstreamError): void;
  /** Ends the stream. */
  end(): void;
  /** Says that events may be missing. */
  gap(gap: Omit<StreamGap, 'platform' | 'to'>): void;
  /** Says what the source is doing. The first `live` is what `ready()` waits for, where no event came before. */
  status(state: StreamState, reason?: string): void;
}

const nothing = (): void => {};
// A function that stands by itself holds no source in memory.
const nothingStarts = (): Stop => nothing;

/**
 * A stream of your own events, for a platform or a webhook that this library does not know.
 *
 * @example
 * ```ts
 * import { createSource } from 'tipstream';
 * const source = createSource<{ id: string; text: string }>({ platform: 'my-shop', id: (event) => event.id });
 * source.stream.subscribe((event) => console.log(event.text));
 * await source.push({ id: '1', text: 'hello' });
 * ```
 */
export function createSource<T>(options: SourceOptions<T>): Source<T> {
  const { platform, channel, clock = systemClock, start } = options;
  const hub = createHub<T>({
    platform,
    channel,
    clock,
    patient: false,
    start: start
      ? () => {
          const stop = start(source);
          return () => {
            try {
              stop?.();
            } catch (cause) {
              // Whoever leaves gives back what he has, whatever the app's own function does.
              hub.emit('error', threw('what ends a source', cause));
            }
          };
        }
      : nothingStarts,
  });
  const deliver = createDelivery(hub, options);
  const source: Source<T> = {
    stream: toStream(hub),
    push(event) {
      hub.succeeded();
      return deliver(event);
    },
    fail(error) {
      hub.emit('error', error);
      if (error.fatal) hub.end(error);
    },
    end: () => hub.end(),
    gap: (gap) => hub.gap(gap),
    status(state, reason) {
      if (state === 'live') hub.succeeded();
      hub.status(state, { reason });
    },
  };
  return source;
}
