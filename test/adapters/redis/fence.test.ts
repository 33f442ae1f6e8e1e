import { describe, expect, it } from 'vitest';
import { createRelay, redisStore } from '../../../src/adapters/redis.ts';
import { createSource, isTipstreamError, pollTips, type TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();
const lost = (error: unknown): boolean => isTipstreamError(error, 'STORE') && error.fatal && !error.retryable;

describe.skipIf(isLeftOut('Redis'))('who lost its lease', () => {
  it('writes no tip any more, and is told so', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'leased' });
    const fence = { key: 'lock', token: 'mine' };
    await redis.set('lock', 'mine');
    expect(await relay.put(tipsOf(1), { fence })).toEqual({ published: 1, duplicates: 0 });
    for (const holder of ['another', undefined]) {
      if (holder) await redis.set('lock', holder);
      else await redis.del('lock');
      expect(lost(await relay.put(tipsOf(2), { fence }).catch((error: unknown) => error))).toBe(true);
    }
    expect(await redis.xlen('leased')).toBe(1);
    // What it could not write is not remembered as written.
    expect(await relay.put(tipsOf(2))).toEqual({ published: 1, duplicates: 1 });
  });

  it('publishes no more, and leaves what it did not write to the next watcher, in order', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'published' });
    await redis.set('published-lock', 'mine');
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = relay.publish(source.stream, { fence: { key: 'published-lock', token: 'mine' } });
    const [first, ...others] = tipsOf(6);
    if (!first) throw new Error('six');
    await source.push(first);
    await redis.set('published-lock', 'another');
    const pushes = others.map(source.push);
    const error = await publication.done.catch((thrown: unknown) => thrown);
    expect(lost(error)).toBe(true);
    const next = relay.publish(source.stream);
    await Promise.all(pushes);
    await next.stop();
    const entries = await redis.xrange('published', '-', '+');
    expect(entries.map(([, [, json = '']]) => JSON.parse(json).id)).toEqual(tipsOf(6).map(({ id }) => id));
  });

  it('harms nobody whose tips go in the same step', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'step' });
    await redis.mset('lock-a', 'a', 'lock-b', 'b');
    const results = await Promise.allSettled([
      relay.put(tipsOf(3, 'a'), { fence: { key: 'lock-a', token: 'a' } }),
      relay.put(tipsOf(3, 'x'), { fence: { key: 'lock-x', token: 'x' } }),
      relay.put(tipsOf(3, 'b'), { fence: { key: 'lock-b', token: 'b' } }),
      relay.put(tipsOf(3, 'c')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await redis.xlen('step')).toBe(9);
  });

  it('moves no cursor: its `set` and `delete` reject and change nothing', async () => {
    const redis = openRedis(await server());
    await redis.set('store-lock', 'mine');
    const store = redisStore({ redis, prefix: 'p:', fence: { key: 'store-lock', token: 'mine' } });
    await store.set('cursor', { v: 1 });
    await redis.set('store-lock', 'another');
    expect(lost(await store.set('cursor', { v: 2 }).catch((error: unknown) => error))).toBe(true);
    expect(lost(await store.delete('cursor').catch((error: unknown) => error))).toBe(true);
    expect(await store.get('cursor')).toEqual({ v: 1 });
  });
});

describe.skipIf(isLeftOut('Redis'))('cursor and tips', () => {
  it('stand in this order: no tip that the cursor passed is missing, whenever one looks', async () => {
    const redis = openRedis(await server());
    const looker = openRedis(await server());
    const relay = createRelay({ redis, key: 'both' });
    const all = tipsOf(2000);
    const stream = pollTips<TipEvent>({
      platform: 'my-shop',
      interval: 50,
      checkpoint: { store: redisStore({ redis }), key: 'both-cursor' },
      fetch: async (cursor) => {
        const from = Number(cursor ?? 0);
        return { events: all.slice(from, from + 100), cursor: String(Math.min(all.length, from + 100)) };
      },
      toTip: (tip) => tip,
      backlog: 'deliver',
    });
    const publication = relay.publish(stream);
    const looks: [cursor: number, length: number][] = [];
    await until(async () => {
      // In one step, as a crash of the server would find them.
      const found = await looker.multi().get('tipstream:checkpoint:both-cursor').xlen('both').exec();
      const [[, saved] = [], [, length] = []] = found ?? [];
      if (typeof saved === 'string') looks.push([Number(JSON.parse(saved).cursor ?? 0), Number(length)]);
      return looks.at(-1)?.[0] === 2000;
    });
    expect(looks.filter(([cursor, length]) => cursor > length)).toEqual([]);
    expect(looks.length).toBeGreaterThan(5);
    await publication.stop();
    await stream.close();
  });
});
