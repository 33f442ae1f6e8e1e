import { describe, expect, it } from 'vitest';
import { createRelay } from '../../../src/adapters/redis.ts';
import type { InvalidEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { collect, groupOf, idsOf, openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a consumer', () => {
  it.each([
    ['ahead', 0],
    ['ahead', Number.NaN],
    ['claimAfter', 0],
    ['claimAfter', 0.5],
    ['group', ''],
    ['consumer', ''],
  ])('is refused where its %s is %s, with which it would read nothing or for ever', async (name, value) => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'refused' });
    const make = () => relay.consume({ group: 'g', consumer: 'one', [name]: value });
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(name) }));
  });

  it('acknowledges a tip when its callback is through, and not before', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'acknowledges' });
    await relay.put(tipsOf(2));
    const waiting: (() => void)[] = [];
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    collect(stream, () => new Promise<void>((resolve) => waiting.push(resolve)));
    await until(() => waiting.length === 1);
    expect((await groupOf(relay))?.pending).toBe(2);
    waiting[0]?.();
    await until(async () => (await groupOf(relay))?.pending === 1);
    await until(() => waiting.length === 2);
    waiting[1]?.();
    await until(async () => (await groupOf(relay))?.pending === 0);
  });

  it('gives what its name held before a restart first, in order, and then what is new', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'restarts' });
    const tips = tipsOf(600);
    await relay.put(tips.slice(0, 300));
    const first = relay.consume({ group: 'g', consumer: 'one' });
    const before: string[] = [];
    // Leaving a loop takes nothing of what it has in its hands.
    for await (const { id } of first) if (before.push(id) === 5) break;
    await first.close();
    await relay.put(tips.slice(300));
    const again = collect(relay.consume({ group: 'g', consumer: 'one' }));
    await until(() => again.ids.length >= 596);
    expect(again.ids).toEqual(idsOf(tips.slice(4)));
    await until(async () => (await groupOf(relay))?.pending === 0);
  });

  it('keeps a tip whose callback failed, ends that watcher, and offers it to the next', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'fails' });
    await relay.put(tipsOf(3));
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const errors: unknown[] = [];
    stream.subscribe(
      ({ amount }) => {
        if (amount === 2) throw new Error('not today');
      },
      { onError: ({ code }) => errors.push(code) },
    );
    await until(() => errors.length === 1);
    expect(errors).toEqual(['CONSUMER']);
    await until(async () => (await groupOf(relay))?.pending === 2);
    const next = collect(stream);
    await until(async () => (await groupOf(relay))?.pending === 0);
    expect(next.ids).toEqual(idsOf(tipsOf(3).slice(1)));
  });

  it('takes over what a dead consumer held, and leaves a living one what it works on', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'claims' });
    await relay.put(tipsOf(4));
    const dead = relay.consume({ group: 'g', consumer: 'dead', ahead: 2 });
    for await (const _tip of dead) break;
    await dead.close();
    let finish = (): void => {};
    const slow = collect(relay.consume({ group: 'g', consumer: 'slow', claimAfter: 300, ahead: 1 }), () => {
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await until(() => slow.ids.length === 1);
    const began = Date.now();
    const living = collect(relay.consume({ group: 'g', consumer: 'living', claimAfter: 300 }));
    await until(() => Date.now() > began + 900);
    // Three of four: the one that is being worked on stays where it is.
    expect(living.ids).toHaveLength(3);
    expect([...living.ids, ...slow.ids].sort()).toEqual(idsOf(tipsOf(4)));
    finish();
    await until(async () => (await groupOf(relay))?.pending === 0);
    expect([...living.ids, ...slow.ids]).toHaveLength(4);
  });

  it('drops by its id what stands in the stream twice, and acknowledges both', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'twice' });
    const [tip] = tipsOf(1);
    for (let time = 0; time < 3; time += 1) await redis.xadd('twice', '*', 'tip', JSON.stringify(tip));
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const { ids } = collect(stream);
    await until(async () => (await groupOf(relay))?.lag === 0 && (await groupOf(relay))?.pending === 0);
    expect([ids.length, stream.stats().duplicates]).toEqual([1, 2]);
  });

  it('says of a foreign entry that it is invalid, acknowledges it, and goes on', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'foreign' });
    const [good] = tipsOf(1);
    const foreign: [string, string][] = [
      ['hello', 'world'],
      ['tip', 'not-a-name'],
      ['tip', '{"platform":"not-a-name"}'],
      ['tip', JSON.stringify({ ...good, id: 7 })],
      ['tip', 'null'],
    ];
    for (const [name, value] of foreign) await redis.xadd('foreign', '*', name, value);
    await relay.put(tipsOf(1));
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const told: InvalidEvent[] = [];
    stream.on('invalid', (event) => told.push(event));
    const { ids } = collect(stream);
    await until(() => ids.length === 1);
    expect(told.map(({ path, code }) => `${path}: ${code}`)).toEqual([
      'tip: missing field: tip',
      'tip: no JSON',
      'tip: missing field: amount',
      'tip: wrong type for id',
      'tip: missing field: platform',
    ]);
    await until(async () => (await groupOf(relay))?.pending === 0);
  });

  it('reads no further than `ahead` before something is taken', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'ahead' });
    await relay.put(tipsOf(50));
    let finish = (): void => {};
    const stream = relay.consume({ group: 'g', consumer: 'one', ahead: 10 });
    collect(stream, ({ amount }) => {
      if (amount !== 1) return;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    await until(async () => (await groupOf(relay))?.pending === 10);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await groupOf(relay))?.lag).toBe(40);
    finish();
    await until(async () => (await groupOf(relay))?.lag === 0);
  });

  it('begins with what comes from now on, where it is asked to', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'now' });
    await relay.put(tipsOf(3));
    const stream = relay.consume({ group: 'g', consumer: 'one', from: 'now' });
    const { ids } = collect(stream);
    await stream.ready();
    await relay.put(tipsOf(1, 'new'));
    await until(() => ids.length > 0);
    expect(ids).toEqual(['my-shop:-:new-0']);
  });

  it('says in its numbers how its group stands', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'stands' });
    await relay.put(tipsOf(30));
    const stream = relay.consume({ group: 'g', consumer: 'one', ahead: 10, claimAfter: 60 });
    let finish = (): void => {};
    let quick = false;
    collect(stream, () => {
      if (quick) return;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    expect(stream.stats()).toMatchObject({ eventsProcessed: 0 });
    await until(() => stream.stats().eventsProcessed === 10);
    finish();
    await until(() => stream.stats().lag === 19);
    expect(stream.stats()).toMatchObject({ pending: expect.any(Number), lag: 19, eventsProcessed: 11 });
    quick = true;
    finish();
  });

  it('makes its group again when the server has lost it', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'lost' });
    await relay.put(tipsOf(1));
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const codes: string[] = [];
    stream.on('error', ({ code, fatal }) => codes.push(`${code} ${fatal}`));
    const { ids } = collect(stream);
    await until(() => ids.length === 1);
    await redis.del('lost', '{lost}:ids:young');
    await relay.put(tipsOf(1, 'later'));
    await until(() => ids.length === 2);
    expect(codes).toEqual(['STORE false']);
  });

  it('ends at once, with its connection', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'ends' });
    const connections = async (): Promise<number> =>
      String(await redis.call('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => line.includes('cmd=xreadgroup')).length;
    const before = await connections();
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    collect(stream);
    await until(async () => (await connections()) === before + 1);
    const began = Date.now();
    await stream.close();
    expect(Date.now() - began).toBeLessThan(300);
    await until(async () => (await connections()) === before);
  });
});
