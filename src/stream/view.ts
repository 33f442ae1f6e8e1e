import type { Stop } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import type { Origin, Watcher } from './origin.ts';
import { createSignals } from './signals.ts';
import { addStats, count, noStats } from './stats.ts';
import { toStream } from './stream.ts';

/**
 * One source, seen in one way. Whoever watches the view watches the source, so that a view keeps nothing and holds no ticket.
 *
 * @param show - What the view makes of an event, `undefined` for what is not in it. Asked once per event, however many watch. An event
 *   for which it throws, e.g. one that is nested too deep, is said as `invalid` and counts as taken.
 * @param signal - Ends every watcher of the view; what it was given is still taken.
 */
export function view<A, T>(
  source: Origin<A>,
  show: (event: A, emit: Origin<T>['emit']) => T | undefined,
  signal?: AbortSignal,
): EventStream<T> {
  const signals = createSignals<T>();
  const own = noStats();
  const closers = new Map<Watcher<T>, () => Promise<void> | undefined>();
  let last: A | undefined;
  let shown: T | undefined;

  const emit: Origin<T>['emit'] = (name, said) => {
    count(own, name, said);
    signals.emit(name, said);
  };

  return toStream<T>({
    ...source,
    emit,
    watch(watcher) {
      const forget = (): void => {
        closers.delete(watcher);
        signal?.removeEventListener('abort', quit);
      };
      const seen: Watcher<A> = {
        get observe() {
          return watcher.observe;
        },
        next(event, ticket) {
          if (event !== last) {
            last = event;
            shown = undefined;
            try {
              shown = show(event, emit);
            } catch {
              emit('invalid', { platform: source.platform, path: '', code: 'unreadable' });
            }
            if (shown !== undefined) own.eventsProcessed += 1;
          }
          if (shown !== undefined) watcher.next(shown, ticket);
        },
        end(error) {
          forget();
          watcher.end(error);
          if (closers.size === 0) signals.emit('end', error);
        },
        finish() {
          forget();
          const running = watcher.finish();
          if (closers.size === 0) signals.emit('end', undefined);
          return running;
        },
      };
      const handle = source.watch(seen);
      const stop = (): void => {
        forget();
        handle.stop();
      };
      const quit = (): void => {
        stop();
        seen.end(undefined);
      };
      closers.set(watcher, () => {
        stop();
        return watcher.finish();
      });
      return {
        ...handle,
        stop,
        begin() {
          if (signal?.aborted) return quit();
          signal?.addEventListener('abort', quit);
          handle.begin();
        },
      };
    },
    on(name, listener) {
      const stops: Stop[] = [signals.on(name, listener)];
      // `end` and `failed` are said by the stream itself.
      if (name !== 'end' && name !== 'failed') stops.push((source as unknown as Origin<T>).on(name, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    stats: () => ({ ...addStats(source.stats(), own), eventsProcessed: own.eventsProcessed, watchers: closers.size }),
    async close() {
      const running = [...closers.values()].map((close) => close());
      await Promise.all(running);
      await source.settle();
      if (running.length > 0) signals.emit('end', undefined);
    },
  });
}
