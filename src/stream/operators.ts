import { TipstreamError } from '../core/errors.ts';
import { derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { toStream } from './stream.ts';

/**
 * The events for which `test` says yes; the others count as taken.
 *
 * @example
 * ```ts
 * import { createSource, filter } from 'tipstream';
 * const source = createSource<number>({ platform: 'numbers' });
 * filter(source.stream, (n) => n > 10).subscribe((n) => console.log(n));
 * await source.push(11);
 * ```
 */
export function filter<A, B extends A>(stream: EventStream<A>, test: (event: A) => event is B): EventStream<B>;
export function filter<A>(stream: EventStream<A>, test: (event: A) => boolean): EventStream<A>;
export function filter<A>(stream: EventStream<A>, test: (event: A) => boolean): EventStream<A> {
  return toStream(
    derive<A, A>([stream], (self) => ({ next: (event, ticket) => test(event) && self.give(event, ticket) })),
  );
}

/**
 * Each event as `change` makes it; taken when what was made of it is taken.
 *
 * @example
 * ```ts
 * import { createSource, map } from 'tipstream';
 * const source = createSource<number>({ platform: 'numbers' });
 * map(source.stream, (n) => `${n} tokens`).subscribe((text) => console.log(text));
 * await source.push(11);
 * ```
 */
export function map<A, B>(stream: EventStream<A>, change: (event: A) => B): EventStream<B> {
  return toStream(derive<A, B>([stream], (self) => ({ next: (event, ticket) => self.give(change(event), ticket) })));
}

/**
 * The first `count` events. A loop over it ends with all of them taken; the source is left at once, and what it delivers
 * afterwards waits for the next watcher.
 *
 * @throws {TipstreamError} `CONFIG` when `count` is no whole number from 1 on.
 */
export function take<A>(stream: EventStream<A>, count: number): EventStream<A> {
  if (!(Number.isInteger(count) && count > 0)) {
    const message = `take: ${count} is no number of events; give a whole number from 1 on`;
    throw new TipstreamError({ code: 'CONFIG', message });
  }
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

/**
 * The events until `signal` aborts. What was offered before is still taken; a loop over it ends without a throw.
 */
export function takeUntil<A>(stream: EventStream<A>, signal: AbortSignal): EventStream<A> {
  return toStream(
    derive<A, A>([stream], (self) => {
      const end = (): void => self.end();
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      return {
        next: (event, ticket) => self.give(event, ticket),
        stop: () => signal.removeEventListener('abort', end),
      };
    }),
  );
}
