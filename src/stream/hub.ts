import { TipstreamError } from '../core/errors.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { StreamState, StreamStats, StreamStatus } from './event-stream.ts';
import { createFan } from './fan.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { createSignals } from './signals.ts';
import { type Desk, release, type Ticket, type TicketOwner } from './ticket.ts';

/** What a source is made of. */
export interface HubOptions {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  clock: Clock;
  /** The source waits for its watchers. */
  patient: boolean;
  durable?: (() => boolean) | undefined;
  /** How many events may be untaken before the source waits. */
  ahead?: number | undefined;
  /** Begins to ask; called with the first watcher. The returned function ends it; called after the last. */
  start?: (() => Stop) | undefined;
  /** Writes down what was taken. */
  settle?: (() => Promise<void>) | undefined;
}

/** A source: events come in by `push` and are counted until every watcher took them. */
export interface Hub<T> extends Origin<T> {
  readonly channel: string | undefined;
  /** Watchers of any kind. */
  readonly watchers: number;
  /** Watchers that count. */
  readonly counting: number;
  /** Events offered, or waiting for a watcher, and not yet taken. */
  readonly untaken: number;
  readonly counters: StreamStats;
  push(event: T, owner?: TicketOwner): void;
  status(state: StreamState, more?: Pick<StreamStatus, 'reason' | 'retryAt'>): void;
  /** Told of every failure: counts it and emits `error`. */
  error(error: TipstreamError): void;
  /** The first success of `ready`. */
  succeeded(): void;
  end(error?: TipstreamError): void;
  /** Runs once the number of untaken events has gone down. */
  afterTaken(run: () => void): Stop;
}

export const noStats = (): StreamStats => ({
  eventsProcessed: 0,
  duplicates: 0,
  invalid: 0,
  polls: 0,
  errors: {},
  gaps: 0,
  untaken: 0,
  watchers: 0,
});

