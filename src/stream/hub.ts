import type { TipstreamError } from '../core/errors.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { StreamGap, StreamState, StreamStats, StreamStatus } from './event-stream.ts';
import { createFan } from './fan.ts';
import { createLeftovers } from './leftovers.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { createReadiness, notReady } from './readiness.ts';
import { createSignals } from './signals.ts';
import { count, noStats } from './stats.ts';
import { createTicket, type Desk, isLeft, type TicketOwner } from './ticket.ts';

/** What a source is made of. */
export interface HubOptions {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  clock: Clock;
  /** The source waits for its watchers. */
  patient: boolean;
  durable?: boolean | undefined;
  /** How many events may be untaken before the source waits. */
  ahead?: number | undefined;
  /** Begins to ask; called with the first watcher. The returned function ends it; called after the last. */
  start?: (() => Stop) | undefined;
  /** Writes down what was taken. */
  settle?: (() => Promise<void>) | undefined;
  /** What was taken is being written down, and the next event waits for it. */
  writing?: (() => Promise<unknown> | undefined) | undefined;
}

interface Detail {
  reason?: string | undefined;
  retryAt?: number | undefined;
}

/** A source: events come in by `push` and are counted until every watcher took them. */
export interface Hub<T> extends Origin<T> {
  readonly channel: string | undefined;
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

export function createHub<T>(options: HubOptions): Hub<T> {
  const { platform, channel, dialect, clock, patient, start } = options;
  const place = { platform, ...(channel !== undefined && { channel }) };
  const fan = createFan<T>();
  const signals = createSignals<T>();
  const readiness = createReadiness(platform);
  const counters = noStats();
  let sequence = 0;
  let untaken = 0;
  let stopSource: Stop | undefined;
  let state: StreamStatus = { state: 'idle', platform, since: 0 };
  /** What the source was doing when a watcher began to hold it up. */
  let beforePause: StreamStatus | undefined;

  const emit: Hub<T>['emit'] = (name, signal) => {
    count(counters, name, signal);
    signals.emit(name, signal);
  };

  const gap: Hub<T>['gap'] = (gap) => emit('gap', { ...place, to: clock.now(), ...gap });
  const leftovers = createLeftovers<T>(fan, () => gap({ reason: 'overflow' }));

  const tell = (next: StreamState, { reason, retryAt }: Detail = {}): void => {
    if (state.state === next && state.reason === reason && state.retryAt === retryAt) return;
    state = {
      state: next,
      ...place,
      ...(dialect && { dialect }),
      since: clock.now(),
      ...(reason && { reason }),
      ...(retryAt && { retryAt }),
    };
    signals.emit('status', state);
  };

  const status: Hub<T>['status'] = (next, more) => {
    // The source goes on as before; the watcher that holds it up is still the news.
    if (beforePause?.state === next && next === 'live') return;
    beforePause = undefined;
    tell(next, more);
  };

  /** A state that lasts until an event is taken. */
  const pause = (next: StreamState, reason: string): void => {
    beforePause ??= state;
    tell(next, { reason });
  };

  const desk: Desk = {
    patient,
    get counting() {
      return fan.counting;
    },
    get generation() {
      return fan.generation;
    },
    get writing() {
      return options.writing?.();
    },
    settled(ticket) {
      if (beforePause) {
        const before = beforePause;
        beforePause = undefined;
        tell(before.state, before);
      }
      if (isLeft(ticket)) {
        if (!ticket.owner?.left?.(ticket)) return leftovers.keep(ticket);
        untaken -= 1;
      } else if (!leftovers.owe(ticket)) {
        untaken -= 1;
        ticket.owner?.taken(ticket);
      }
      hub.fewer?.();
    },
    stalled(label, heldMs) {
      const held = `${nameOf(label)} has held one event for ${Math.round(heldMs / 1000)} s`;
      pause('stalled', `${held}; look what it waits for`);
    },
    behind(label, waiting) {
      pause('behind', `${waiting} events wait for ${nameOf(label)}; make it faster`);
    },
  };

  /** Somebody came, or began to count: what was left is theirs, and everybody's when nobody counted before. */
  const welcome = (newcomer: Watcher<T>, before: number): void => {
    if (fan.counting > 0 && !newcomer.observe) leftovers.offer(before === 0 ? undefined : newcomer);
  };

  const stop = (): void => {
    const ending = stopSource;
    stopSource = undefined;
    if (!ending) return;
    ending();
    status('idle');
  };

  const hub: Hub<T> = {
    platform,
    channel,
    clock,
    counters,
    on: signals.on,
    emit,
    durable: options.durable ?? false,
    ahead: options.ahead ?? Number.POSITIVE_INFINITY,
    get watchers() {
      return fan.size;
    },
    get counting() {
      return fan.counting;
    },
    get untaken() {
      return untaken - leftovers.owed;
    },
    status,
    push(event, owner) {
      untaken += 1;
      counters.eventsProcessed += 1;
      leftovers.give(createTicket(desk, event, sequence++, owner));
    },
    watch(watcher): Handle {
      const before = fan.counting;
      fan.add(watcher);
      return {
        begin() {
          welcome(watcher, before);
          if (fan.size > 0) stopSource ??= start?.();
        },
        stop() {
          fan.remove(watcher);
          if (fan.size === 0) stop();
        },
        recount() {
          const was = fan.counting;
          fan.recount();
          if (was === 0) welcome(watcher, was);
        },
        offer: () => welcome(watcher, fan.counting),
      };
    },
    gap,
    succeeded() {
      counters.lastSuccessAt = clock.now();
      readiness.succeeded();
    },
    end(error) {
      stopSource?.();
      stopSource = undefined;
      status('ended', error ? { reason: error.message } : {});
      readiness.failed(error ?? notReady(platform));
      fan.end(error);
      signals.emit('end', error);
    },
    ready: readiness.wait,
    stats: () => ({ ...counters, errors: { ...counters.errors }, untaken, watchers: fan.size }),
    async close() {
      const watched = fan.size > 0;
      stop();
      readiness.failed(notReady(platform));
      await fan.finish();
      await options.settle?.();
      if (!watched || fan.size > 0) return;
      status('ended');
      signals.emit('end', undefined);
    },
    settle: async () => options.settle?.(),
    fewer: undefined,
  };
  return hub;
}

const nameOf = (label: string | undefined): string => (label ? `the watcher '${label}'` : 'a watcher');
