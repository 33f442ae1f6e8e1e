import type { TipstreamError } from '../core/errors.ts';
import { withPrototype } from '../core/prototype.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { StreamGap, StreamState, StreamStats, StreamStatus } from './event-stream.ts';
import { addWatcher, createFan, endAll, type Fan, finishAll, removeWatcher, setWatchers, welcomeFresh } from './fan.ts';
import { createLeftovers, give, keep, type Leftovers, offer, owe, putAside } from './leftovers.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { notReady, type Readiness, waitReady } from './readiness.ts';
import { emit, listen } from './signals.ts';
import { noStats } from './stats.ts';
import { createTicket, type Desk, isLeft, type TicketOwner } from './ticket.ts';

/** What a source is made of. */
export interface HubOptions {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  clock: Clock;
  /** The source waits for its watchers. */
  patient: boolean;
  durable?: boolean;
  /** How many events may be untaken before the source waits. */
  ahead?: number;
  /** Begins to ask; called with the first watcher. The returned function ends it; called after the last. */
  start?: (() => Stop) | undefined;
  /** Writes down what was taken. */
  settle?: () => Promise<void>;
  /** What was taken is being written down, and the next event waits for it. */
  writing?: (() => Promise<unknown> | undefined) | undefined;
}

interface Detail {
  reason?: string | undefined;
  retryAt?: number | undefined;
}

/** A source: events come in by `push` and are counted until every watcher took them. */
export interface Hub<T> extends Origin<T> {
  readonly channel?: string | undefined;
  /** Watchers of any kind. */
  readonly watchers: number;
  /** Watchers that count. */
  readonly counting: number;
  /** Events offered, or waiting for a watcher, and not yet taken; without those that only wait behind a refused one. */
  readonly untaken: number;
  readonly counters: StreamStats;
  push(event: T, owner?: TicketOwner): void;
  status(state: StreamState, more?: Detail): void;
  /** Says that events may be missing. */
  gap(gap: Omit<StreamGap, 'platform' | 'to'> & { to?: number }): void;
  /** Told when the number of untaken events has gone down. */
  fewer: (() => void) | undefined;
  /** The first success of `ready`. */
  succeeded(): void;
  end(error?: TipstreamError): void;
}

/** What a hub knows. */
interface State<T> extends Omit<HubOptions, 'settle'>, Readiness {
  readonly durable: boolean;
  readonly ahead: number;
  readonly fan: Fan<T>;
  readonly leftovers: Leftovers<T>;
  sequence: number;
  /** Events offered and not yet taken, with those that only wait behind a refused one. */
  offered: number;
  stopSource: Stop | undefined;
  state: StreamStatus;
  /** What the source was doing when a watcher began to hold it up. */
  beforePause: StreamStatus | undefined;
  fewer: (() => void) | undefined;
}

type Self = Hub<unknown> & Desk & State<unknown>;

const placeOf = ({ platform, channel }: Self) => ({ platform, ...(channel !== undefined && { channel }) });

const tell = (hub: Self, next: StreamState, { reason, retryAt }: Detail = {}): void => {
  const { state, clock, dialect } = hub;
  if (state.state === next && state.reason === reason && state.retryAt === retryAt) return;
  hub.state = {
    state: next,
    ...placeOf(hub),
    ...(dialect && { dialect }),
    since: clock.now(),
    ...(reason && { reason }),
    ...(retryAt && { retryAt }),
  };
  emit(hub, 'status', hub.state);
};

/** A state that lasts until an event is taken. */
const pause = (hub: Self, next: StreamState, reason: string): void => {
  hub.beforePause ??= hub.state;
  tell(hub, next, { reason });
};

/** Somebody came, or began to count: what was left is theirs, and everybody's when nobody counted before. */
const welcome = ({ fan, leftovers }: Self, newcomer: Watcher<unknown>, known = false): void => {
  const others = welcomeFresh(fan);
  if (fan.counting > 0 && !newcomer.observe) offer(leftovers, known || others);
};

const stop = (hub: Self): void => {
  const ending = hub.stopSource;
  hub.stopSource = undefined;
  if (!ending) return;
  ending();
  hub.status('idle');
};

