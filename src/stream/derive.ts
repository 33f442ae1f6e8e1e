import type { TipstreamError } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';
import type { EventStream, StreamSignals, StreamStats } from './event-stream.ts';
import { createFan } from './fan.ts';
import { noStats } from './hub.ts';
import { type Handle, type Origin, originOf, type Watcher } from './origin.ts';
import { createSignals } from './signals.ts';
import type { Ticket } from './ticket.ts';

/** What a derived stream does with the events of its sources. */
export interface Derived<T> {
  /** Untaken events survive a restart. */
  readonly durable: boolean;
  /** Hands an event on, with the ticket of what it was made of. */
  give(event: T, ticket: Ticket | undefined): void;
  /** Says something beside the events. */
  emit: Origin<T>['emit'];
  /** Leaves the sources and ends the watchers once they took what they have. */
  end(error?: TipstreamError): void;
}

/** How a derived stream works; made anew each time somebody begins to watch. */
export interface Wiring<A> {
  /** It remembers events, so what was left cannot be offered through it a second time while it is watched. */
  readonly stateful?: boolean;
  next(event: A, ticket: Ticket | undefined, index: number): void;
  /** A source ended. Ends the derived stream by default. */
  end?(error: TipstreamError | undefined, index: number): void;
  /** The last watcher left. */
  stop?(): void;
}

/** A stream made of others. It holds no ticket itself, watches its sources while it is watched, and passes their signals on. */
export interface DerivedOrigin<A, T> extends Origin<T> {
  /** Adds a source, also while it is watched. */
  add(stream: EventStream<A>): () => void;
}

export function derive<A, T>(
  streams: readonly EventStream<A>[],
  wire: (self: Derived<T>) => Wiring<A>,
): DerivedOrigin<A, T> {
  const sources: (Origin<A> | undefined)[] = streams.map(originOf);
  const fan = createFan<T>();
  const signals = createSignals<T>();
  const own = noStats();
  const ears: { name: keyof StreamSignals<T>; listener: (signal: never) => void }[] = [];
  let handles: (Handle | undefined)[] | undefined;
  let wiring: Wiring<A> | undefined;
  let only: Watcher<T> | undefined;

  const live = (): Origin<A>[] => sources.filter((source) => source !== undefined);
  const each = <R>(ask: (source: Origin<A>) => R): R[] => live().map(ask);

  const watcherOf = (index: number): Watcher<A> => ({
    get observe() {
      return fan.counting === 0;
    },
    next: (event, ticket) => wiring?.next(event, ticket, index),
    end(error) {
      if (handles) handles[index] = undefined;
      if (wiring?.end) wiring.end(error, index);
      else self.end(error);
    },
    finish: async () => {
      detach();
      await fan.finish();
    },
  });

  const attach = (index: number): void => {
    const source = sources[index];
    if (handles && source) handles[index] = source.watch(watcherOf(index));
  };

  const detach = (): void => {
    const leaving = handles ?? [];
    const stopping = wiring;
    handles = wiring = undefined;
    for (const handle of leaving) handle?.stop();
    stopping?.stop?.();
  };

  /** Gives a newcomer, and nobody else, what another watcher could not take. */
  const offerTo = (watcher: Watcher<T>): void => {
    if (watcher.observe || wiring?.stateful) return;
    only = watcher;
    for (const handle of handles ?? []) handle?.offer();
    only = undefined;
  };

  const self: Derived<T> = {
    get durable() {
      return live().some((source) => source.durable);
    },
    give(event, ticket) {
      own.eventsProcessed += 1;
      if (only) only.next(event, ticket);
      else fan.give(event, ticket);
    },
    emit(name, signal) {
      if (name === 'invalid') own.invalid += 1;
      signals.emit(name, signal);
    },
    end(error) {
      detach();
      fan.end(error);
      signals.emit('end', error);
    },
  };

  /** An own listener, and one at each source, also at those that come later. `end` and `failed` are said by the stream itself. */
  const listenTo = (
    source: Origin<A>,
    name: keyof StreamSignals<T>,
    listener: (signal: never) => void,
  ): (() => void) =>
    name === 'end' || name === 'failed'
      ? () => {}
      : source.on(name, listener as (signal: StreamSignals<A>[keyof StreamSignals<A>]) => void);

  return {
    get platform() {
      return live()[0]?.platform ?? 'tipstream';
    },
    get clock() {
      return live()[0]?.clock ?? systemClock;
    },
    get durable() {
      return self.durable;
    },
    get ahead() {
      return Math.min(...each((source) => source.ahead));
    },
    watch(watcher) {
      fan.add(watcher);
      if (!handles) {
        wiring = wire(self);
        handles = [];
        for (let index = 0; index < sources.length; index += 1) attach(index);
      } else {
        for (const handle of handles) handle?.recount();
        offerTo(watcher);
      }
      return {
        stop() {
          fan.remove(watcher);
          if (fan.size === 0) detach();
          else for (const handle of handles ?? []) handle?.recount();
        },
        recount() {
          fan.recount();
          for (const handle of handles ?? []) handle?.recount();
        },
        offer: () => offerTo(watcher),
      };
    },
    add(stream) {
      const index = sources.push(originOf(stream)) - 1;
      attach(index);
      return () => {
        handles?.[index]?.stop();
        sources[index] = undefined;
        if (handles) handles[index] = undefined;
      };
    },
    on(name, listener) {
      const stops = [signals.on(name, listener), ...each((source) => listenTo(source, name, listener))];
      const ear = { name, listener };
      ears.push(ear);
      return () => {
        for (const stop of stops) stop();
        ears.splice(ears.indexOf(ear), 1);
      };
    },
    emit: self.emit,
    ready: async (signal) => {
      await Promise.all(each((source) => source.ready(signal)));
    },
    stats: () => each((source) => source.stats()).reduce(sum, { ...own, watchers: fan.size }),
    async close() {
      const watched = fan.size > 0;
      detach();
      await fan.finish();
      await Promise.all(each((source) => source.settle()));
      if (watched) signals.emit('end', undefined);
    },
    settle: async () => {
      await Promise.all(each((source) => source.settle()));
    },
  };
}

const sum = (total: StreamStats, more: StreamStats): StreamStats => {
  const errors = { ...total.errors };
  for (const [code, count] of Object.entries(more.errors) as [keyof typeof errors, number][])
    errors[code] = (errors[code] ?? 0) + count;
  const latest = (name: 'lastEventAt' | 'lastSuccessAt'): Partial<StreamStats> => {
    const at = Math.max(total[name] ?? 0, more[name] ?? 0);
    return at > 0 ? { [name]: at } : {};
  };
  return {
    eventsProcessed: total.eventsProcessed,
    duplicates: total.duplicates + more.duplicates,
    invalid: total.invalid + more.invalid,
    polls: total.polls + more.polls,
    errors,
    gaps: total.gaps + more.gaps,
    untaken: total.untaken + more.untaken,
    watchers: total.watchers,
    ...latest('lastEventAt'),
    ...latest('lastSuccessAt'),
  };
};
