import { TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import { type Derived, derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { toStream } from './stream.ts';
import { hold, refuse, type Ticket } from './ticket.ts';

/**
 * Runs an operator's function on one event. Where it throws, a source with a checkpoint ends with `CONSUMER` and keeps the event;
 * another one reports it as `failed` and goes on.
 */
function guard<A, T>(
  self: Derived<T>,
  run: (event: A, ticket: Ticket | undefined) => void,
): (event: A, ticket: Ticket | undefined) => void {
  return (event, ticket) => {
    try {
      run(event, ticket);
    } catch (cause) {
      const error = new TipstreamError({
        code: 'CONSUMER',
        message: "an operator's function threw; mend it and watch again",
        cause,
        fatal: self.durable,
      });
      self.emit('error', error);
      if (!self.durable) return;
      hold(ticket);
      self.end(error);
      refuse(ticket);
    }
  };
}

/** The events for which `test` says yes; the others count as taken. */
export function filter<A, B extends A>(stream: EventStream<A>, test: (event: A) => event is B): EventStream<B>;
export function filter<A>(stream: EventStream<A>, test: (event: A) => boolean): EventStream<A>;
export function filter<A>(stream: EventStream<A>, test: (event: A) => boolean): EventStream<A> {
  return toStream(
    derive<A, A>([stream], (self) => ({
      next: guard(self, (event, ticket) => test(event) && self.give(event, ticket)),
    })),
  );
}

/** Each event as `change` makes it; taken when what was made of it is taken. */
export function map<A, B>(stream: EventStream<A>, change: (event: A) => B): EventStream<B> {
  return toStream(
    derive<A, B>([stream], (self) => ({ next: guard(self, (event, ticket) => self.give(change(event), ticket)) })),
  );
}

/** The first `count` events. A loop over it ends with all of them taken; the source is left at once. */
export function take<A>(stream: EventStream<A>, count: number): EventStream<A> {
  if (!(Number.isInteger(count) && count > 0))
    throw new TipstreamError({
      code: 'CONFIG',
      message: `take: ${count} is no number of events; give a whole number from 1 on`,
    });
  return toStream(
    derive<A, A>([stream], (self) => {
      let left = count;
      return {
        stateful: true,
        next(event, ticket) {
          left -= 1;
          self.give(event, ticket);
          if (left === 0) self.end();
        },
      };
    }),
  );
}

/** The events until `signal` aborts. What was offered before is still taken; a loop over it ends without a throw. */
export function takeUntil<A>(stream: EventStream<A>, signal: AbortSignal): EventStream<A> {
  return toStream(
    derive<A, A>([stream], (self) => {
      const end = (): void => self.end();
      if (signal.aborted) queueMicrotask(end);
      else signal.addEventListener('abort', end, { once: true });
      return {
        next: (event, ticket) => self.give(event, ticket),
        stop: () => signal.removeEventListener('abort', end),
      };
    }),
  );
}

/** Many streams as one, which more can be added to. */
export interface MergedStream<T> extends EventStream<T> {
  /** Adds a source, also while the stream is watched. The returned function takes it out again. */
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
 * Many streams as one, in the order of arrival. It goes on when one of them ends, says which in `status`, ends with the last,
 * and ends in an error only when all did.
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
  const options = many ? (second as MergeOptions<T> | undefined) : undefined;
  const origin = derive<T, T>(all, (self) => {
    const errors: (TipstreamError | undefined)[] = [];
    const ended = new Set<number>();
    return {
      next: (event, ticket) => self.give(event, ticket),
      end(error, index) {
        ended.add(index);
        errors.push(error);
        const stream = all[index];
        if (typeof options?.onSourceEnd === 'function' && stream) options.onSourceEnd(stream, error);
        if (options?.onSourceEnd === 'end' || ended.size === all.length)
          self.end(errors.every(Boolean) ? error : undefined);
      },
    };
  });
  return Object.assign(toStream(origin), {
    add(stream: EventStream<T>) {
      all.push(stream);
      return origin.add(stream);
    },
  });
}