const methods: Omit<Hub<unknown> & Desk, keyof State<unknown>> & ThisType<Self> = {
  get watchers() {
    return this.fan.watchers.length;
  },
  get counting() {
    return this.fan.counting;
  },
  get generation() {
    return this.fan.generation;
  },
  get untaken() {
    return this.offered - this.leftovers.owed;
  },
  on(name, listener) {
    return listen(this, name, listener);
  },
  emit(name, signal) {
    emit(this, name, signal);
  },
  gap(gap) {
    this.emit('gap', { ...placeOf(this), to: this.clock.now(), ...gap });
  },
  status(next, more) {
    // The source goes on as before; the watcher that holds it up is still the news.
    if (this.beforePause?.state === next && next === 'live') return;
    this.beforePause = undefined;
    tell(this, next, more);
  },
  push(event, owner) {
    this.offered += 1;
    this.counters.eventsProcessed += 1;
    give(this.leftovers, createTicket(this, event, this.sequence++, owner));
  },
  settled(ticket) {
    const before = this.beforePause;
    if (before) {
      this.beforePause = undefined;
      tell(this, before.state, before);
    }
    if (isLeft(ticket)) {
      if (!ticket.owner?.left?.(ticket)) return keep(this.leftovers, ticket);
      this.offered -= 1;
    } else if (!owe(this.leftovers, ticket, this)) {
      this.offered -= 1;
      ticket.owner?.taken(ticket);
    }
    this.fewer?.();
  },
  refused(ticket) {
    putAside(this.leftovers, ticket);
  },
  stalled(label, heldMs) {
    const held = `${nameOf(label)} has held one event for ${Math.round(heldMs / 1000)} s`;
    pause(this, 'stalled', `${held}; look what it waits for`);
  },
  behind(label, waiting) {
    pause(this, 'behind', `${waiting} events wait for ${nameOf(label)}; make it faster`);
  },
  watch(watcher): Handle {
    const { fan } = this;
    addWatcher(fan, watcher);
    return {
      begin: () => {
        welcome(this, watcher);
        if (this.watchers > 0) this.stopSource ??= this.start?.();
        // What began it may have made everybody leave.
        if (this.watchers === 0) stop(this);
      },
      stop: () => {
        removeWatcher(fan, watcher);
        if (this.watchers === 0) stop(this);
      },
      recount: () => {
        const was = fan.counting;
        setWatchers(fan);
        if (was === 0 && fan.counting > 0) offer(this.leftovers, false);
      },
      invite: () => void fan.fresh.push(watcher),
      offer: () => welcome(this, watcher, true),
    };
  },
  succeeded() {
    this.counters.lastSuccessAt = this.clock.now();
    if (this.succeededOnce) return;
    this.succeededOnce = true;
    emit(this, 'ready', undefined);
  },
  end(error) {
    this.stopSource?.();
    this.stopSource = undefined;
    this.status('ended', { reason: error?.message });
    emit(this, 'ready', error ?? notReady(this.platform));
    endAll(this.fan, error);
    emit(this, 'end', error);
  },
  ready(signal) {
    return waitReady(this, this.platform, signal);
  },
  stats() {
    const { counters, offered, watchers } = this;
    return { ...counters, errors: { ...counters.errors }, untaken: offered, watchers };
  },
  async close() {
    const watched = this.watchers > 0;
    stop(this);
    emit(this, 'ready', notReady(this.platform));
    await finishAll(this.fan);
    await this.settle();
    if (!watched || this.watchers > 0) return;
    this.status('ended');
    emit(this, 'end', undefined);
  },
  async settle() {},
};

export function createHub<T>(options: HubOptions): Hub<T> {
  const fan = createFan<T>();
  return withPrototype<typeof methods, State<T>>(methods, {
    durable: false,
    ahead: Number.POSITIVE_INFINITY,
    ...options,
    fan,
    leftovers: createLeftovers(fan),
    counters: noStats(),
    sequence: 0,
    offered: 0,
    state: { state: 'idle', platform: options.platform, since: 0 },
    stopSource: undefined,
    beforePause: undefined,
    fewer: undefined,
    emitter: undefined,
    succeededOnce: false,
  });
}

const nameOf = (label: string | undefined): string => (label ? `the watcher '${label}'` : 'a watcher');
