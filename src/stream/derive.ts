import { type Stop, systemClock } from '../core/time.ts';
import type { EventStream, StreamSignals } from './event-stream.ts';
import { createFan } from './fan.ts';
import { type Handle, type Origin, originOf, type Watcher } from './origin.ts';
import { createSignals, threw } from './signals.ts';
import { addStats, count, noStats } from './stats.ts';
import { hold, refuse, type Ticket } from './ticket.ts';
import type { Derived, DerivedOrigin, DeriveOptions, Wiring } from './wiring.ts';

export function derive<A, T>(
  streams: readonly EventStream<A>[],
  wire: (self: Derived<T>) => Wiring<A>,
  options: DeriveOptions = {},
): DerivedOrigin<A, T> {
  const sources: (Origin<A> | undefined)[] = streams.map(originOf);
  const fan = createFan<T>();
  const signals = createSignals<T>();
  const own = noStats();
  /** Listeners, each with its stops by source. */
  const ears = new Set<{ hear: (source: Origin<A>) => Stop; stops: (Stop | undefined)[] }>();
  let handles: (Handle | undefined)[] | undefined;
  let wiring: Wiring<A> | undefined;
  let only: Watcher<T> | undefined;

  const live = (): Origin<A>[] => sources.filter((source) => source !== undefined);
  const each = <R>(ask: (source: Origin<A>) => R): R[] => live().map(ask);
  const durable = (): boolean => live().some((source) => source.durable);
  const recount = (): void => {
    for (const handle of handles ?? []) handle?.recount();
  };

  const watcherOf = (index: number): Watcher<A> => ({
    get observe() {
      return fan.counting === 0;
    },
    next(event, ticket) {
      try {
        wiring?.next(event, ticket, index);
      } catch (cause) {
        broke(ticket, cause);
      }
    },
    end(error) {
      if (handles) handles[index] = undefined;
      if (wiring?.end) wiring.end(error, index);
      else self.end(error);
    },
    async finish() {
      if (handles) handles[index] = undefined;
      // The other sources go on.
      if (handles?.some(Boolean)) return wiring?.end?.(undefined, index);
      await finish();
    },
  });

  /** A function that the app gave to an operator threw. */
  const broke = (ticket: Ticket | undefined, cause: unknown): void => {
    const error = threw("an operator's function", cause, durable());
    self.emit('error', error);
    if (!error.fatal) return;
    hold(ticket);
    self.end(error);
    refuse(ticket);
  };

  const attach = (index: number): void => {
    const source = sources[index];
    if (!handles || !source) return;
    const handle = source.watch(watcherOf(index));
    handles[index] = handle;
    handle.begin();
  };

  const detach = (): void => {
    const leaving = handles ?? [];
    const stopping = wiring;
    handles = wiring = undefined;
    for (const handle of leaving) handle?.stop();
    stopping?.stop?.();
  };

  const finish = async (): Promise<void> => {
    const watched = fan.size > 0;
    detach();
    await fan.finish();
    await options.settle?.();
    if (watched) signals.emit('end', undefined);
  };

  /** What `run` gives is for this watcher and nobody else. */
  const onlyFor = (watcher: Watcher<T>, run: () => void): void => {
    only = watcher;
    run();
    only = undefined;
  };

  /** Gives a newcomer what another watcher could not take. */
  const offerTo = (watcher: Watcher<T>): void => {
    if (watcher.observe || wiring?.stateful) return;
    onlyFor(watcher, () => {
      for (const handle of handles ?? []) handle?.offer();
    });
  };

  const begin = (watcher: Watcher<T>): void => {
    if (handles) {
      recount();
      offerTo(watcher);
    } else {
      handles = [];
      wiring = wire(self);
      for (let index = 0; index < sources.length; index += 1) attach(index);
    }
    if (handles && wiring?.greet) onlyFor(watcher, wiring.greet);
  };

  const self: Derived<T> = {
    get platform() {
      return live()[0]?.platform ?? 'tipstream';
    },
    get clock() {
      return live()[0]?.clock ?? systemClock;
    },
    get counting() {
      return fan.counting;
    },
    get generation() {
      return fan.generation;
    },
    get sources() {
      return [...sources.keys()].filter((index) => sources[index]);
    },
    counters: own,
    give(event, ticket) {
      own.eventsProcessed += 1;
      if (!only) return fan.give(event, ticket);
      if (fan.has(only)) return only.next(event, ticket);
      hold(ticket);
      refuse(ticket);
    },
    emit(name, signal) {
      count(own, name, signal);
      signals.emit(name, signal);
    },
    end(error) {
      detach();
      fan.end(error);
      signals.emit('end', error);
    },
  };

  const settle = async (): Promise<void> => {
    await options.settle?.();
    await Promise.all(each((source) => source.settle()));
  };

  return {
    get platform() {
      return self.platform;
    },
    get clock() {
      return self.clock;
    },
    get durable() {
      return durable();
    },
    get ahead() {
      const least = Math.min(...each((source) => source.ahead));
      return options.ahead?.(least) ?? least;
    },
    watch(watcher) {
      fan.add(watcher);
      return {
        begin: () => begin(watcher),
        stop() {
          fan.remove(watcher);
          if (fan.size === 0) detach();
          else recount();
        },
        recount() {
          fan.recount();
          recount();
        },
        offer: () => offerTo(watcher),
      };
    },
    add(stream) {
      const source = originOf(stream);
      const index = sources.push(source) - 1;
      for (const ear of ears) ear.stops[index] = ear.hear(source);
      attach(index);
      return () => {
        if (!sources[index]) return;
        const handle = handles?.[index];
        if (handles) handles[index] = undefined;
        sources[index] = undefined;
        for (const ear of ears) ear.stops[index]?.();
        handle?.stop();
        wiring?.removed?.(index);
      };
    },
    on(name, listener) {
      // `end` and `failed` are said by the stream itself.
      const hear = (source: Origin<A>): Stop =>
        name === 'end' || name === 'failed'
          ? () => {}
          : source.on(name, listener as unknown as (signal: StreamSignals<A>[typeof name]) => void);
      const ear = { hear, stops: sources.map((source) => source && hear(source)) };
      const stop = signals.on(name, listener);
      ears.add(ear);
      return () => {
        ears.delete(ear);
        stop();
        for (const each of ear.stops) each?.();
      };
    },
    emit: self.emit,
    async ready(signal) {
      const answers = await Promise.allSettled(each((source) => source.ready(signal)));
      const failures = answers.filter((answer) => answer.status === 'rejected');
      // One dead source of several does not keep the others from being ready.
      if (failures[0] && (signal?.aborted || failures.length === answers.length)) throw failures[0].reason;
    },
    stats: () => ({
      ...each((source) => source.stats()).reduce(addStats, own),
      eventsProcessed: own.eventsProcessed,
      watchers: fan.size,
    }),
    async close() {
      await finish();
      await settle();
    },
    settle,
  };
}
