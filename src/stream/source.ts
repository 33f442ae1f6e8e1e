import { TipstreamError } from '../core/errors.ts';
import { type Clock, type Stop, systemClock } from '../core/time.ts';
import type { EventStream, StreamGap, StreamState } from './event-stream.ts';
import { createHub } from './hub.ts';
import { createMemory } from './memory.ts';
import { toStream } from './stream.ts';
import type { TicketOwner } from './ticket.ts';

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
  const { platform, channel, clock = systemClock, unwatched = 'keep' } = options;
  const memory = options.id && createMemory();
  /** Deliveries under way, by id: a re-delivery waits for the same answer. */
  const open = new Map<string, Promise<void>>();
  const hub = createHub<T>({
    platform,
    channel,
    clock,
    patient: false,
    start: () => options.start?.(source) ?? (() => {}),
  });
  const source: Source<T> = {
    stream: toStream(hub),
    push(event) {
      const id = options.id?.(event);
      const again = id !== undefined && open.get(id);
      if (again || (id !== undefined && memory?.has(id))) {
        hub.counters.duplicates += 1;
        return again || Promise.resolve();
      }
      hub.succeeded();
      let pending = true;
      const delivery = new Promise<void>((resolve, reject) => {
        if (hub.watchers === 0 && unwatched === 'reject') {
          pending = false;
          return reject(nobody(platform));
        }
        const owner: TicketOwner = {
          taken() {
            pending = false;
            if (id !== undefined) {
              open.delete(id);
              memory?.add(id);
            }
            resolve();
          },
          left() {
            if (unwatched === 'keep') return false;
            pending = false;
            if (id !== undefined) open.delete(id);
            reject(nobody(platform));
            return true;
          },
        };
        hub.counters.lastEventAt = clock.now();
        hub.push(event, owner);
      });
      if (pending && id !== undefined) open.set(id, delivery);
      // Whoever does not look at the answer is not punished with an unhandled rejection.
      delivery.catch(() => {});
      return delivery;
    },
    fail(error) {
      hub.error(error);
      if (error.fatal) hub.end(error);
    },
    end: () => hub.end(),
    gap: (gap) => hub.emit('gap', { platform, ...(channel !== undefined && { channel }), to: clock.now(), ...gap }),
    status(state, reason) {
      if (state === 'live') hub.succeeded();
      hub.status(state, reason === undefined ? {} : { reason });
    },
  };
  return source;
}

const nobody = (platform: string): TipstreamError =>
  new TipstreamError({
    code: 'CONSUMER',
    platform,
    message: `${platform}: nobody watches, so the event was not taken; watch the stream first, then deliver it again`,
    retryable: true,
    fatal: false,
  });
