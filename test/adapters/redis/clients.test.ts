import { once } from 'node:events';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRedisLimiter, createRelay, type RedisClient, redisStore } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startRedis } from '../../support/redis-server.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

/** Everything once. */
async function everything(redis: RedisClient, key: string, fenceKey: string): Promise<void> {
  const fence = { key: fenceKey, token: 'mine' };
  await redis.call('SET', fence.key, fence.token);
  const relay = createRelay({ redis, key, maxLength: 10, maxAge: 60_000 });
  const stream = relay.consume({ group: 'g', consumer: 'one', claimAfter: 50 });
  const got: string[] = [];
  const stop = stream.subscribe(({ id }) => void got.push(id));
  onTestFinished(stop);
  await stream.ready();
  await relay.put(tipsOf(300), { fence });
  await until(() => got.length === 300);
  await relay.put(tipsOf(10, 'more'));
  await until(() => got.length === 310);
  await stream.close();
  expect((await relay.stats()).groups).toEqual([
    { name: 'g', consumers: 0, pending: 0, lag: expect.any(Number), trimmed: 0 },
  ]);
  const store = redisStore({ redis, fence, prefix: key });
  await store.set('a', [1]);
  expect(await store.get('a')).toEqual([1]);
  const limiter = createRedisLimiter({ redis, prefix: key, onError: (error) => expect.fail(error.message) });
  for (const rate of [
    { limit: 5, per: 1000 },
    { limit: 5, per: 1000, kind: 'bucket', counts: 'answered' },
  ] as const) {
    const slot = await limiter.acquire(`host key ${'kind' in rate}`, rate, { clock: systemClock });
    slot.release({ remaining: 3, resetAt: Date.now() + 1000 }, 10);
  }
}

describe.skipIf(isLeftOut('Redis'))('a client of ioredis', () => {
  it.each([
    ['by RESP 3', { protocol: 3 }],
    ['by RESP 2', { protocol: 2 }],
    ['with a prefix of its own', { keyPrefix: 'mine:' }],
    ['that holds no command back', { enableOfflineQueue: false }],
  ] as const)('serves %s', async (name, options) => {
    const redis = openRedis(await server(), options);
    if ('enableOfflineQueue' in options) await once(redis, 'ready');
    await everything(redis, `key ${name}`, `lock ${name}`);
    if ('keyPrefix' in options) {
      const keys = await openRedis(await server()).keys('*with a prefix*');
      expect(keys.filter((key) => !key.startsWith('mine:'))).toEqual([]);
    }
  });

  it('serves with replies in the shapes of RESP 3', async () => {
    const { port } = await server();
    const redis = new Redis({ port, host: '127.0.0.1', replyMapping: 'resp3' });
    onTestFinished(() => redis.disconnect());
    await everything(redis, 'shapes', 'lock of shapes');
  });

  it('serves in a cluster, where the lease has the hash tag of the relay', async () => {
    const cluster = await startRedis({ words: ['--cluster-enabled', 'yes'] });
    onTestFinished(cluster.close);
    const redis = openRedis(cluster);
    await redis.cluster('ADDSLOTSRANGE', 0, 16383);
    await until(async () => /cluster_state:ok/.test(String(await redis.cluster('INFO'))));
    await everything(redis, '{tips}:of all', '{tips}:lock');
  });
});
