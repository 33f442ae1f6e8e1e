import type { TipstreamError } from '../core/errors.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import { type Handle, inside, type Origin, originOf } from './origin.ts';
import { noStats } from './stats.ts';

/** A listener that waits for its stream. */
interface Ear<T> {
  attach(stream: EventStream<T>): void;
  fail(error: TipstreamError): void;
}

/** What ended a stream; nothing where `ABORTED` says that nobody needs it any more. */
const endOf = (error: TipstreamError): TipstreamError | undefined => (error.code === 'ABORTED' ? undefined : error);
const over = { value: undefined, done: true } as const;
const orEnd = (error: TipstreamError): undefined => {
  if (endOf(error)) throw error;
};

/** Runs a function of the app: what it throws stops no neighbour. */
const safely = (run: () => void): void => {
  try {
    run();
  } catch {}
};

/**
 * A stream whose code comes when it is first used, so that an app which never watches it does not load it.
 *
 * @param load - Makes the stream. Called once, or again after it failed; rejects with a `TipstreamError`; with `ABORTED` the stream ends in peace.
 * @returns the stream, and what resolves with the true one, after everybody who watched before.
 */
export function deferred<T, S extends EventStream<T>>(
  platform: string,
  clock: Clock,
  load: () => Promise<S>,
): [stream: EventStream<T>, loaded: () => Promise<S>] {
  let real: S | undefined;
  let loading: Promise<S> | undefined;
  const ears = new Set<Ear<T>>();

  const get = (): Promise<S> =>
    (loading ??= load().then(
      (stream) => {
        real = stream;
        for (const ear of ears) ear.attach(stream);
        ears.clear();
        return stream;
      },
      (error: TipstreamError) => {
        loading = undefined;
        for (const ear of ears) safely(() => ear.fail(error));
        throw error;
      },
    ));

  const iterate: EventStream<T>['iterate'] = (options) => {
    if (real) return real.iterate(options);
    const inner = get().then((stream) => stream.iterate(options));
    // Told to whoever asks for the first event.
    inner.catch(() => {});
    const iterator: AsyncIterableIterator<T> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => (await inner.catch(orEnd))?.next() ?? over,
      return: async () => (await inner.catch(() => undefined))?.return?.() ?? over,
    };
    return iterator;
  };

  const on: EventStream<T>['on'] = (name, listener) => {
    if (real) return real.on(name, listener);
    let stop: Stop | undefined;
    const tell = listener as (signal: unknown) => void;
    const ear: Ear<T> = {
      attach(stream) {
        stop = stream.on(name, listener);
      },
      fail(error) {
        const end = endOf(error);
        if (name === 'end' || (end && name === 'error')) tell(end);
      },
    };
    ears.add(ear);
    return () => {
      ears.delete(ear);
      stop?.();
    };
  };

  const ready = async (signal: AbortSignal | undefined): Promise<void> => (await get()).ready({ signal });
  const stats: EventStream<T>['stats'] = () => real?.stats() ?? noStats();
  const close = async (): Promise<void> => (await loading?.catch(() => undefined))?.close();

  const origin: Origin<T> = {
    platform,
    clock,
    durable: false,
    ahead: Number.POSITIVE_INFINITY,
    watch(watcher) {
      if (real) return originOf(real).watch(watcher);
      let handle: Handle | undefined;
      let stopped = false;
      return {
        begin() {
          get().then(
            (stream) => {
              if (stopped) return;
              handle = originOf(stream).watch(watcher);
              handle.begin();
            },
            (error: TipstreamError) => {
              if (!stopped) watcher.end(endOf(error));
            },
          );
        },
        stop() {
          stopped = true;
          handle?.stop();
        },
        recount: () => handle?.recount(),
        invite: () => handle?.invite(),
        offer: () => handle?.offer(),
      };
    },
    on,
    emit: (name, signal) => {
      if (real) originOf(real).emit(name, signal);
    },
    ready,
    stats,
    close,
    settle: async () => {
      if (real) await originOf(real).settle();
    },
  };

  const stream: EventStream<T> = {
    subscribe(next, options) {
      if (real) return real.subscribe(next, options);
      let stop: Stop | undefined;
      let stopped = false;
      get().then(
        (loaded) => {
          if (!stopped) stop = loaded.subscribe(next, options);
        },
        (error: TipstreamError) => {
          if (!stopped && endOf(error)) safely(() => options?.onError?.(error));
        },
      );
      return () => {
        stopped = true;
        stop?.();
      };
    },
    iterate,
    [Symbol.asyncIterator]: () => iterate(),
    toReadableStream(options) {
      let reader: ReadableStreamDefaultReader<T> | undefined;
      return new ReadableStream<T>(
        {
          async pull(controller) {
            reader ??= (await get().catch(orEnd))?.toReadableStream(options).getReader();
            const { done, value } = (await reader?.read()) ?? over;
            if (done) controller.close();
            else controller.enqueue(value);
          },
          async cancel(reason) {
            await reader?.cancel(reason);
          },
        },
        { highWaterMark: 0 },
      );
    },
    on,
    ready: (options) => ready(options?.signal),
    stats,
    close,
    [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: close,
  };
  return [Object.defineProperty(stream, inside, { value: origin }), get];
}
