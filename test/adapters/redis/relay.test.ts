import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { createSource, isTipstreamError, type TipEvent, TipstreamError } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a relay', () => {
  it('writes each tip of a stream once per id, and takes it when Redis has it', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'once' });
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = relay.publish(source.stream);
    const [first, second] = tipsOf(2);
    if (!first || !second) throw new Error('two');
    await source.push(first);
    expect(await redis.xlen('once')).toBe(1);
    await Promise.all([source.push(first), source.push(second)]);
    expect(await redis.xlen('once')).toBe(2);
    expect(publication.stats()).toEqual({ published: 2, duplicates: 1, refused: 0, waiting: 0, failures: 0 });
    await publication.stop();
    await publication.done;
  });

  it('takes nothing before Redis has it, also where the answer is late', async () => {
    const running = await server();
    const redis = openRedis(running);
    await redis.ping();
    const relay = createRelay({ redis, key: 'late' });
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = relay.publish(source.stream);
    let taken = 0;
    running.pause();
    const pushes = tipsOf(3).map(async (tip) => {
      await source.push(tip);
      taken += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([taken, publication.stats().waiting]).toEqual([0, 3]);
    running.resume();
    await Promise.all(pushes);
    expect(await redis.xlen('late')).toBe(3);
    await publication.stop();
  });

  it('takes nothing that an answer does not confirm', async () => {
    const redis = openRedis(await server());
    const answers: unknown[] = [null, [], [1, 1]];
    const client: RedisClient = {
      call: async (command, ...words) => (answers.length > 0 ? answers.shift() : redis.call(command, ...words)),
      duplicate: (override) => redis.duplicate(override),
      disconnect: () => {},
      on: () => {},
    };
    const relay = createRelay({ redis: client, key: 'unconfirmed' });
    for (let time = 0; time < 3; time += 1)
      await expect(relay.put(tipsOf(3))).rejects.toMatchObject({ code: 'STORE', retryable: true });
    expect(await relay.put(tipsOf(3))).toEqual({ published: 3, duplicates: 0 });
  });

  it.each([{ idsFor: 0 }, { idsFor: 1.5 }, { maxAge: -1 }, { hardLimit: Number.NaN }])(
    'is not made with %o',
    (wrong) => {
      const make = () => createRelay({ redis: new Redis({ lazyConnect: true }), ...wrong });
      expect(make).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    },
  );

  it('is done when its stream ended and everything is written, or with what ended the stream', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'done' });
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = relay.publish(source.stream);
    const pushes = tipsOf(600).map(source.push);
    source.end();
    await publication.done;
    await Promise.all(pushes);
    expect([await redis.xlen('done'), publication.stats().waiting]).toEqual([600, 0]);

    const refused = createSource<TipEvent>({ platform: 'my-shop' });
    const other = relay.publish(refused.stream);
    const push = refused.push(tipsOf(1, 'last')[0] ?? expect.fail());
    refused.fail(new TipstreamError({ code: 'AUTH', message: 'the token was refused' }));
    await expect(other.done).rejects.toMatchObject({ code: 'AUTH' });
    await push;
    expect(await redis.xlen('done')).toBe(601);
  });

  it('leaves to the next watcher what it had not written when it was stopped', async () => {
    const running = await server();
    const redis = openRedis(running);
    await redis.ping();
    const relay = createRelay({ redis, key: 'stopped' });
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const controller = new AbortController();
    const publication = relay.publish(source.stream, { signal: controller.signal });
    running.pause();
    const pushes = tipsOf(1200).map(source.push);
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    running.resume();
    await publication.done;
    const next = relay.publish(source.stream);
    await Promise.all(pushes);
    await next.stop();
    const entries = await redis.xrange('stopped', '-', '+');
    expect(entries.map(([, [, json = '']]) => JSON.parse(json).id)).toEqual(tipsOf(1200).map(({ id }) => id));
  });

  it('is read by groups, in order, and acknowledged when taken', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'groups' });
    const tips = tipsOf(1000);
    expect(await relay.put(tips)).toEqual({ published: 1000, duplicates: 0 });
    expect(await relay.put(tips.slice(500))).toEqual({ published: 0, duplicates: 500 });
    for (const group of ['ledger', 'overlay']) {
      const stream = relay.consume({ group, consumer: 'one' });
      const got: TipEvent[] = [];
      const stop = stream.subscribe((tip) => void got.push(tip));
      onTestFinished(stop);
      await until(() => got.length === 1000);
      await stream.close();
      expect(got).toEqual(tips);
    }
    expect(await relay.stats()).toEqual({
      length: 1000,
      ids: 1000,
      groups: ['ledger', 'overlay'].map((name) => ({ name, consumers: 0, pending: 0, lag: 0, trimmed: 0 })),
    });
  });

  it('keeps the order of each stream, however many are published at a time, in few steps', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'order' });
    const sources = Array.from({ length: 20 }, () => createSource<TipEvent>({ platform: 'my-shop' }));
    const publications = sources.map(({ stream }) => relay.publish(stream));
    await redis.config('RESETSTAT');
    await Promise.all(sources.map(({ push }, index) => Promise.all(tipsOf(100, `room-${index}`).map(push))));
    const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1];
    expect(Number(calls)).toBeLessThan(20);
    const entries = await redis.xrange('order', '-', '+');
    const ids = entries.map(([, [, json = '']]) => JSON.parse(json).id);
    for (let room = 0; room < 20; room += 1)
      expect(ids.filter((id) => id.includes(`:room-${room}-`))).toEqual(
        tipsOf(100, `room-${room}`).map(({ id }) => id),
      );
    await Promise.all(publications.map(({ stop }) => stop()));
  });

  it('refuses what is no tip, by the name of the field and without its content', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'refuses' });
    const [tip] = tipsOf(1);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [wrong, message] of [
      [{ amount: Number.NaN }, 'wrong type for amount'],
      [{ id: '' }, 'wrong type for id'],
      [{ anonymous: 'Mallory' }, 'wrong type for anonymous'],
      [{ meta: circular }, 'wrong type for meta'],
    ] as const) {
      const error = await relay.put([{ ...tip, ...wrong } as unknown as TipEvent]).catch((thrown: unknown) => thrown);
      expect(isTipstreamError(error, 'VALIDATION') && error.message).toBe(message);
    }
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const failed: unknown[] = [];
    source.stream.on('failed', ({ label }) => failed.push(label));
    const publication = relay.publish(source.stream);
    await source.push({ ...tip, amount: Number.POSITIVE_INFINITY } as TipEvent);
    expect([publication.stats().refused, failed, await redis.exists('refuses')]).toEqual([1, ['publish'], 0]);
    await publication.stop();
  });

  it('writes neither the name behind an anonymous tip nor what came with `raw`', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'anonymous' });
    const [tip] = tipsOf(1);
    const raw = { value: { user: 'not-a-name' } };
    const hidden = { ...tip, anonymous: true, tipper: 'not-a-name', tipperId: 'not-a-name', avatarUrl: 'not-a-name' };
    await relay.put([Object.defineProperty(hidden, 'raw', raw) as TipEvent]);
    expect(JSON.stringify(await redis.xrange('anonymous', '-', '+'))).not.toContain('not-a-name');
  });
});
