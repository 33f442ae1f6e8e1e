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

type Face = Omit<EventStream<unknown>, typeof Symbol.asyncDispose> & ThisType<{ [inside]: Origin<unknown> }>;

/** The functions of every stream. Each is made when it is asked for, so that an idle stream has none and `const { close } = stream` works. */
const face = ((): Face => ({
  get subscribe(): EventStream<unknown>['subscribe'] {
    const origin = this[inside];
    return (next, options) => subscribe(origin, next, options);
  },
  get iterate(): EventStream<unknown>['iterate'] {
    const origin = this[inside];
    return (options) => iterate(origin, options);
  },
  get [Symbol.asyncIterator]() {
    return () => iterate(this[inside]);
  },
  get toReadableStream(): EventStream<unknown>['toReadableStream'] {
    return (options) => toReadableStream(this[inside], options);
  },
  get on(): EventStream<unknown>['on'] {
    return (name, listener) => this[inside].on(name, listener);
  },
  get ready(): EventStream<unknown>['ready'] {
    return (options) => this[inside].ready(options?.signal);
  },
  get stats() {
    return () => this[inside].stats();
  },
  get close() {
    return () => this[inside].close();
  },
  // Safari 16.4 and Chromium 103 do not know the symbol.
  get [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return () => this[inside].close();
  },
}))();

/** Puts the public face on a source or on what an operator made of one. */
export const toStream = <T>(origin: Origin<T>): EventStream<T> => Object.create(face, { [inside]: { value: origin } });
