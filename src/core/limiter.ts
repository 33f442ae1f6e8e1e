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
  /** Whoever waits, as the look whether the turn has come; it says whether the queue is one shorter. */
  const queue: (() => boolean)[] = [];
  let known: RateLimit = {};
  let knownUntil = 0;
  let open: number[] = [];
  let hold = 0;
  let offset = 0;
  let last = 0;

  // A clock that is set back must lengthen no wait: the time of a lane goes on from where it was.
  const time = (): number => {
    offset = Math.max(offset, last - clock.now());
    last = clock.now() + offset;
    return last;
  };
  const at = (ahead: number, now: number): number => schedule.at(ahead, Math.max(now, hold)) - rounding;

  const grant = (now: number): Slot => {
    let held = true;
    schedule.take(now);
    open.push(now);
    return {
      release(rateLimit, holdMs = 0) {
        if (held) open.splice(open.indexOf(now), open.includes(now) ? 1 : 0);
        if (held && (rateLimit || holdMs)) learn(rateLimit ?? {}, holdMs);
        held = false;
      },
    };
  };
  const learn = (rateLimit: RateLimit, holdMs: number): void => {
    const now = time();
    const { remaining, resetAt } = rateLimit;
    known = { ...known, ...rateLimit };
    knownUntil = resetAt === undefined ? now + per : resetAt + offset;
    hold = Math.max(hold, now + holdMs);
    // Calls that are still under way may be missing in that number; in workerd one may have died without a word.
    open = open.filter((since) => since > now - longestCall);
    if (remaining !== undefined) schedule.correct(Math.max(0, remaining - open.length), resetAt && knownUntil, now);
    for (const look of [...queue]) look();
  };

  return {
    acquire({ signal, maxWait = Number.POSITIVE_INFINITY }) {
      const since = time();
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (!queue.length && at(0, since) <= since) return Promise.resolve(grant(since));
      return new Promise((resolve, reject) => {
        const stops: Stop[] = [];
        let earliest = Number.POSITIVE_INFINITY;
        const leave = (): void => {
          for (const stop of stops) stop();
          signal?.removeEventListener('abort', abort);
          queue.splice(queue.indexOf(look), 1);
        };
        const abort = (): void => {
          leave();
          reject(signal?.reason);
          for (const other of [...queue]) other();
        };
        const look = (): boolean => {
          const now = time();
          const due = at(queue.indexOf(look), now);
          const wait = Math.ceil(due - now);
          if (due <= now || due > since + maxWait) {
            leave();
            if (due <= now) resolve(grant(now));
            else reject(tooLong(rateClass, wait));
            return true;
          }
          // Everybody has a timer, and nobody puts that of another off: in workerd it dies with the request that set it.
          if (due < earliest) {
            earliest = due;
            stops.push(
              clock.after(wait, () => {
                earliest = Number.POSITIVE_INFINITY;
                while (queue[0]?.());
                if (queue.includes(look)) look();
              }),
            );
          }
          return false;
        };
        queue.push(look);
        signal?.addEventListener('abort', abort);
        look();
      });
    },
    state() {
      const now = clock.now() + offset;
      let remaining = 0;
      while (remaining < Math.max(limit, burst) && at(remaining, now) <= now) remaining += 1;
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

const tooLong = ({ limit, per }: RateClass, retryAfterMs: number): TipstreamError =>
  new TipstreamError({
    code: 'RATE_LIMITED',
    message: `${limit} calls in ${per / 1000} s are allowed and used up, the next may go in ${Math.ceil(retryAfterMs / 100) / 10} s; call less often, allow a longer deadline, or share one createLimiter() between the clients of a credential`,
    retryAfterMs,
  });

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
