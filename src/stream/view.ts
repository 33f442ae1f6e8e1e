import type { TipstreamError } from '../core/errors.ts';
import { withPrototype } from '../core/prototype.ts';
import type { EventStream } from './event-stream.ts';
import { type Origin, type Watcher, watcherFor } from './origin.ts';
import { emit, listen, type Signals } from './signals.ts';
import { addStats, noStats } from './stats.ts';
import { toStream } from './stream.ts';

type Show<A, T> = (event: A, shown: Pick<Origin<T>, 'emit'>) => T | undefined;

/** What a view knows. */
interface State extends Signals {
  readonly source: Origin<unknown>;
  look(event: unknown, shown: Pick<Origin<unknown>, 'emit'>): unknown;
  readonly signal: AbortSignal | undefined;
  readonly closers: Map<Watcher<unknown>, () => Promise<void> | undefined>;
  last: unknown;
  shown: unknown;
}

type View = Origin<unknown> & State;

const show = (view: View, event: unknown): void => {
  view.last = event;
  view.shown = undefined;
  try {
    view.shown = view.look(event, view);
  } catch {
    view.emit('invalid', { platform: view.platform, path: '', code: 'unreadable' });
  }
  if (view.shown !== undefined) view.counters.eventsProcessed += 1;
};

const methods: Origin<unknown> & ThisType<View> = {
  get platform() {
    return this.source.platform;
  },
  get clock() {
    return this.source.clock;
  },
  get durable() {
    return this.source.durable;
  },
  get ahead() {
    return this.source.ahead;
  },
  emit(name, said) {
    emit(this, name, said);
  },
  watch(watcher) {
    const { source, closers, signal } = this;
    const forget = (): void => {
      closers.delete(watcher);
      signal?.removeEventListener('abort', quit);
    };
    /** Says the end where it was the last one. */
    const ended = (error?: TipstreamError): void => {
      if (closers.size === 0) emit(this, 'end', error);
    };
    const seen = watcherFor<unknown>(watcher, {
      next: (event, ticket) => {
        if (event !== this.last) show(this, event);
        if (this.shown !== undefined) watcher.next(this.shown, ticket);
      },
      end(error) {
        forget();
        watcher.end(error);
        ended(error);
      },
      finish() {
        forget();
        const running = watcher.finish();
        ended();
        return running;
      },
    });
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
    const stop = listen(this, name, listener);
    // `end` and `failed` are said by the stream itself.
    const leave = name === 'end' || name === 'failed' ? undefined : this.source.on(name, listener);
    return () => {
      stop();
      leave?.();
    };
  },
  ready(signal) {
    return this.source.ready(signal);
  },
  settle() {
    return this.source.settle();
  },
  stats() {
    const { counters } = this;
    const { eventsProcessed } = counters;
    return { ...addStats(this.source.stats(), counters), eventsProcessed, watchers: this.closers.size };
  },
  async close() {
    const running = [...this.closers.values()].map((close) => close());
    await Promise.all(running);
    await this.source.settle();
    if (running.length > 0) emit(this, 'end', undefined);
  },
};

/**
 * One source, seen in one way. Whoever watches the view watches the source, so that a view keeps nothing and holds no ticket.
 *
 * @param look - What the view makes of an event, `undefined` for what is not in it. Asked once per event, however many watch. An event
 *   for which it throws, e.g. one that is nested too deep, is said as `invalid` and counts as taken.
 * @param signal - Ends every watcher of the view; what it was given is still taken.
 */
export const view = <A, T>(source: Origin<A>, look: Show<A, T>, signal?: AbortSignal): EventStream<T> =>
  toStream<T>(
    withPrototype<typeof methods, State>(methods, {
      source,
      look,
      signal,
      emitter: undefined,
      counters: noStats(),
      closers: new Map(),
      last: undefined,
      shown: undefined,
    }),
  );
