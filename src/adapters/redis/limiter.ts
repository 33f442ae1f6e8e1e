import type { TipstreamError } from '../../core/errors.ts';
import type { AcquireOptions, Limiter, RateClass } from '../../core/limiter.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { RedisClient } from './client.ts';
import { createLine, type Line } from './line.ts';
import { createReach } from './reach.ts';

/** What `createRedisLimiter` takes. */
export interface RedisLimiterOptions {
  /** The client of the app: a `Redis` of ioredis. */
  redis: RedisClient;
  /** Stands before every key; what follows is host, SHA-256 of the credential, rate class. @default 'tipstream:limit:' */
  prefix?: string | undefined;
  /**
   * How many processes share it, about: while Redis is away, each keeps to its part of a limit.
   * @default 1: each process then takes the whole limit for itself
   */
  processes?: number | undefined;
  /** Told once when Redis is away and once a process counts by itself, and not again before it was back. */
  onError?: ((error: TipstreamError) => void) | undefined;
  /** Where the same is written; `false` silences it. @default console */
  logger?: Logger | false | undefined;
  /** The source of time for waiting. What is counted is counted by the clock of Redis. @default the clock of the client that asks first */
  clock?: Clock | undefined;
}

/**
 * A limiter that all processes share which use the same Redis: hand it to the clients, `createTwitch({ limiter })`. What it promises is what
 * `createLimiter` promises, over all of them: never more than `limit` calls arrive in any window of length `per`, by the clock of
 * Redis, also where a call is long on its way (up to 3 s); a 429 of one process holds back all. Within a process it is first come,
 * first served; between processes there is no order.
 *
 * While Redis is away each process counts by itself, says so once, and goes on with the others as soon as Redis is back. Keys hold
 * the host, a SHA-256 of the credential and the name of the rate class, and are gone after two windows without a call.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createStripchat } from 'tipstream/stripchat';
 * import { createRedisLimiter } from 'tipstream/redis';
 * const redis = new Redis({ lazyConnect: true });
 * const limiter = createRedisLimiter({ redis, processes: 4 });
 * const client = createStripchat({ token: 'not-a-secret-token', limiter });
 * await client.close();
 * redis.disconnect();
 * ```
 */
export function createRedisLimiter(options: RedisLimiterOptions): Limiter {
  const { redis, prefix = 'tipstream:limit:', processes = 1 } = options;
  const reach = createReach(redis, options);
  const lines = new Map<string, Line>();
  let sweepAt = 100;
  return {
    acquire(key: string, rateClass: RateClass, acquiring: AcquireOptions) {
      let line = lines.get(key);
      if (!line) {
        // Credentials come and go: a key that nothing is known of any more is forgotten.
        if (lines.size >= sweepAt) {
          for (const [name, each] of lines) if (each.idle()) lines.delete(name);
          sweepAt = Math.max(100, lines.size * 2);
        }
        const { clock = acquiring.clock } = options;
        // In a cluster, what belongs to one key lies in one slot.
        line = createLine({ redis, key: `{${prefix}${key}}`, rateClass, processes, clock, reach });
        lines.set(key, line);
      }
      return line.acquire(acquiring);
    },
    state: (key) => lines.get(key)?.state(),
  };
}
