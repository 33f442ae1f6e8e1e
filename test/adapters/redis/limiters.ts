import { createRedisLimiter, type RedisLimiterOptions } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { Limiter, RateClass } from '../../../src/index.ts';
import { openRedis } from './support.ts';

type Server = () => Promise<{ port: number }>;

/** Limiters of as many processes: each has a client of its own. */
export const limitersOn =
  (server: Server) =>
  (count: number, options: Partial<RedisLimiterOptions> = {}): Promise<Limiter[]> =>
    Promise.all(
      Array.from({ length: count }, async () =>
        createRedisLimiter({ redis: openRedis(await server()), logger: false, ...options }),
      ),
    );

export const twoOn =
  (server: Server) =>
  async (options?: Partial<RedisLimiterOptions>): Promise<[Limiter, Limiter]> => {
    const [one, other] = await limitersOn(server)(2, options);
    if (!one || !other) throw new Error('two are made');
    return [one, other];
  };

/** Calls of one key, one after the other; each is over at once. */
export async function call(limiter: Limiter, key: string, rate: RateClass, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const slot = await limiter.acquire(key, rate, { clock: systemClock });
    times.push(performance.now());
    slot.release();
  }
  return times;
}
