import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay, type Relay } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { EventStream, InvalidEvent, StreamGap, TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

/** Subscribes for the time of a test, and keeps what it got. */
function collect(stream: EventStream<TipEvent>, act: (tip: TipEvent) => void | Promise<void> = () => {}) {
  const ids: string[] = [];
  const stop = stream.subscribe((tip) => {
    ids.push(tip.id);
    return act(tip);
  });
  onTestFinished(() => stream.close());
  return { ids, stop };
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const idsOf = (tips: readonly TipEvent[]): string[] => tips.map(({ id }) => id);
const groupOf = async (relay: Relay) => (await relay.stats()).groups[0];

describe.skipIf(isLeftOut('Redis'))('a consumer', () => {
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
    expect((await groupOf(relay))?.trimmed).toBe(0);
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
});
