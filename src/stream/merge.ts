import type { TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import { derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { threw } from './signals.ts';
import { toStream } from './stream.ts';

/** Many streams as one, which more can be added to. */
export interface MergedStream<T> extends EventStream<T> {
  /**
   * Adds a source, also while the stream is watched. The returned function takes it out again; what it delivered before is
   * still taken.
   */
  add(stream: EventStream<T>): Stop;
}

/** What `merge` can be told. */
export interface MergeOptions<T> {
  /**
   * What happens when one of several sources ends: the others go on, the merged stream ends too, or your function is told which
   * it was and the others go on.
   * @default 'continue'
   */
  onSourceEnd?: 'continue' | 'end' | ((stream: EventStream<T>, error: TipstreamError | undefined) => void) | undefined;
}

/**
 * Many streams as one, in the order of arrival. It goes on when one of them ends, and passes on that one's `status` and `error`,
 * which say which it was; it ends with the last, and in an error only when all did. Made of none, it waits for `add`.
 *
 * @example
 * ```ts
 * import { merge, createSource } from 'tipstream';
 * const a = createSource<string>({ platform: 'a' });
 * const b = createSource<string>({ platform: 'b' });
 * merge(a.stream, b.stream).subscribe((event) => console.log(event));
 * ```
 */
export function merge<T>(...streams: EventStream<T>[]): MergedStream<T>;
export function merge<T>(streams: Iterable<EventStream<T>>, options?: MergeOptions<T>): MergedStream<T>;
export function merge<T>(
  first?: EventStream<T> | Iterable<EventStream<T>>,
  second?: EventStream<T> | MergeOptions<T>,
  ...rest: EventStream<T>[]
): MergedStream<T> {
  const many = first !== undefined && Symbol.iterator in first;
  const all: EventStream<T>[] = many
    ? [...first]
    : [first, second as EventStream<T> | undefined, ...rest].filter((stream) => stream !== undefined);
  const { onSourceEnd } = (many && (second as MergeOptions<T> | undefined)) || {};
  const origin = derive<T, T>(all, (self) => {
    /** What ended, by its place, and with which error. */
    const ended = new Map<number, TipstreamError | undefined>();
    const endWithLast = (): void => {
      if (ended.size === 0 || self.sources.some((index) => !ended.has(index))) return;
      const errors = [...ended.values()];
      self.end(errors.every(Boolean) ? errors.at(-1) : undefined);
    };
    return {
      next: (event, ticket) => self.give(event, ticket),
      end(error, index) {
        ended.set(index, error);
        const stream = all[index];
        if (onSourceEnd === 'end') return self.end(error);
        try {
          if (typeof onSourceEnd === 'function' && stream) onSourceEnd(stream, error);
        } catch (cause) {
          self.emit('error', threw('onSourceEnd', cause));
        }
        endWithLast();
      },
      removed(index) {
        if (!ended.has(index)) endWithLast();
      },
    };
  });
  return Object.assign(toStream(origin), {
    add(stream: EventStream<T>) {
      const stop = origin.add(stream);
      all.push(stream);
      return stop;
    },
  });
}
