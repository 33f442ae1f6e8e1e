import { type RateLimit, TipstreamError } from './errors.ts';
import { createSchedule } from './schedule.ts';
import { type Clock, minutes, type Stop } from './time.ts';

/** How often an upstream lets itself be asked. */
export interface RateClass {
  /** Calls in every `per`. */
  limit: number;
  /** The length of the window, in milliseconds. */
  per: number;
  /**
   * `'window'`: never more than `limit` in any window of this length. `'bucket'`: refills evenly and holds `burst`, for
   * upstreams known to count so.
   * @default 'window'
   */
  kind?: 'window' | 'bucket' | undefined;
  /**
   * What a full bucket holds.
   * @default `limit`
   */
  burst?: number | undefined;
  /**
   * Strictly even: one call every `per / limit`, no burst. For windows.
   * @default false
   */
  spacing?: boolean | undefined;
}

/** Leave to send one call. */
export interface Slot {
  /**
   * Says that the call ended; a second time does nothing. `rateLimit` is what the answer's headers said. `holdMs`, after a
   * 429, holds back everything queued under the same key for so long, and nothing else.
   */
  release(rateLimit?: RateLimit, holdMs?: number): void;
}

/** How to wait for a slot. */
export interface AcquireOptions {
  /** The client's clock. The one given to `createLimiter` wins. */
  clock: Clock;
  /** Gives the place in the queue back: the promise rejects at once with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * A longer wait, in milliseconds, rejects at once with `RATE_LIMITED`.
   * @default Infinity
   */
  maxWait?: number | undefined;
}

/** Counts calls by key, first come, first served. Hand one to several clients and they share its counts. */
export interface Limiter {
  /** Resolves when the call may be sent. Errors: `RATE_LIMITED` with `retryAfterMs` where the wait exceeds `maxWait`. */
  acquire(key: string, rateClass: RateClass, options: AcquireOptions): Promise<Slot>;
  /** The last known state of a key and the number of calls that wait; `undefined` before its first call. */
  state(key: string): (RateLimit & { waiting: number }) | undefined;
}

interface Waiter {
  /** The latest time at which a slot is still of use. */
  until: number;
  go(slot: Slot): void;
  fail(error: unknown): void;
}

interface Lane {
  acquire(options: AcquireOptions): Promise<Slot>;
  state(): RateLimit & { waiting: number };
  idle(): boolean;
}

/** Times are large numbers: sums of fractions of a millisecond are off by less than this. */
const rounding = 1e-3;

/** A call that is under way for longer than any poll is held has ended without a word. */
const longestCall = minutes(2);

