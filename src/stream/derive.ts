import { withPrototype } from '../core/prototype.ts';
import { type Stop, systemClock } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import { addWatcher, createFan, endAll, finishAll, giveAll, removeWatcher, setWatchers, welcomeFresh } from './fan.ts';
import { type Origin, originOf, type Watcher, watcherFor } from './origin.ts';
import { emit, listen, threw } from './signals.ts';
import { addStats, noStats } from './stats.ts';
import { hold, refuse, type Ticket } from './ticket.ts';
import type { Derived, DerivedOrigin, DerivedState, DeriveOptions, Wiring } from './wiring.ts';

type Shown = DerivedOrigin<unknown, unknown> & Derived<unknown> & Pick<Watcher<unknown>, 'observe'>;
type Self = DerivedState<unknown, unknown> & Shown;

const live = ({ places }: Self): Origin<unknown>[] => places.filter((source) => source !== undefined);

const recount = ({ handles = [] }: Self): void => {
  for (const handle of handles) handle?.recount();
};

/** A function that the app gave to an operator threw. */
export const broke = (
  derived: Pick<Self, 'durable' | 'emit' | 'end'>,
  ticket: Ticket | undefined,
  cause: unknown,
): void => {
  const error = threw("an operator's function", cause, derived.durable);
  derived.emit('error', error);
  if (!error.fatal) return;
  hold(ticket);
  derived.end(error);
  refuse(ticket);
};

/** Watches a source, and begins nothing yet. */
const attach = (derived: Self, index: number): void => {
  const source = derived.places[index];
  if (!derived.handles || !source) return;
  const letGo = (): void => {
    if (derived.handles) derived.handles[index] = undefined;
  };
  const handle = source.watch(
    watcherFor(derived, {
      next(event, ticket) {
        try {
          derived.wiring?.next(event, ticket, index);
        } catch (cause) {
          broke(derived, ticket, cause);
        }
      },
      end(error) {
        letGo();
        if (derived.wiring?.end) derived.wiring.end(error, index);
        else derived.end(error);
      },
      async finish() {
        letGo();
        // The other sources go on.
        if (derived.handles?.some(Boolean)) return derived.wiring?.end?.(undefined, index);
        await finish(derived);
      },
    }),
  );
  if (derived.handles) derived.handles[index] = handle;
  else handle.stop();
};

const detach = (derived: Self): void => {
  const { handles = [], wiring } = derived;
  derived.handles = derived.wiring = undefined;
  for (const handle of handles) handle?.stop();
  wiring?.stop?.();
};

const finish = async (derived: Self): Promise<void> => {
  const watched = derived.fan.watchers.length > 0;
  detach(derived);
  await finishAll(derived.fan);
  await derived.options.settle?.();
  if (watched) emit(derived, 'end', undefined);
};

/** Gives a newcomer what another watcher could not take. */
const offerTo = (derived: Self, watcher: Watcher<unknown>): void => {
  welcomeFresh(derived.fan);
  if (watcher.observe || derived.wiring?.stateful) return;
  for (const handle of derived.handles ?? []) handle?.offer();
};

const begin = (derived: Self, watcher: Watcher<unknown>): void => {
  if (derived.begun) {
    recount(derived);
    for (const handle of derived.handles ?? []) handle?.invite();
    offerTo(derived, watcher);
  } else {
    const { handles = [] } = derived;
    derived.begun = true;
    for (const handle of handles) if (derived.handles === handles) handle?.begin();
  }
  const greeting = derived.wiring?.greet?.();
  if (greeting !== undefined) watcher.next(greeting, undefined);
};