export function createHub<T>(options: HubOptions): Hub<T> {
  const { platform, channel, dialect, clock } = options;
  const fan = createFan<T>();
  const signals = createSignals<T>();
  const counters = noStats();
  const readyWaiters = new Set<(error?: TipstreamError) => void>();
  const takenWaiters = new Set<() => void>();
  let left: Ticket[] = [];
  let sequence = 0;
  let untaken = 0;
  let generation = 0;
  let stopSource: Stop | undefined;
  let state: StreamStatus = { state: 'idle', platform, since: 0 };
  let beforeStall: StreamStatus | undefined;

  const desk: Desk = {
    patient: options.patient,
    get counting() {
      return fan.counting;
    },
    get generation() {
      return generation;
    },
    settled(ticket) {
      if (beforeStall) {
        const { state: was, reason, retryAt } = beforeStall;
        beforeStall = undefined;
        status(was, { ...(reason && { reason }), ...(retryAt && { retryAt }) });
      }
      if (ticket.left) {
        if (ticket.owner?.left?.(ticket)) untaken -= 1;
        else keep(ticket);
        return;
      }
      untaken -= 1;
      ticket.owner?.taken(ticket);
      if (takenWaiters.size > 0) for (const run of takenWaiters) run();
    },
    stalled(label, heldMs) {
      pause(
        'stalled',
        `${nameOf(label)} has held one event for ${Math.round(heldMs / 1000)} s; look what its callback waits for`,
      );
    },
    behind(label, waiting) {
      pause('behind', `${waiting} events wait for ${nameOf(label)}; make it faster`);
    },
  };

  /** A state that lasts until the next event is taken. */
  const pause = (next: StreamState, reason: string): void => {
    beforeStall ??= state;
    status(next, { reason });
  };

  /** Puts an event aside, in order, for whoever comes next. */
  const keep = (ticket: Ticket): void => {
    let at = left.length;
    while (at > 0 && (left[at - 1]?.sequence ?? 0) > ticket.sequence) at -= 1;
    left.splice(at, 0, ticket);
    // It came back after new watchers were served: they never saw it.
    if (fan.counting > 0 && ticket.generation !== generation) offer((event, again) => fan.give(event, again));
  };

  const offer = (give: (event: T, ticket: Ticket) => void): void => {
    const tickets = left;
    left = [];
    for (const ticket of tickets) {
      ticket.left = false;
      ticket.generation = generation;
      ticket.holds = 1;
      give(ticket.event as T, ticket);
      release(ticket);
    }
  };

  /** Somebody came, or began to count: what was left is theirs, and everybody's when nobody counted before. */
  const welcome = (newcomer: Watcher<T>, before: number): void => {
    if (fan.counting === 0 || newcomer.observe) return;
    if (before === 0) generation += 1;
    if (left.length > 0)
      offer((event, ticket) => (before === 0 ? fan.give(event, ticket) : newcomer.next(event, ticket)));
  };

  const status: Hub<T>['status'] = (next, more = {}) => {
    if (state.state === next && state.reason === more.reason && state.retryAt === more.retryAt) return;
    state = {
      state: next,
      platform,
      ...(channel !== undefined && { channel }),
      ...(dialect && { dialect }),
      since: clock.now(),
      ...more,
    };
    signals.emit('status', state);
  };

  const stop = (): void => {
    const ending = stopSource;
    stopSource = undefined;
    if (!ending) return;
    ending();
    status('idle');
  };

  return {
    platform,
    channel,
    clock,
    counters,
    on: signals.on,
    emit: (name, signal) => {
      if (name === 'gap') counters.gaps += 1;
      if (name === 'invalid') counters.invalid += 1;
      signals.emit(name, signal);
    },
    get durable() {
      return options.durable?.() ?? false;
    },
    ahead: options.ahead ?? Number.POSITIVE_INFINITY,
    get watchers() {
      return fan.size;
    },
    get counting() {
      return fan.counting;
    },
    get untaken() {
      return untaken;
    },
    status,
    push(event, owner) {
      const ticket: Ticket = { desk, event, owner, sequence: sequence++, generation, holds: 1, left: false };
      untaken += 1;
      counters.eventsProcessed += 1;
      counters.lastEventAt = clock.now();
      if (fan.size === 0) ticket.left = true;
      else fan.give(event, ticket);
      release(ticket);
    },
    watch(watcher): Handle {
      const before = fan.counting;
      fan.add(watcher);
      welcome(watcher, before);
      if (fan.size > 0) stopSource ??= options.start?.();
      return {
        stop() {
          fan.remove(watcher);
          if (fan.size === 0) stop();
        },
        recount() {
          const before = fan.counting;
          fan.recount();
          if (before === 0) welcome(watcher, before);
        },
        offer: () => welcome(watcher, fan.counting),
      };
    },
    error(error) {
      counters.errors[error.code] = (counters.errors[error.code] ?? 0) + 1;
      signals.emit('error', error);
    },
    succeeded() {
      counters.lastSuccessAt = clock.now();
      if (readyWaiters.size > 0) for (const run of readyWaiters) run();
    },
    end(error) {
      stopSource?.();
      stopSource = undefined;
      status('ended', error ? { reason: error.message } : {});
      for (const run of readyWaiters)
        run(
          error ??
            new TipstreamError({ code: 'ABORTED', message: `${platform}: the stream ended before it was ready` }),
        );
      fan.end(error);
      signals.emit('end', error);
    },
    ready: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(aborted(platform, signal));
        if (counters.lastSuccessAt !== undefined) return resolve();
        const done = (error?: TipstreamError): void => {
          readyWaiters.delete(done);
          signal?.removeEventListener('abort', abort);
          error ? reject(error) : resolve();
        };
        const abort = (): void => done(aborted(platform, signal));
        readyWaiters.add(done);
        signal?.addEventListener('abort', abort, { once: true });
      }),
    stats: () => ({ ...counters, errors: { ...counters.errors }, untaken, watchers: fan.size }),
    async close() {
      const watched = fan.size > 0;
      stop();
      await fan.finish();
      await options.settle?.();
      if (!watched) return;
      status('ended');
      signals.emit('end', undefined);
    },
    settle: async () => options.settle?.(),
    afterTaken(run) {
      takenWaiters.add(run);
      return () => {
        takenWaiters.delete(run);
      };
    },
  };
}

const nameOf = (label: string | undefined): string => (label ? `the watcher '${label}'` : 'a watcher');

const aborted = (platform: string, signal: AbortSignal | undefined): TipstreamError =>
  new TipstreamError({
    code: 'ABORTED',
    message: `${platform}: waiting for the stream was aborted`,
    cause: signal?.reason,
  });