/** The queue of one key. */
function createLane(rateClass: RateClass, clock: Clock): Lane {
  const { limit, per, burst = limit } = rateClass;
  const schedule = createSchedule(rateClass);
  const queue: Waiter[] = [];
  let known: RateLimit = {};
  let knownUntil = 0;
  let open: number[] = [];
  let hold = 0;
  let offset = 0;
  let last = 0;
  let stop: Stop | undefined;

  // A clock that is set back must lengthen no wait: the time of a lane goes on from where it was.
  const time = (): number => {
    offset = Math.max(offset, last - clock.now());
    last = clock.now() + offset;
    return last;
  };
  const at = (ahead: number, now: number): number => schedule.at(ahead, Math.max(now, hold));
  const tooLong = (wait: number): TipstreamError =>
    new TipstreamError({
      code: 'RATE_LIMITED',
      message: `${limit} calls in ${per / 1000} s are allowed and used up, the next may go in ${Math.ceil(wait / 100) / 10} s; call less often, allow a longer deadline, or share one createLimiter() between the clients of a credential`,
      retryAfterMs: Math.ceil(wait),
    });

  const grant = (now: number): Slot => {
    let held = true;
    schedule.take(now);
    open.push(now);
    return {
      release(rateLimit, holdMs = 0) {
        if (!held) return;
        held = false;
        const index = open.indexOf(now);
        if (index >= 0) open.splice(index, 1);
        if (rateLimit || holdMs > 0) learn(rateLimit ?? {}, holdMs);
      },
    };
  };
  const drain = (): void => {
    stop?.();
    stop = undefined;
    const now = time();
    for (let next = queue[0]; next && at(0, now) <= now + rounding; next = queue[0]) {
      queue.shift();
      next.go(grant(now));
    }
    if (queue.length) stop = clock.after(Math.ceil(at(0, now) - now), drain);
  };
  const learn = (rateLimit: RateLimit, holdMs: number): void => {
    const now = time();
    const { remaining, resetAt } = rateLimit;
    known = { ...known, ...rateLimit };
    knownUntil = resetAt === undefined ? now + per : resetAt + offset;
    hold = Math.max(hold, now + holdMs);
    // Calls that are still under way may be missing in that number; in workerd one may have died without a word.
    open = open.filter((since) => since > now - longestCall);
    if (remaining !== undefined)
      schedule.correct(Math.max(0, remaining - open.length), resetAt === undefined ? undefined : knownUntil, now);
    for (let ahead = 0; ahead < queue.length; ) {
      const waiter = queue[ahead];
      const wait = at(ahead, now) - now;
      if (!waiter || now + wait <= waiter.until + rounding) ahead += 1;
      else {
        queue.splice(ahead, 1);
        waiter.fail(tooLong(wait));
      }
    }
    if (queue.length || stop) drain();
  };

  return {
    acquire({ signal, maxWait = Number.POSITIVE_INFINITY }) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const now = time();
      const wait = at(queue.length, now) - now;
      if (wait > maxWait) return Promise.reject(tooLong(wait));
      if (!queue.length && wait <= rounding) return Promise.resolve(grant(now));
      return new Promise((resolve, reject) => {
        // In workerd a timer dies with the request that set it, so whoever waits has one of its own beside that of the queue.
        const later = (): Stop => {
          const now = time();
          return clock.after(Math.ceil(at(queue.indexOf(waiter), now) - now), () => {
            drain();
            if (queue.includes(waiter)) own = later();
          });
        };
        const abort = (): void => {
          own();
          queue.splice(queue.indexOf(waiter), 1);
          drain();
          reject(signal?.reason);
        };
        const settled = (): void => {
          own();
          signal?.removeEventListener('abort', abort);
        };
        const waiter: Waiter = {
          until: now + maxWait,
          go(slot) {
            settled();
            resolve(slot);
          },
          fail(error) {
            settled();
            reject(error);
          },
        };
        queue.push(waiter);
        let own = later();
        signal?.addEventListener('abort', abort, { once: true });
        if (!stop) drain();
      });
    },
    state() {
      const now = clock.now() + offset;
      let remaining = 0;
      while (remaining < Math.max(limit, burst) && at(remaining, now) <= now + rounding) remaining += 1;
      return {
        limit,
        remaining,
        ...(now < knownUntil && known),
        ...(hold > now && { remaining: 0, resetAt: hold - offset }),
        waiting: queue.length,
      };
    },
    idle: () =>
      !queue.length &&
      !open.length &&
      clock.now() + offset > Math.max(hold, knownUntil, last + per * Math.max(1, burst / limit)),
  };
}

/**
 * Makes a limiter. A client has one of its own; give the same to all clients that use one credential, and together they keep
 * its limits. It keeps time with the clock of the client that asks first, unless you give one.
 */
export function createLimiter(options: { clock?: Clock | undefined } = {}): Limiter {
  const lanes = new Map<string, Lane>();
  let sweepAt = 100;
  return {
    acquire(key, rateClass, acquireOptions) {
      let lane = lanes.get(key);
      if (!lane) {
        // Credentials come and go: a key that nothing is known of any more is forgotten.
        if (lanes.size >= sweepAt) {
          for (const [name, each] of lanes) if (each.idle()) lanes.delete(name);
          sweepAt = Math.max(100, lanes.size * 2);
        }
        lane = createLane(rateClass, options.clock ?? acquireOptions.clock);
        lanes.set(key, lane);
      }
      return lane.acquire(acquireOptions);
    },
    state: (key) => lanes.get(key)?.state(),
  };
}
