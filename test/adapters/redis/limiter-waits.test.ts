import { describe, expect, it } from 'vitest';
import type { RedisClient } from '../../../src/adapters/redis/client.ts';
import { createRedisLimiter } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import { isTipstreamError, type RateClass } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { call, twoOn } from './limiters.ts';
import { openRedis, redisServer, until } from './support.ts';

const server = redisServer();
const clock = systemClock;
const now = (): number => performance.now();
const window: RateClass = { limit: 5, per: 200 };

const two = twoOn(server);

describe.skipIf(isLeftOut('Redis'))('a call that waits for Redis', () => {
  it('rejects at once where the wait would be too long, and says how long it would be', async () => {
    const [one, other] = await two();
    await call(one, 'long', { limit: 5, per: 60_000 }, 5);
    const error = await other
      .acquire('long', { limit: 5, per: 60_000 }, { clock, maxWait: 1000 })
      .catch((thrown: unknown) => thrown);
    expect(isTipstreamError(error, 'RATE_LIMITED') && error.retryAfterMs).toBeGreaterThan(55_000);
    expect(other.state('long')).toMatchObject({ limit: 5, remaining: 0, waiting: 0 });
  });

  it('rejects where those before it take too long, also while they wait', async () => {
    const rate: RateClass = { limit: 1, per: 400 };
    const [one] = await two();
    await call(one, 'behind', rate, 1);
    const first = one.acquire('behind', rate, { clock, maxWait: 700 });
    const second = one.acquire('behind', rate, { clock, maxWait: 700 }).catch((thrown: unknown) => thrown);
    expect(isTipstreamError(await second, 'RATE_LIMITED')).toBe(true);
    (await first).release();
  });

  it('gives the place of a call that was given up to the next, also of another process', async () => {
    const [one, other] = await two();
    await call(one, 'given up', { limit: 3, per: 60_000 }, 2);
    const controller = new AbortController();
    const waiting = one.acquire('given up', { limit: 3, per: 60_000 }, { clock, signal: controller.signal });
    // The place is on its way to it.
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await until(async () => {
      const slot = await other
        .acquire('given up', { limit: 3, per: 60_000 }, { clock, maxWait: 500 })
        .catch(() => undefined);
      return slot !== undefined;
    });
    expect(one.state('given up')?.waiting).toBe(0);
  });

  it.each([
    ['window', { limit: 4, per: 60_000 }],
    ['bucket', { limit: 1, per: 60_000, kind: 'bucket', burst: 4 }],
  ] as const)('gives a place of a %s back once, also where the message had to be sent again', async (kind, rate) => {
    const redis = openRedis(await server());
    let told = 0;
    const twice: Pick<RedisClient, 'call'> = {
      async call(command, ...args) {
        if (!args.includes('back')) return redis.call(command, ...args);
        await redis.call(command, ...args).catch(() => undefined);
        const answer = await redis.call(command, ...args);
        told += 1;
        return answer;
      },
    };
    const limiter = createRedisLimiter({ redis: Object.assign(Object.create(redis), twice), logger: false });
    await call(limiter, kind, rate, 2);
    const controller = new AbortController();
    const waiting = limiter.acquire(kind, rate, { clock, signal: controller.signal });
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await until(() => told > 0);
    const [fresh] = await two();
    const places = async (): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const slot = await fresh.acquire(kind, rate, { clock, maxWait: 0 }).catch(() => undefined);
        if (!slot) return count;
      }
    };
    expect(await places()).toBe(2);
  });

  it('holds all processes back after the 429 of one', async () => {
    const [one, other] = await two();
    const slot = await one.acquire('held', window, { clock });
    const began = now();
    slot.release({}, 200);
    // The other one asks first: it can know of it from Redis only.
    const [theirs] = await call(other, 'held', window, 1);
    expect((theirs ?? 0) - began).toBeGreaterThanOrEqual(199);
  });

  it('allows no process more than the headers of one said', async () => {
    const [one, other] = await two();
    const slot = await one.acquire('said', { limit: 100, per: 60_000 }, { clock });
    const began = now();
    slot.release({ remaining: 2, resetAt: Date.now() + 400 });
    await call(one, 'said', { limit: 100, per: 60_000 }, 1);
    const [second, third] = await call(other, 'said', { limit: 100, per: 60_000 }, 2);
    expect((second ?? 0) - began).toBeLessThan(395);
    expect((third ?? 0) - began).toBeGreaterThanOrEqual(395);
    expect(other.state('said')).toMatchObject({ limit: 100 });
  });

  it('is not confused by a clock of the server that was set back', async () => {
    const redis = openRedis(await server());
    const [one] = await two();
    await call(one, 'back', window, 5);
    const key = (await redis.keys('*back}'))[0] ?? '';
    // As if it had been an hour later then.
    await redis.hset(key, 'last', String(Date.now() + 3_600_000));
    const times = (await redis.lrange(`${key}:calls`, 0, -1)).map((time) => Number(time) + 3_600_000);
    await redis.del(`${key}:calls`);
    await redis.rpush(`${key}:calls`, ...times.map(String));
    const began = now();
    await call(one, 'back', window, 1);
    expect(now() - began).toBeGreaterThan(window.per / 2);
    expect(now() - began).toBeLessThan(2 * window.per);
  });

  it('forgets a key that nobody asks for any more, there and here', async () => {
    const redis = openRedis(await server());
    const [one] = await two({ prefix: 'forgets:' });
    await call(one, 'key', { limit: 5, per: 100 }, 2);
    expect(await redis.keys('*forgets:*')).toHaveLength(2);
    await until(async () => (await redis.keys('*forgets:*')).length === 0);
  });
});
