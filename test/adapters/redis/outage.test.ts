import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay } from '../../../src/adapters/redis.ts';
import { createSource, pollTips, type TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startRedis } from '../../support/redis-server.ts';
import { openRedis, tipsOf, until } from './support.ts';

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(isLeftOut('Redis'))('while Redis is away', () => {
  it('a publication takes nothing and loses nothing, other watchers go on, and a source that can wait does', async () => {
    const running = await startRedis({ journal: true });
    onTestFinished(running.close);
    // A client that does not hold commands back until it is connected again: each fails at once.
    const redis = openRedis(running, { enableOfflineQueue: false });
    await once(redis, 'ready');
    const relay = createRelay({ redis });
    const all = tipsOf(400);
    let asked = 0;
    const polled = pollTips<TipEvent>({
      platform: 'my-shop',
      interval: 50,
      ahead: 100,
      fetch: async (cursor) => {
        const from = Number(cursor ?? 0);
        asked = from + 20;
        return { events: all.slice(from, from + 20), cursor: String(Math.min(all.length, from + 20)) };
      },
      toTip: (tip) => tip,
      backlog: 'deliver',
    });
    const pushed = createSource<TipEvent>({ platform: 'my-shop' });
    const errors: string[] = [];
    polled.on('error', ({ code }) => errors.push(code));
    await running.kill();
    const publications = [polled, pushed.stream].map((stream) => relay.publish(stream));
    const live: string[] = [];
    for (const stream of [polled, pushed.stream]) onTestFinished(stream.subscribe(({ id }) => void live.push(id)));
    const pushes = tipsOf(300, 'pushed').map(pushed.push);
    await until(() => live.length === 400);
    await rest(300);
    // A hundred of those that were polled, which then waits; all that were pushed.
    expect([asked, live.length]).toEqual([100, 400]);
    await running.start();
    await Promise.all(pushes);
    await until(async () => (await relay.stats()).length === 700);
    expect(new Set(live).size).toBe(700);
    expect(errors).toEqual(['STORE']);
    await Promise.all(publications.map(({ stop }) => stop()));
    await polled.close();
    expect(publications.map(({ stats }) => stats().published)).toEqual([400, 300]);
  });

  it('a consumer says so, waits, and gets every tip when it is back', async () => {
    const running = await startRedis({ journal: true });
    onTestFinished(running.close);
    const relay = createRelay({ redis: openRedis(running) });
    const stream = relay.consume({ group: 'g', consumer: 'one' });
    const got: string[] = [];
    const states: string[] = [];
    stream.on('status', ({ state }) => states.push(state));
    const stop = stream.subscribe(({ id }) => void got.push(id));
    await relay.put(tipsOf(100));
    await until(() => got.length === 100);
    await running.kill();
    await until(() => states.includes('waiting'));
    await running.start();
    await relay.put(tipsOf(100, 'later'));
    await until(() => got.length === 200);
    stop();
    await stream.close();
    expect(new Set(got).size).toBe(200);
    await until(async () => (await relay.stats()).groups[0]?.pending === 0);
  });
});
