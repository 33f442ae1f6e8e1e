import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startRedis } from '../../support/redis-server.ts';
import { startCutter } from './cutting.ts';
import { collect, groupOf, idsOf, openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

/** Work that goes on until it is finished. */
function task(): [work: Promise<void>, finish: () => void] {
  let finish = (): void => {};
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return [work, () => finish()];
}

describe.skipIf(isLeftOut('Redis'))('a consumer whose connection breaks', () => {
  it.each(['new', 'claimed'])('gets at once, and once, the tips that were on their way to it: %s', async (how) => {
    const running = await server();
    const direct = openRedis(running);
    const cutter = await startCutter(running.port);
    const key = `breaks-${how}`;
    const relay = createRelay({ redis: direct, key });
    let late = 0;
    const clock = { now: () => Date.now() + late, after: systemClock.after };
    const stream = createRelay({ redis: openRedis(cutter), key, clock }).consume({ group: 'g', consumer: 'one' });
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
    else late = 10_001;
    // It looks when it has got something, or in five seconds.
    await relay.put(tipsOf(1, 'woken'));
    await until(() => cutter.cuts === 1);
    const began = Date.now();
    await relay.put(tipsOf(3, 'after'));
    await until(() => got.length >= 7);
    expect(Date.now() - began).toBeLessThan(2000);
    await until(async () => (await relay.stats()).groups[0]?.pending === 0);
    expect(new Set(got)).toEqual(
      new Set(['lost', 'woken', 'after'].flatMap((name) => idsOf(tipsOf(name === 'woken' ? 1 : 3, name)))),
    );
    expect(got).toHaveLength(7);
    expect(errors).toEqual(['STORE']);
  });

  it('takes nothing from a living one that could say nothing while the server was away', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'away' });
    const [work, finish] = task();
    const works = collect(relay.consume({ group: 'g', consumer: 'works', ahead: 1 }), () => work);
    await relay.put(tipsOf(1, 'slow'));
    await until(() => works.ids.length === 1);
    const [[entry = ''] = []] = await redis.xrange('away', '-', '+');
    await redis.xclaim('away', 'g', 'works', 0, entry, 'IDLE', 120_000, 'JUSTID');
    const other = collect(relay.consume({ group: 'g', consumer: 'other' }));
    await relay.put(tipsOf(2, 'new'));
    await until(() => other.ids.length >= 2);
    expect(other.ids).toEqual(idsOf(tipsOf(2, 'new')));
    finish();
  });

  it('says at once, when it is back, what it works on and what it took', async () => {
    const running = await server();
    const redis = openRedis(running);
    const relay = createRelay({ redis, key: 'says' });
    const stream = relay.consume({ group: 'g', consumer: 'works' });
    const [work, finish] = task();
    const { ids } = collect(stream, () => work);
    await relay.put(tipsOf(1, 'slow'));
    await until(() => ids.length === 1);
    const [[entry = ''] = []] = await redis.xrange('says', '-', '+');
    await redis.xclaim('says', 'g', 'works', 0, entry, 'IDLE', 120_000, 'JUSTID');
    const reading = String(await redis.client('LIST'))
      .split('\n')
      .find((line) => line.includes('cmd=xreadgroup'));
    await redis.client('KILL', 'ID', Number(/^id=(\d+)/.exec(reading ?? '')?.[1]));
    const idle = async () => Number(Object(await redis.xpending('says', 'g', '-', '+', 1))[0][2]);
    const began = Date.now();
    await until(async () => (await idle()) < 60_000);
    expect(Date.now() - began).toBeLessThan(2000);
    finish();
    expect(ids).toHaveLength(1);
  });

  it.each([5001, -3_600_000])(
    'gets soon what the server gave to the connection before, when %i ms are over',
    async (ms) => {
      const redis = openRedis(await server());
      const key = `ghost ${ms}`;
      let late = 0;
      const clock = { now: () => Date.now() + late, after: systemClock.after };
      const relay = createRelay({ redis, key, clock });
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
        .xadd(key, '*', 'tip', given)
        .call('XREADGROUP', 'GROUP', 'g', 'one', 'STREAMS', key, '>')
        .exec();
      expect((await relay.stats()).groups[0]?.pending).toBe(1);
      late = ms;
      await relay.put(tipsOf(1, 'next'));
      await until(() => got.length >= 3);
      expect(new Set(got).size).toBe(3);
      await until(async () => (await relay.stats()).groups[0]?.pending === 0);
      expect(got).toHaveLength(3);
    },
  );

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

  it('gets each tip once and acknowledges it, whichever answer is lost', async () => {
    const running = await server();
    const direct = openRedis(running);
    const evening = async (answers: number): Promise<[cuts: number, twice: number, untaken: number | undefined]> => {
      const key = `answer-${answers}`;
      const cutter = await startCutter(running.port);
      const relay = createRelay({ redis: direct, key });
      const consuming = { group: 'g', consumer: 'one', ahead: 7 };
      const { ids } = collect(createRelay({ redis: openRedis(cutter), key }).consume(consuming), async () => {});
      cutter.cutAfter(answers);
      for (let page = 0; page < 10; page += 1) {
        await relay.put(tipsOf(10, 'tip', page * 10));
        await until(() => ids.length >= page * 10 + 5);
      }
      await until(() => new Set(ids).size === 100);
      await until(async () => (await groupOf(relay))?.pending === 0);
      return [cutter.cuts, ids.length - 100, (await groupOf(relay))?.pending];
    };
    const evenings = await Promise.all(Array.from({ length: 40 }, (_, answers) => evening(answers)));
    expect(evenings).toEqual(evenings.map(() => [1, 0, 0]));
  });

  it('ends with what only a human can mend: a password that is refused', async () => {
    const guarded = await startRedis();
    onTestFinished(guarded.close);
    await openRedis(guarded).config('SET', 'requirepass', 'not-a-secret-password');
    for (const password of ['another', undefined]) {
      const redis = new Redis({ port: guarded.port, host: '127.0.0.1', ...(password && { password }) });
      redis.on('error', () => {});
      onTestFinished(() => redis.disconnect());
      const stream = createRelay({ redis, key: 'guarded' }).consume({ group: 'g', consumer: 'one' });
      await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'STORE', fatal: true });
    }
  });
});
