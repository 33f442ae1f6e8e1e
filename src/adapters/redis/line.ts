import { type RateLimit, TipstreamError } from '../../core/errors.ts';
import { createLane } from '../../core/lane.ts';
import type { AcquireOptions, RateClass, Slot } from '../../core/limiter.ts';
import { createSchedule } from '../../core/schedule.ts';
import { type Clock, type Stop, seconds } from '../../core/time.ts';
import type { RedisClient } from './client.ts';
import { createCount, type Taking } from './count.ts';
import type { Reach } from './reach.ts';

/** Calls of one key in this process, in their order. */
export interface Line {
  acquire(options: AcquireOptions): Promise<Slot>;
  state(): RateLimit & { waiting: number };
  /** Nothing of it matters any more. */
  idle(): boolean;
}

/** What a line is made of. */
export interface LineOptions {
  redis: RedisClient;
  key: string;
  rateClass: RateClass;
  processes: number;
  clock: Clock;
  reach: Reach;
}

/** A call that waits. */
interface Waiter {
  readonly until: number;
  resolve(slot: Slot): void;
  reject(error: unknown): void;
}

/** How long it waits at most before it looks again: another process may have given a place back. */
const longestLook = seconds(2);

const partOf = (rateClass: RateClass, processes: number): RateClass => {
  const { limit, per, burst = limit } = rateClass;
  if (processes <= 1) return rateClass;
  const part = limit / processes;
  // Where there is less than one call for each, each has one in a longer time.
  return {
    ...rateClass,
    limit: Math.max(1, Math.floor(part)),
    per: per * Math.max(1, 1 / part),
    burst: Math.max(1, Math.floor(burst / processes)),
  };
};

const tooLong = ({ limit, per }: RateClass, retryAfterMs: number): TipstreamError =>
  new TipstreamError({
    code: 'RATE_LIMITED',
    message: `${limit} calls in ${per / 1000} s are allowed to all processes together and used up, the next may go in ${Math.ceil(retryAfterMs / 100) / 10} s; call less often, or allow a longer deadline`,
    retryAfterMs,
  });

export function createLine({ redis, key, rateClass, processes, clock, reach }: LineOptions): Line {
  const { limit, per, kind, spacing, counts } = rateClass;
  const late = counts === 'answered' && kind === 'bucket';
  const count = createCount(redis, key, rateClass);
  /** What this process knows by itself: it decides while Redis is away. */
  const part = partOf(rateClass, processes);
  const full = Math.max(part.limit, part.burst ?? 0);
  const lane = createLane(part, createSchedule(part), clock);
  let queue: Waiter[] = [];
  let pumping = false;
  let wake = (): void => {};
  /** When the first in the queue may go, as far as it is known. */
  let due = 0;
  /** What the server said last. */
  let known = { remaining: Number.POSITIVE_INFINITY, until: 0 };
  let heldUntil = 0;
  /** When calls went that the server counted, and that it did not. */
  const counted: number[] = [];
  const uncounted: number[] = [];
  let open = 0;

  /** At the earliest: a burst goes together, the rest of a window later. */
  const dueOf = (place: number): number => {
    if (kind === 'bucket' || spacing) return due + place * (per / limit);
    return due + Math.floor(place / limit) * per;
  };

  const refuse = (): void => {
    const now = lane.time();
    const kept: Waiter[] = [];
    queue.forEach((waiter) => {
      const at = dueOf(kept.length);
      if (at > now && at > waiter.until) waiter.reject(tooLong(rateClass, at - now));
      else kept.push(waiter);
    });
    queue = kept;
  };

  const recent = (times: number[], now: number): number => {
    while ((times[0] ?? now) <= now - per) times.shift();
    return times.length;
  };

  const alone = (now: number): Taking => {
    const wait = Math.max(0, lane.at(0, now) - now);
    if (wait === 0) uncounted.push(now);
    return { wait, remaining: 0, taken: '' };
  };

  const take = async (): Promise<Taking> => {
    const now = lane.time();
    const own = {
      uncounted: recent(uncounted, now),
      counted: recent(counted, now),
      holdMs: Math.max(0, heldUntil - now),
    };
    const taking = await reach.run(clock, () => count.take(own));
    const then = lane.time();
    if (!taking) return alone(then);
    counted.push(...uncounted.splice(0));
    if (taking.wait === 0) counted.push(then);
    known = { remaining: taking.remaining, until: then + per };
    return taking;
  };

  const tell = (taking: Taking, since: number, rateLimit: RateLimit, holdMs: number, back = false): void => {
    const now = lane.time();
    const elapsed = now - since;
    const slow = elapsed > count.margin && kind !== 'bucket';
    const { resetAt, remaining } = rateLimit;
    if (!taking.taken || !(back || late || slow || holdMs || remaining !== undefined)) return;
    reach.tell(() =>
      count.tell(taking.taken, elapsed, {
        fate: back ? 'back' : slow ? 'slow' : '',
        holdMs,
        rateLimit,
        resetIn: resetAt === undefined ? undefined : Math.max(0, resetAt - clock.now()),
        underWay: late ? 0 : open,
      }),
    );
  };

  const slotOf = (taking: Taking, since: number): Slot => {
    let held = true;
    lane.take(since);
    open += 1;
    return {
      release(rateLimit = {}, holdMs = 0) {
        if (!held) return;
        held = false;
        open -= 1;
        tell(taking, since, rateLimit, holdMs);
        lane.learn(rateLimit, holdMs, late ? 0 : open);
        if (holdMs) heldUntil = Math.max(heldUntil, lane.time() + holdMs);
        wake();
      },
    };
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      let stop: Stop = () => {};
      wake = () => {
        stop();
        wake = () => {};
        resolve();
      };
      stop = clock.after(Math.min(Math.ceil(ms), longestLook), wake);
    });

  /** One question at a time: so the first in the queue is the first to go. */
  const pump = async (): Promise<void> => {
    pumping = true;
    while (queue.length > 0) {
      const since = lane.time();
      const taking = await take();
      if (taking.wait > 0) {
        due = lane.time() + taking.wait;
        refuse();
        if (queue.length > 0) await pause(taking.wait);
        continue;
      }
      const first = queue.shift();
      if (first) first.resolve(slotOf(taking, since));
      else tell(taking, since, {}, 0, true);
    }
    due = 0;
    pumping = false;
  };

  return {
    acquire({ signal, maxWait = Number.POSITIVE_INFINITY }) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        const leave = (): void => signal?.removeEventListener('abort', abort);
        const waiter: Waiter = {
          until: lane.time() + maxWait,
          resolve(slot) {
            leave();
            resolve(slot);
          },
          reject(error) {
            leave();
            reject(error);
          },
        };
        const abort = (): void => {
          queue = queue.filter((each) => each !== waiter);
          reject(signal?.reason);
          if (queue.length === 0) wake();
        };
        const wait = dueOf(queue.length) - lane.time();
        if (due > 0 && wait > maxWait) return reject(tooLong(rateClass, wait));
        signal?.addEventListener('abort', abort, { once: true });
        queue.push(waiter);
        if (!pumping) void pump();
      });
    },
    idle: () =>
      queue.length === 0 && open === 0 && recent(counted, lane.time()) === 0 && lane.state().remaining === full,
    state() {
      const { limit: said, ...state } = lane.state();
      const remaining = Math.min(state.remaining ?? 0, clock.now() < known.until ? known.remaining : full);
      return { ...state, limit: said === part.limit ? limit : (said ?? limit), remaining, waiting: queue.length };
    },
  };
}
