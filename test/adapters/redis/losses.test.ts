import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { StreamGap } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { collect, groupOf, idsOf, openRedis, redisServer, rest, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a consumer', () => {
  it('offers what one watcher could not take to the next, and to no neighbour a second time', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'neighbours' });
    let late = 0;
    const clock = { now: () => Date.now() + late, after: systemClock.after };
    const stream = createRelay({ redis, key: 'neighbours', clock }).consume({ group: 'g', consumer: 'one' });
    const errors: unknown[] = [];
    stream.subscribe(
      ({ amount }) => {
        if (amount === 2) throw new Error('not today');
      },
      { onError: ({ code }) => errors.push(code) },
    );
    const neighbour = collect(stream);
    await relay.put(tipsOf(3));
    await until(() => neighbour.ids.length === 3);
    expect(errors).toEqual(['CONSUMER']);
    // What nobody has in hand is read again by then.
    late = 60_000;
    await relay.put(tipsOf(1, 'later', 9));
    await until(() => neighbour.ids.length >= 4);
    await rest(50);
    expect((await groupOf(relay))?.pending).toBe(3);
    const next = collect(stream);
    await until(async () => (await groupOf(relay))?.pending === 0);
    expect(next.ids).toEqual([...idsOf(tipsOf(3).slice(1)), 'my-shop:-:later-9']);
    expect(neighbour.ids).toHaveLength(4);
  });

  it.each(['stream', 'group'])(
    'that began with "now" misses nothing, and repeats nothing, when its %s is lost',
    async (what) => {
      const redis = openRedis(await server());
      const key = `now-${what}`;
      const relay = createRelay({ redis, key });
      await relay.put(tipsOf(3, 'old'));
      const stream = relay.consume({ group: 'g', consumer: 'one', from: 'now' });
      const { ids } = collect(stream);
      await stream.ready();
      const tip = JSON.stringify(tipsOf(1, 'meanwhile')[0]);
      const lost = redis.multi();
      if (what === 'stream') lost.del(key);
      else lost.xgroup('DESTROY', key, 'g');
      await lost.xadd(key, '*', 'tip', tip).exec();
      await until(() => ids.length > 0);
      await relay.put(tipsOf(1, 'later'));
      await until(() => ids.length > 1);
      expect(ids).toEqual(['my-shop:-:meanwhile-0', 'my-shop:-:later-0']);
    },
  );

  it('ends with a fatal STORE where the key holds something else', async () => {
    const redis = openRedis(await server());
    await redis.set('other', 'not a stream');
    const stream = createRelay({ redis, key: 'other' }).consume({ group: 'g', consumer: 'one' });
    await expect(
      (async () => {
        for await (const _tip of stream) break;
      })(),
    ).rejects.toMatchObject({ code: 'STORE', fatal: true });
  });

  it('ends where it may not acknowledge, for it would be given the same again and again', async () => {
    const running = await server();
    const admin = openRedis(running);
    const relay = createRelay({ redis: admin, key: 'may not' });
    await relay.put(tipsOf(3));
    const rights = ['on', 'nopass', '~*', '+@all', '-xack'];
    await admin.acl('SETUSER', 'reader', ...rights);
    const redis = new Redis({ port: running.port, host: '127.0.0.1', username: 'reader', password: 'any' });
    redis.on('error', () => {});
    onTestFinished(() => redis.disconnect());
    const stream = createRelay({ redis, key: 'may not' }).consume({ group: 'g', consumer: 'one' });
    const errors: string[] = [];
    stream.on('error', ({ fatal, message }) => errors.push(`${fatal} ${message}`));
    const ended = new Promise((resolve) => stream.on('end', resolve));
    collect(stream);
    expect(await ended).toMatchObject({ code: 'STORE', fatal: true });
    expect(errors).toEqual([expect.stringMatching(/^true redis: could not acknowledge: NOPERM/)]);
  });

  it('says as a gap what a hard limit took from its group, once', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'hard', hardLimit: 10 });
    const stream = relay.consume({ group: 'g', consumer: 'one', claimAfter: 100 });
    const gaps: StreamGap[] = [];
    stream.on('gap', (gap) => gaps.push(gap));
    const { ids } = collect(stream);
    await relay.put(tipsOf(5));
    await until(() => ids.length === 5);
    await stream.close();
    await relay.put(tipsOf(25, 'more'));
    expect(await relay.stats()).toMatchObject({ length: 10, groups: [{ trimmed: 15 }] });
    const again = collect(stream);
    await until(() => again.ids.length === 10 && gaps.length > 0);
    expect(gaps).toMatchObject([{ reason: 'trimmed', count: 15 }]);
    await until(async () => (await groupOf(relay))?.trimmed === 0);
    await rest(100);
    expect(gaps).toHaveLength(1);
  });

  it('says such a gap also where the answer that told of it was lost', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'unheard', hardLimit: 10 });
    await redis.xgroup('CREATE', 'unheard', 'g', '0', 'MKSTREAM');
    await relay.put(tipsOf(25));
    let lost = 0;
    const client: RedisClient = {
      async call(command, ...words) {
        const answer = await redis.call(command, ...words);
        // The first times that somebody asks how the group stands.
        if (command.startsWith('EVAL') && words[2] === '{unheard}:facts' && words[3] === 'unheard' && lost < 2) {
          lost += 1;
          throw new Error('Connection is closed.');
        }
        return answer;
      },
      duplicate: (override) => redis.duplicate(override),
      disconnect: () => {},
      on: () => {},
    };
    const consuming = { group: 'g', consumer: 'one', claimAfter: 100 };
    const stream = createRelay({ redis: client, key: 'unheard' }).consume(consuming);
    const gaps: StreamGap[] = [];
    stream.on('gap', (gap) => gaps.push(gap));
    collect(stream);
    await until(() => gaps.length > 0);
    expect([gaps[0]?.count, lost]).toEqual([15, 2]);
    await until(async () => (await groupOf(relay))?.trimmed === 0);
  });
});

