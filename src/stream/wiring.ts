import type { TipstreamError } from '../core/errors.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { EventStream, StreamStats } from './event-stream.ts';
import type { Fan } from './fan.ts';
import type { Handle, Origin } from './origin.ts';
import type { Signals } from './signals.ts';
import type { Ticket } from './ticket.ts';

/** What a derived stream does with the events of its sources. */
export interface Derived<T> {
  readonly platform: string;
  readonly clock: Clock;
  /** Untaken events survive a restart. */
  readonly durable: boolean;
  /** Watchers that count, at this moment. */
  readonly counting: number;
  /** Rises when somebody begins to count after nobody did. */
  readonly generation: number;
  readonly counters: StreamStats;
  /** The places of the sources that were not taken out. */
  readonly sources: readonly number[];
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
  /** A watcher came: what it is shown first, and nobody else. */
  greet?(): unknown;
  /** A source ended. Ends the derived stream by default. */
  end?(error: TipstreamError | undefined, index: number): void;
  /** A source was taken out. */
  removed?(index: number): void;
  /** The last watcher left. */
  stop?(): void;
}

/** What a derived stream has beside its wiring. */
export interface DeriveOptions {
  /** How many of its events the sources deliver before they wait, from how many of theirs. */
  ahead?: (ahead: number) => number;
  /** Writes down what it keeps. */
  settle?: () => Promise<void>;
}

/** A stream made of others. It holds no ticket itself, watches its sources while it is watched, and passes their signals on. */
export interface DerivedOrigin<A, T> extends Origin<T> {
  /** Adds a source, also while it is watched. The returned function takes it out. */
  add(stream: EventStream<A>): Stop;
}

/** A listener, with its stops by source. */
export interface Ear {
  hear(source: Origin<unknown>): Stop;
  stops: (Stop | undefined)[];
}

/** What a derived stream knows. */
export interface DerivedState<A, T> extends Signals {
  readonly options: DeriveOptions;
  readonly wire: (self: Derived<T>) => Wiring<A>;
  /** The sources; `undefined` where one was taken out. */
  readonly places: (Origin<A> | undefined)[];
  readonly fan: Fan<T>;
  readonly ears: Set<Ear>;
  /** What it watches its sources with, while somebody watches. */
  handles: (Handle | undefined)[] | undefined;
  wiring: Wiring<A> | undefined;
  /** Its sources give. */
  begun: boolean;
}
