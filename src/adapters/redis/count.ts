import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimit } from '../../core/errors.ts';
import type { RateClass } from '../../core/limiter.ts';
import { createScript, type RedisClient, toList } from './client.ts';
import { takeLua, tellLua } from './limit-script.ts';

/** The places of one key, as the server counts them. */
export interface Count {
  /** Takes a place. */
  take(own: Own): Promise<Taking>;
  /** Says what became of a call. */
  tell(taken: string, elapsed: number, told: Told): Promise<unknown>;
  /** A call may arrive so many milliseconds after its place was taken, and the window still holds. */
  readonly margin: number;
}

/** What this process knows and the server may not. */
export interface Own {
  /** Calls that went while the server was away. */
  uncounted: number;
  /** Calls within the window that the server counted. */
  counted: number;
  /** Milliseconds for which nothing may go. */
  holdMs: number;
}

/** A place, or the wait in milliseconds. */
export interface Taking {
  readonly wait: number;
  readonly remaining: number;
  /** When the place was taken, by the server's clock. */
  readonly taken: string;
}

export interface Told {
  fate: '' | 'back' | 'slow';
  holdMs: number;
  rateLimit: RateLimit;
  /** Milliseconds until there are more calls. */
  resetIn: number | undefined;
  /** Calls of this process that may be missing in what the answer says is left. */
  underWay: number;
}

/** What arrives within this part of a window after it left, and within a second, costs no second command. */
const marginPart = 0.04;
const longestMargin = 1000;

const takeScript = createScript(takeLua);
const tellScript = createScript(tellLua);

const isRefusal = (value: unknown): value is { msBeforeNext: number } => typeof Object(value).msBeforeNext === 'number';

/**
 * The count is rate-limiter-flexible's; that its window slides is ours: its own is fixed, counts in whole seconds, and lets twice the limit
 * through at its border. The option that takes a script of one's own is made for that.
 */
export function createCount(redis: RedisClient, key: string, rateClass: RateClass): Count {
  const { limit, per, spacing = false, kind, burst = limit, counts } = rateClass;
  const bucket = kind === 'bucket';
  const margin = bucket ? 0 : Math.min(per * marginPart, longestMargin);
  const window = per + margin;
  const keys = [key, `${key}:calls`, `${key}:open`];
  const words = [
    limit,
    window,
    spacing && !bucket ? window / limit : 0,
    bucket ? burst : 0,
    counts === 'answered' && bucket ? 1 : 0,
  ];
  const points = bucket ? burst : limit;
  let own: Own = { uncounted: 0, counted: 0, holdMs: 0 };
  let taken = '';

  const limiter = new RateLimiterRedis({
    // Not the app's client: the command that the library defines on it may be another limiter's of the app.
    storeClient: {
      async rlflxIncr() {
        const reply = toList(await takeScript(redis, keys, [...words, own.uncounted, own.counted, own.holdMs]));
        taken = String(reply[2]);
        return reply;
      },
    },
    customIncrTtlLuaScript: takeLua,
    points,
    duration: Math.max(1, Math.ceil(per / 1000)),
  });

  return {
    margin,
    async take(known) {
      own = known;
      try {
        const { remainingPoints } = await limiter.consume(key);
        return { wait: 0, remaining: remainingPoints, taken };
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown;
        return { wait: Math.max(1, thrown.msBeforeNext), remaining: 0, taken };
      }
    },
    tell: (place, elapsed, { fate, holdMs, rateLimit, resetIn = -1, underWay }) =>
      tellScript(redis, keys, [
        ...words,
        place,
        elapsed,
        fate === 'slow' && (bucket || spacing) ? '' : fate,
        holdMs,
        rateLimit.remaining ?? -1,
        resetIn,
        underWay,
      ]),
  };
}
