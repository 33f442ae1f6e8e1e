import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startCutter } from './cutting.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a consumer whose connection breaks', () => {
  it.each(['new', 'claimed'])('gets at once, and once, the tips that were on their way to it: %s', async (how) => {
    const running = await server();
    const direct = openRedis(running);
    const cutter = await startCutter(running.port);
    const key = `breaks-${how}`;
    const relay = createRelay({ redis: direct, key });
    const stream = createRelay({ redis: openRedis(cutter), key }).consume({ group: 'g', consumer: 'one' });
    const got: string[] = [];
    const errors: string[] = [];
    stream.on('error', ({ code }) => errors.push(code));
    cutter.cutAt('my-shop:-:lost-1');
    await direct.xgroup('CREATE', key, 'g', '0', 'MKSTREAM');
    if (how === 'claimed') {
      await relay.put(tipsOf(3, 'lost'));
      await direct.xreadgroup('GROUP', 'g', 'dead', 'COUNT', 3, 'STREAMS', key, '>');
      for (const [entry] of await direct.xrange(key, '-', '+'))
        await direct.xclaim(key, 'g', 'dead', 0, entry, 'IDLE', 120_000);
    }
    stream.subscribe(({ id }) => void got.push(id));
    onTestFinished(() => stream.close());
    await stream.ready();
    if (how === 'new') await relay.put(tipsOf(3, 'lost'));
    await until(() => cutter.cuts === 1);
    const began = Date.now();
    await relay.put(tipsOf(3, 'after'));
    await until(() => got.length >= 6);
    expect(Date.now() - began).toBeLessThan(2000);
    await until(async () => (await relay.stats()).groups[0]?.pending === 0);
    expect(got).toEqual([...tipsOf(3, 'lost'), ...tipsOf(3, 'after')].map(({ id }) => id));
    expect(errors).toEqual(['STORE']);
  });

  it('gets soon what the server gave to the connection before', async () => {
    const redis = openRedis(await server());
    let late = 0;
    const clock = { now: () => Date.now() + late, after: systemClock.after };
    const relay = createRelay({ redis, key: 'ghost', clock });
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const got: string[] = [];
    stream.subscribe(({ id }) => void got.push(id));
    onTestFinished(() => stream.close());
    await relay.put(tipsOf(1, 'first'));
    await until(() => got.length === 1);
    // The answer to a question of this consumer that nobody waits for any more.
    const given = JSON.stringify(tipsOf(1, 'given')[0]);
    await redis
      .multi()
      .xadd('ghost', '*', 'tip', given)
      .call('XREADGROUP', 'GROUP', 'g', 'one', 'STREAMS', 'ghost', '>')
      .exec();
    expect((await relay.stats()).groups[0]?.pending).toBe(1);
    late = 5001;
    await relay.put(tipsOf(1, 'next'));
    await until(() => got.length >= 3);
    expect(new Set(got).size).toBe(3);
    await until(async () => (await relay.stats()).groups[0]?.pending === 0);
    expect(got).toHaveLength(3);
  });

  it('takes nothing twice that it took before it could say so, however much', async () => {
    const running = await server();
    const direct = openRedis(running);
    const cutter = await startCutter(running.port);
    const relay = createRelay({ redis: direct, key: 'much' });
    await relay.put(tipsOf(9000));
    let deaf = true;
    let refused = 0;
    const away = openRedis(cutter);
    // Acknowledgements that are not heard, beside a reader that reads.
    const client: RedisClient = {
      call: async (command, ...words) => {
        if (command !== 'XACK' || !deaf) return direct.call(command, ...words);
        refused += 1;
        throw new Error('Connection is closed.');
      },
      duplicate: (override) => away.duplicate(override),
      disconnect: () => {},
      on: () => {},
    };
    const stream = createRelay({ redis: client, key: 'much' }).consume({ group: 'g', consumer: 'one', ahead: 9000 });
    const got: string[] = [];
    stream.subscribe(({ id }) => void got.push(id));
    onTestFinished(() => stream.close());
    await until(() => got.length === 9000);
    await until(() => refused > 0);
    cutter.cutAt('my-shop:-:cut-0');
    await relay.put(tipsOf(1, 'cut'));
    await until(() => got.length >= 9001);
    deaf = false;
    await until(async () => (await relay.stats()).groups[0]?.pending === 0);
    expect(got).toHaveLength(9001);
  });
});
