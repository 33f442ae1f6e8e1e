import { describe, expect, it, onTestFinished } from 'vitest';
import { forgetScript, leaveScript } from '../../../src/adapters/redis/group-scripts.ts';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { days } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

const namesOf = async (redis: RedisClient, key: string): Promise<string[]> => {
  const consumers = await redis.call('XINFO', 'CONSUMERS', key, 'g');
  return Array.isArray(consumers) ? consumers.map(([, name]) => String(name)).sort() : [];
};

describe.skipIf(isLeftOut('Redis'))('the name of a consumer', () => {
  it('is removed when it is closed and holds nothing, and stays while it holds a tip', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'leaves' });
    await relay.put(tipsOf(3));
    const holder = relay.consume({ group: 'g', consumer: 'holder', ahead: 2 });
    for await (const _tip of holder) break;
    await holder.close();
    expect(await namesOf(redis, 'leaves')).toEqual(['holder']);
    const taker = relay.consume({ group: 'g', consumer: 'taker' });
    const got: string[] = [];
    taker.subscribe(({ id }) => void got.push(id));
    await until(() => got.length === 1);
    expect(await namesOf(redis, 'leaves')).toEqual(['holder', 'taker']);
    await taker.close();
    expect(await namesOf(redis, 'leaves')).toEqual(['holder']);
    expect((await relay.stats()).groups[0]?.pending).toBe(2);
    const again = relay.consume({ group: 'g', consumer: 'holder' });
    again.subscribe(({ id }) => void got.push(id));
    await until(() => got.length === 3);
    await again.close();
    expect(await namesOf(redis, 'leaves')).toEqual([]);
  });

  it('is there again when it reads after all', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'lives' });
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const got: string[] = [];
    stream.subscribe(({ id }) => void got.push(id));
    onTestFinished(() => stream.close());
    await relay.put(tipsOf(1));
    await until(async () => got.length === 1 && (await relay.stats()).groups[0]?.pending === 0);
    // Somebody else closed under its name; it waits in a question meanwhile.
    expect(await leaveScript(redis, ['lives'], ['g', 'one'])).toBe(1);
    await relay.put(tipsOf(1, 'more'));
    await until(async () => got.length === 2 && (await relay.stats()).groups[0]?.pending === 0);
    expect(await namesOf(redis, 'lives')).toEqual(['one']);
  });

  it('is forgotten when it was silent for long and holds nothing, never with a tip that it holds', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'forgets names' });
    await relay.put(tipsOf(2));
    await redis.xgroup('CREATE', 'forgets names', 'g', '0');
    await redis.call('XREADGROUP', 'GROUP', 'g', 'holds', 'COUNT', 1, 'STREAMS', 'forgets names', '>');
    for (let deploy = 0; deploy < 50; deploy += 1)
      await redis.xgroup('CREATECONSUMER', 'forgets names', 'g', `worker-${deploy}`);
    expect(await forgetScript(redis, ['forgets names'], ['g', days(1)])).toBe(0);
    expect(await namesOf(redis, 'forgets names')).toHaveLength(51);
    const bounds: unknown[] = [];
    // A day is over in a moment.
    const hasty: RedisClient = {
      call(command, ...words) {
        if (words.at(-1) === days(1)) bounds.push(words.splice(-1, 1, 0));
        return redis.call(command, ...words);
      },
      duplicate: (override) => redis.duplicate(override),
      disconnect: () => {},
      on: () => {},
    };
    const consuming = { group: 'g', consumer: 'one', claimAfter: 3000, ahead: 1 };
    const stream = createRelay({ redis: hasty, key: 'forgets names' }).consume(consuming);
    onTestFinished(stream.subscribe(() => new Promise(() => {})));
    await until(async () => (await namesOf(redis, 'forgets names')).length === 2);
    expect(await namesOf(redis, 'forgets names')).toEqual(['holds', 'one']);
    expect(bounds.length).toBeGreaterThan(0);
    const pending = await redis.call('XPENDING', 'forgets names', 'g', '-', '+', 9, 'holds');
    expect(pending).toHaveLength(1);
  });
});
