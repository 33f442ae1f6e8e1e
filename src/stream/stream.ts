import type { EventStream } from './event-stream.ts';
import { iterate } from './iterate.ts';
import { inside, type Origin } from './origin.ts';
import { subscribe } from './subscribe.ts';

/** Puts the public face on a source or on what an operator made of one. */
export function toStream<T>(origin: Origin<T>): EventStream<T> {
  const stream: EventStream<T> = {
    subscribe: (next, options) => subscribe(origin, next, options),
    iterate: (options) => iterate(origin, options),
    [Symbol.asyncIterator]: () => iterate(origin),
    toReadableStream(options) {
      let iterator: AsyncIterableIterator<T> | undefined;
      return new ReadableStream<T>(
        {
          async pull(controller) {
            iterator ??= iterate(origin, options);
            const result = await iterator.next();
            if (result.done) controller.close();
            else controller.enqueue(result.value);
          },
          async cancel() {
            await iterator?.return?.();
          },
        },
        // Nothing is read ahead: an event that waits in the queue of a web stream would count as taken.
        { highWaterMark: 0 },
      );
    },
    on: origin.on,
    ready: (options) => origin.ready(options?.signal),
    stats: origin.stats,
    close: origin.close,
    // Safari 16.4 and Chromium 103 do not know the symbol.
    [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: origin.close,
  };
  return Object.defineProperty(stream, inside, { value: origin });
}
