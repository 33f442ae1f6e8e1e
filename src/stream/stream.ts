import type { EventStream, WatchOptions } from './event-stream.ts';
import { iterate } from './iterate.ts';
import { inside, type Origin } from './origin.ts';
import { subscribe } from './subscribe.ts';

/** The events as a web stream. */
function toReadableStream<T>(origin: Origin<T>, options: WatchOptions | undefined): ReadableStream<T> {
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
}

/**
 * The functions of every stream. Each is made when it is asked for, so that an idle stream has none and `const { close } = stream` works. Whoever
 * wraps a stream may put his own in the place of one.
 */
const face = ((): object => {
  const close = (origin: Origin<unknown>) => origin.close();
  const functions: Record<PropertyKey, (origin: Origin<unknown>, ...given: never[]) => unknown> = {
    subscribe,
    iterate,
    [Symbol.asyncIterator]: iterate,
    toReadableStream,
    on: (origin, name, listener) => origin.on(name, listener),
    ready: (origin, options?: { signal?: AbortSignal }) => origin.ready(options?.signal),
    stats: (origin) => origin.stats(),
    close,
    // Safari 16.4 and Chromium 103 do not know the symbol.
    [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: close,
  };
  const made = {};
  for (const name of Reflect.ownKeys(functions))
    Object.defineProperty(made, name, {
      get() {
        return functions[name]?.bind(undefined, this[inside]);
      },
      set(value) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true });
      },
    });
  return made;
})();

/** Puts the public face on a source or on what an operator made of one. */
export const toStream = <T>(origin: Origin<T>): EventStream<T> => Object.create(face, { [inside]: { value: origin } });
