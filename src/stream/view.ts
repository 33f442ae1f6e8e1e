import { withPrototype } from '../core/prototype.ts';
import type { Stop } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { emit, listen, type Signals } from './signals.ts';
import { addStats, noStats } from './stats.ts';
import { toStream } from './stream.ts';

type Show<A, T> = (event: A, emit: Origin<T>['emit']) => T | undefined;

/** What a view knows. */
interface State extends Signals {
  readonly source: Origin<unknown>;
  look(event: unknown, emit: Origin<unknown>['emit']): unknown;
  readonly signal: AbortSignal | undefined;
  readonly seats: Set<Seat>;
  /** `emit`, for whoever has no view in hand. */
  say: Origin<unknown>['emit'] | undefined;
  last: unknown;
  shown: unknown;
}

type View = Origin<unknown> & State;

/** A watcher of a view, as the source sees it. */
interface Seat extends Watcher<unknown>, Handle {
  readonly view: View;
  readonly watcher: Watcher<unknown>;
  handle: Handle | undefined;
  /** Ends it with its signal. */
  quit: (() => void) | undefined;
}

const forget = (seat: Seat): void => {
  const { view, quit } = seat;
  view.seats.delete(seat);
  if (quit) view.signal?.removeEventListener('abort', quit);
};

const show = (view: View, event: unknown): void => {
  view.say ??= view.emit.bind(view);
  view.last = event;
  view.shown = undefined;
  try {
    view.shown = view.look(event, view.say);
  } catch {
    view.emit('invalid', { platform: view.platform, path: '', code: 'unreadable' });
  }
  if (view.shown !== undefined) view.counters.eventsProcessed += 1;
};

const seatMethods: Omit<Seat, 'view' | 'watcher' | 'handle' | 'quit'> & ThisType<Seat> = {
  get observe() {
    return this.watcher.observe;
  },
  next(event, ticket) {
    const { view } = this;
    if (event !== view.last) show(view, event);
    if (view.shown !== undefined) this.watcher.next(view.shown, ticket);
  },
  end(error) {
    forget(this);
    this.watcher.end(error);
    if (this.view.seats.size === 0) emit(this.view, 'end', error);
  },
  finish() {
    forget(this);
    const running = this.watcher.finish();
    if (this.view.seats.size === 0) emit(this.view, 'end', undefined);
    return running;
  },
  begin() {
    const { signal } = this.view;
    const quit = (): void => {
      this.stop();
      this.end(undefined);
    };
    if (signal?.aborted) return quit();
    signal?.addEventListener('abort', quit);
    this.quit = quit;
    this.handle?.begin();
  },
  stop() {
    forget(this);
    this.handle?.stop();
  },
  recount() {
    this.handle?.recount();
  },
  offer() {
    this.handle?.offer();
  },
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
    const seat = withPrototype<typeof seatMethods, Pick<Seat, 'view' | 'watcher' | 'handle' | 'quit'>>(seatMethods, {
      view: this,
      watcher,
      handle: undefined,
      quit: undefined,
    });
    this.seats.add(seat);
    seat.handle = this.source.watch(seat);
    return seat;
  },
  on(name, listener) {
    const stops: Stop[] = [listen(this, name, listener)];
    // `end` and `failed` are said by the stream itself.
    if (name !== 'end' && name !== 'failed') stops.push(this.source.on(name, listener));
    return () => {
      for (const stop of stops) stop();
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
    return { ...addStats(this.source.stats(), counters), eventsProcessed, watchers: this.seats.size };
  },
  async close() {
    const running = [...this.seats].map((seat) => {
      seat.stop();
      return seat.watcher.finish();
    });
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
      seats: new Set(),
      say: undefined,
      last: undefined,
      shown: undefined,
    }),
  );
