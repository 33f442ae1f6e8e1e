import { describe, expect, it } from 'vitest';
import { createRedisLimiter } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { RateClass } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer } from './support.ts';

const server = redisServer();
const clock = systemClock;

/** The most that lie in any window. */
export const mostIn = (times: readonly number[], per: number): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + per).length));

describe.skipIf(isLeftOut('Redis'))('a limiter over Redis', () => {
  it('lets never more through than the limit in any window, over several limiters, and little less', async () => {
    const rate: RateClass = { limit: 20, per: 500 };
    const limiters = await Promise.all(
      Array.from({ length: 4 }, async () => createRedisLimiter({ redis: openRedis(await server()) })),
    );
    const times: number[] = [];
    const began = Date.now();
    await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        const limiter = limiters[index % 4];
        const slot = await limiter?.acquire('window', rate, { clock });
        times.push(Date.now());
        slot?.release();
      }),
    );
    expect(mostIn(times, rate.per)).toBeLessThanOrEqual(20);
    expect(Date.now() - began).toBeLessThan(3 * 500 * 1.2);
  });
});