describe.skipIf(isLeftOut('Redis'))('trimming', () => {
  it('never takes what a group has not acknowledged', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'trims', maxLength: 200 });
    await redis.xgroup('CREATE', 'trims', 'sleeps', '0', 'MKSTREAM');
    for (let page = 0; page < 10; page += 1) await relay.put(tipsOf(100, 'page', page * 100));
    expect((await relay.stats()).length).toBe(1000);
    // It took 500, and works on one of them.
    const stream = relay.consume({ group: 'sleeps', consumer: 'one', ahead: 600 });
    let finish = (): void => {};
    const { ids } = collect(stream, ({ amount }) => {
      if (amount !== 400) return;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    await until(async () => (await relay.stats()).groups[0]?.pending === 600);
    await relay.put(tipsOf(100, 'page', 1000));
    const { length } = await relay.stats();
    expect(length).toBeGreaterThan(700);
    expect(length).toBeLessThanOrEqual(900);
    expect(ids).toHaveLength(400);
    finish();
  });

  it('keeps about as many as it should once all have acknowledged', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'keeps', maxLength: 200 });
    const { ids } = collect(relay.consume({ group: 'g', consumer: 'one' }));
    for (let page = 0; page < 10; page += 1) {
      await relay.put(tipsOf(100, 'page', page * 100));
      await until(() => ids.length === (page + 1) * 100);
    }
    const { length } = await relay.stats();
    expect(length).toBeGreaterThanOrEqual(200);
    expect(length).toBeLessThanOrEqual(500);
  });

  it('keeps to `maxAge` also where there are as many as the hard limit allows', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'aged', hardLimit: 300, maxAge: 1 });
    for (let page = 0; page < 3; page += 1) await relay.put(tipsOf(100, 'page', page * 100));
    await rest(5);
    // When they were looked at last, they were not too old.
    await redis.hset('{aged}:facts', 'trimmed', 0);
    await relay.put(tipsOf(100, 'page', 300));
    expect((await relay.stats()).length).toBeLessThanOrEqual(200);
  });
});
