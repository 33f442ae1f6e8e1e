import type { Clock } from '../core/time.ts';
import type { Moment, Room } from './platform.ts';

/** Something that is going to happen: a moment with an offset in place of a time. */
export type Plan = Omit<Moment, 'sequence' | 'time'> & {
  /** Milliseconds from the beginning of the evening; negative is before it. */
  at: number;
};

/** A page that is on its way to one client. */
export interface Lease {
  moments: readonly Moment[];
  /** `true`: it arrived and is gone. `false`: it did not, and the next client gets the same. */
  settle(complete: boolean): void;
}

/**
 * What happens in one room, as time goes by. Its evening begins with its first visitor. A draining upstream takes
 * (`take`), a log is read from a cursor (`after`).
 */
export interface Feed {
  readonly room: Room;
  /** When the first visitor came, Unix time in milliseconds; `undefined` before. */
  readonly startedAt: number | undefined;
  /** The evening begins, if it did not already. */
  start(): void;
  /** The next `size` moments that are due, which nobody else got or is getting. */
  take(size: number): Lease;
  /** At most `size` due moments that follow the one numbered `sequence`. */
  after(sequence: number, size: number): readonly Moment[];
  /** Resolves when there may be something new, after `ms` milliseconds, or on abort. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Makes something happen now. It does not begin the evening. */
  add(plan: Omit<Plan, 'at'>): void;
}

export interface FeedOptions {
  room: Room;
  plans: Iterator<Plan, unknown>;
  backlog: readonly Plan[];
  clock: Clock;
  /** Milliseconds of the evening that go by in one millisecond. */
  pace: number;
}

/** A log keeps so many moments for clients that come late. */
const remembered = 5_000;

export function createFeed({ room, plans, backlog, clock, pace }: FeedOptions): Feed {
  let startedAt: number | undefined;
  // A cursor that ends in `-0` stands before everything.
  let sequence = 1;
  let upcoming: Plan | undefined;
  let kept: Moment[] = [];
  const waiters = new Set<() => void>();

  const begin = (): number => {
    if (startedAt !== undefined) return startedAt;
    startedAt = clock.now();
    for (const plan of backlog) keep(plan, startedAt + plan.at);
    upcoming = next();
    return startedAt;
  };
  const next = (): Plan | undefined => {
    const step = plans.next();
    return step.done === true ? undefined : step.value;
  };
  const keep = (plan: Omit<Plan, 'at'> & { at?: number }, time: number): void => {
    const { at: _, ...moment } = plan;
    kept.push({ ...moment, sequence: sequence++, time: Math.floor(time) });
  };
  const dueAt = (plan: Plan): number => begin() + plan.at / pace;
  /** Lets happen what is due, as long as somebody wants it: an evening without pace and limit is due for ever. */
  const happen = (wanted: () => boolean): void => {
    const now = clock.now();
    begin();
    while (upcoming !== undefined && dueAt(upcoming) <= now && wanted()) {
      keep(upcoming, dueAt(upcoming));
      upcoming = next();
    }
  };

  return {
    room,
    get startedAt() {
      return startedAt;
    },
    start: () => void begin(),
    take(size) {
      happen(() => kept.length < size);
      const moments = kept.splice(0, size);
      let settled = false;
      return {
        moments,
        settle(complete) {
          if (settled) return;
          settled = true;
          if (!complete) kept = [...moments, ...kept].sort((a, b) => a.sequence - b.sequence);
        },
      };
    },
    after(last, size) {
      const first = (): number => Math.max(0, last + 1 - (kept[0]?.sequence ?? 0));
      happen(() => kept.length - first() < size);
      if (kept.length > remembered) kept = kept.slice(-remembered);
      return kept.slice(first(), first() + size);
    },
    wait(ms, signal) {
      const soon = upcoming === undefined ? ms : Math.min(ms, Math.max(0, Math.ceil(dueAt(upcoming) - clock.now())));
      return new Promise((resolve) => {
        const done = (): void => {
          stop();
          waiters.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const stop = clock.after(soon, done);
        waiters.add(done);
        signal.addEventListener('abort', done, { once: true });
        if (signal.aborted) done();
      });
    },
    add(plan) {
      if (startedAt !== undefined && Number.isFinite(pace)) happen(() => true);
      keep(plan, clock.now());
      for (const wake of [...waiters]) wake();
    },
  };
}