const methods: Omit<Shown, 'counters'> & ThisType<Self> = {
  get platform() {
    return live(this)[0]?.platform ?? 'tipstream';
  },
  get clock() {
    return live(this)[0]?.clock ?? systemClock;
  },
  get durable() {
    return live(this).some((source) => source.durable);
  },
  get ahead() {
    const least = Math.min(...live(this).map((source) => source.ahead));
    return this.options.ahead?.(least) ?? least;
  },
  /** Seen by its sources: nothing waits for it while nobody counts. */
  get observe() {
    return this.fan.counting === 0;
  },
  get counting() {
    return this.fan.counting;
  },
  get generation() {
    return this.fan.generation;
  },
  get sources() {
    return [...this.places.keys()].filter((index) => this.places[index]);
  },
  give(event, ticket) {
    this.counters.eventsProcessed += 1;
    giveAll(this.fan, event, ticket);
  },
  emit(name, signal) {
    emit(this, name, signal);
  },
  end(error) {
    detach(this);
    endAll(this.fan, error);
    emit(this, 'end', error);
  },
  watch(watcher) {
    const { fan } = this;
    addWatcher(fan, watcher);
    // All of them before one begins: where two lead to the same source, what waits there is for both.
    if (!this.handles) {
      this.handles = [];
      this.begun = false;
      welcomeFresh(fan);
      const wiring = this.wire(this);
      if (this.handles) this.wiring = wiring;
      for (let index = 0; index < this.places.length; index += 1) attach(this, index);
    }
    return {
      begin: () => begin(this, watcher),
      stop: () => {
        removeWatcher(fan, watcher);
        if (fan.watchers.length === 0) detach(this);
        else recount(this);
      },
      recount: () => {
        setWatchers(fan);
        recount(this);
      },
      invite: () => {
        fan.fresh.push(watcher);
        for (const handle of this.handles ?? []) handle?.invite();
      },
      offer: () => offerTo(this, watcher),
    };
  },
  add(stream) {
    const { places, ears } = this;
    const source = originOf(stream);
    const index = places.push(source) - 1;
    for (const ear of ears) ear.stops[index] = ear.hear(source);
    attach(this, index);
    this.handles?.[index]?.begin();
    return () => {
      if (!places[index]) return;
      const handle = this.handles?.[index];
      if (this.handles) this.handles[index] = undefined;
      places[index] = undefined;
      for (const ear of ears) ear.stops[index]?.();
      handle?.stop();
      this.wiring?.removed?.(index);
    };
  },
  on(name, listener) {
    // `end` and `failed` are said by the stream itself.
    const hear = (source: Origin<unknown>): Stop =>
      name === 'end' || name === 'failed' ? () => {} : source.on(name, listener);
    const ear = { hear, stops: this.places.map((source) => source && hear(source)) };
    const stop = listen(this, name, listener);
    this.ears.add(ear);
    return () => {
      this.ears.delete(ear);
      stop();
      for (const each of ear.stops) each?.();
    };
  },
  async ready(signal) {
    const answers = await Promise.allSettled(live(this).map((source) => source.ready(signal)));
    const failures = answers.filter((answer) => answer.status === 'rejected');
    // One dead source of several does not keep the others from being ready.
    if (failures[0] && (signal?.aborted || failures.length === answers.length)) throw failures[0].reason;
  },
  stats() {
    const { counters, fan } = this;
    return {
      ...live(this)
        .map((source) => source.stats())
        .reduce(addStats, counters),
      eventsProcessed: counters.eventsProcessed,
      watchers: fan.watchers.length,
    };
  },
  async close() {
    await finish(this);
    await this.settle();
  },
  async settle() {
    await this.options.settle?.();
    await Promise.all(live(this).map((source) => source.settle()));
  },
};

export const derive = <A, T>(
  streams: readonly EventStream<A>[],
  wire: (self: Derived<T>) => Wiring<A>,
  options: DeriveOptions = {},
): DerivedOrigin<A, T> =>
  withPrototype<typeof methods, DerivedState<A, T>>(methods, {
    options,
    wire,
    places: streams.map(originOf),
    fan: createFan<T>(),
    counters: noStats(),
    ears: new Set(),
    handles: undefined,
    wiring: undefined,
    begun: false,
    emitter: undefined,
  });
