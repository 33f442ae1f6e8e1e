import { TipstreamError } from '../core/errors.ts';
import { derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { originOf } from './origin.ts';
import { toStream } from './stream.ts';
import { isLeft, type Ticket } from './ticket.ts';

/** What makes two events the same. */
export interface DedupeOptions<T> {
  /**
   * The key of an event; one without a key passes.
   * @default the event's `id`
   */
  by?: ((event: T) => string | undefined) | undefined;
  /**
   * How long a key is remembered, in milliseconds from the event that passed.
   * @default for the last 4,000 keys at least, however long ago
   */
  within?: number | undefined;
}

/** Keys are remembered in two generations of this many, or of `within` milliseconds. */
const generationSize = 4_000;

interface Seen {
  at: number;
  /** Which arrival at the source it was; `undefined` when only observers watched. */
  sequence: number | undefined;
  /** Where whoever put it in may take it back and deliver it again: what became of it. */
  ticket: Ticket | undefined;
}

/**
 * Drops an event whose key has passed before; what is dropped counts as taken. Ids are exact and the library drops re-deliveries by itself:
 * use this for sources that overlap, or with a key of your own. Two equal tips are two tips, so choose `by` with care.
 *
 * @throws {TipstreamError} `CONFIG` when `within` is no time.
 *
 * @example
 * ```ts
 * import { createSource, dedupe, seconds } from 'tipstream';
 * const source = createSource<{ id: string; text: string }>({ platform: 'my-shop' });
 * const calm = dedupe(source.stream, { by: (event) => event.text, within: seconds(5) });
 * calm.subscribe((event) => console.log(event.text));
 * ```
 */
export function dedupe<T extends { id: string }>(stream: EventStream<T>, options?: DedupeOptions<T>): EventStream<T>;
export function dedupe<T>(
  stream: EventStream<T>,
  options: DedupeOptions<T> & { by: (event: T) => string | undefined },
): EventStream<T>;
export function dedupe<T>(stream: EventStream<T>, options: DedupeOptions<T> = {}): EventStream<T> {
  const { by = (event: T) => (event as { id?: string }).id, within } = options;
  if (within !== undefined && !(within > 0))
    throw new TipstreamError({ code: 'CONFIG', message: `dedupe: within ${within} ms is no time; give more than 0` });
  const { clock } = originOf(stream);
  let young = new Map<string, Seen>();
  let old = new Map<string, Seen>();
  let began = 0;

  /** Remembers the key, unless it is remembered. */
  const isNew = (key: string, ticket: Ticket | undefined): boolean => {
    const now = clock.now();
    if (within === undefined ? young.size >= generationSize : now - began >= within) {
      old = young;
      young = new Map();
      began = now;
    }
    const known = young.get(key) ?? old.get(key);
    const seen = known && now - known.at < (within ?? Number.POSITIVE_INFINITY) ? known : undefined;
    if (
      seen &&
      // The event that a watcher left is offered once more: it is no duplicate of itself.
      !(ticket?.again && (seen.sequence ?? ticket.sequence) === ticket.sequence) &&
      // Nobody took it, and whoever put it in was told so: this is its re-delivery.
      !(seen.ticket?.holds === 0 && isLeft(seen.ticket))
    )
      return false;
    // Of any other, a ticket would only keep the answer that it came with in memory.
    const returnable = ticket?.owner?.left ? ticket : undefined;
    young.set(key, { at: now, ...seen, sequence: ticket?.sequence, ticket: returnable });
    return true;
  };

  return toStream(
    derive<T, T>([stream], (self) => ({
      next(event, ticket) {
        const key = by(event);
        if (key === undefined || isNew(key, ticket)) self.give(event, ticket);
        else self.counters.duplicates += 1;
      },
    })),
  );
}
