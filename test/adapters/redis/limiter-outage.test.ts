import { describe, expect, it } from 'vitest';
import { createRedisLimiter } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { RateClass } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, until } from './support.ts';

const server = redisServer();
const clock = systemClock;

describe.skipIf(isLeftOut('Redis'))('while Redis is away', () => {
  it('the limiter counts by itself its part of the limit, says so once, and comes back with what went meanwhile', async () => {
    const running = await server();
    const told: string[] = [];
    const lines: string[] = [];
    const redis = openRedis(running);
    const limiter = createRedisLimiter({
      redis,
      processes: 2,
      onError: ({ code }) => told.push(code),
      logger: { warn: (line) => lines.push(line), info: (line) => lines.push(line) },
    });
    const rate: RateClass = { limit: 10, per: 60_000 };
    const call = async (): Promise<boolean> => {
      const slot = await limiter.acquire('away', rate, { clock, maxWait: 100 }).catch(() => undefined);
      slot?.release();
      return slot !== undefined;
    };
    expect(await call()).toBe(true);
    running.pause();
    const went: boolean[] = [];
    for (let index = 0; index < 8; index += 1) went.push(await call());
    // Its half of ten, one of which it has had.
    expect(went.filter(Boolean)).toHaveLength(4);
    expect(told).toEqual(['STORE']);
    running.resume();
    await until(async () => {
      await call();
      return lines.length === 2;
    });
    expect(lines[0]).toMatch(/could not count calls: no answer in 1 s;.*counts by itself$/);
    expect(lines[1]).toMatch(/back, the processes count together again$/);
    // Now of ten again; one may have been counted twice, by a server that answered too late.
    const after: boolean[] = [];
    for (let index = 0; index < 10; index += 1) after.push(await call());
    const all = 1 + went.filter(Boolean).length + after.filter(Boolean).length;
    expect(all).toBeLessThanOrEqual(10);
    expect(all).toBeGreaterThanOrEqual(8);
  });

  it('a server that lost its memory lets nothing through that may be too much', async () => {
    const redis = openRedis(await server());
    const limiter = createRedisLimiter({ redis });
    const rate: RateClass = { limit: 3, per: 400 };
    for (let index = 0; index < 2; index += 1) (await limiter.acquire('lost', rate, { clock })).release();
    // A machine that stood still behind the last one has waited for the next as well.
    const began = performance.now();
    (await limiter.acquire('lost', rate, { clock })).release();
    await redis.flushall();
    (await limiter.acquire('lost', rate, { clock })).release();
    expect(performance.now() - began).toBeGreaterThanOrEqual(rate.per);
  });
});
