import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { createRelay, redisStore } from '../../src/adapters/redis.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { createSource, type TipEvent } from '../../src/index.ts';
import { createMockServer } from '../../src/mock/index.ts';
import { tipsOf } from '../adapters/redis/tips.ts';
import { isLeftOut } from '../support/engines.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const outage = 30_000;
/** Tips a second, in the polled room and by the source that pushes. */
const pace = 4;

const outages: Record<string, { begin(server: RedisServer): Promise<void>; end(server: RedisServer): Promise<void> }> =
  {
    'that answers nobody': { begin: async (server) => server.pause(), end: async (server) => server.resume() },
    'that is gone and comes back': { begin: (server) => server.kill(), end: (server) => server.start() },
  };

/** How often a room is asked, and the longest silence that is allowed to it: one that hands out each event once waits for the store, 5 s, before it knows that the store is away. */
const rooms = { real: { interval: 100, silence: 3000 }, contract: { interval: 5000, silence: 12_000 } };

const cases = Object.keys(outages).flatMap((what) =>
  (['real', 'contract'] as const).map((dialect) => ({ what, dialect })),
);

describe.skipIf(isLeftOut('Redis')).concurrent('half a minute with a Redis', () => {
  for (const { what, dialect } of cases)
    test(`${what}, ${dialect} dialect: live watchers keep receiving, and nothing is lost or written twice`, async () => {
      const { begin, end } = outages[what] ?? expect.fail();
      const { interval, silence } = rooms[dialect];
      const server = await startRedis({ journal: true });
      const redis = new Redis({ port: server.port, host: '127.0.0.1', retryStrategy: () => 200 });
      redis.on('error', () => {});
      const mock = await createMockServer({
        port: 0,
        scenario: 'quiet',
        pageSize: 100,
        platforms: ['chaturbate'],
        rooms: [{ platform: 'chaturbate', dialect, channel: 'mira' }],
      });
      const account =
        dialect === 'real'
          ? { username: 'mira', token: 'not-a-secret-token', baseUrl: mock.url, longPoll: 0 }
          : { eventsUrl: `${mock.url}/events/chaturbate`, broadcaster: 'mira', apiKey: 'not-a-secret-key' };
      const client = createChaturbate({ ...account, interval, checkpoint: redisStore({ redis }), logger: false });
      const pushed = createSource<TipEvent>({ platform: 'my-shop' });
      const relay = createRelay({ redis });
      const live: { id: string; at: number; platform: string }[] = [];
      const failures: string[] = [];
      const publications = [client.tips(), pushed.stream].map((stream) => {
        stream.subscribe(({ id, platform }) => void live.push({ id, at: performance.now(), platform }));
        stream.on('error', ({ code }) => failures.push(code));
        return relay.publish(stream);
      });
      const consumer = relay.consume({ group: 'ledger', consumer: 'one' });
      const got: string[] = [];
      consumer.subscribe(({ id }) => void got.push(id));
      await consumer.ready();

      let given = 0;
      const pushes: Promise<void>[] = [];
      const give = async (ms: number): Promise<void> => {
        for (const until = performance.now() + ms; performance.now() < until; given += 1) {
          mock.tip('chaturbate', { dialect, channel: 'mira', amount: 25, tipper: 'ada', message: `${given}` });
          pushes.push(...tipsOf(1, 'pushed', given).map(pushed.push));
          await pause(1000 / pace);
        }
      };
      await give(2000);
      await begin(server);
      const away = performance.now();
      await give(outage);
      const seen = live.filter(({ at }) => at > away);
      const before = got.length;
      await end(server);
      const back = performance.now();
      await give(2000);
      await Promise.all(pushes);
      while (got.length < 2 * given && performance.now() < back + 40_000) await pause(20);
      const caughtUp = performance.now() - back;

      const silences = ['chaturbate', 'my-shop'].map((which) => {
        const times = [away, ...seen.filter(({ platform }) => platform === which).map(({ at }) => at)];
        return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
      });
      const entries = await redis.xrange('tipstream:tips', '-', '+');
      const written = entries.map(([, [, json = '']]) => JSON.parse(json).id);
      console.log(
        `${what}, ${dialect}: ${given * 2} tips, ${seen.length} seen live meanwhile, longest silence ${silences.map((ms) => ms.toFixed(0)).join(' and ')} ms; all read ${(caughtUp / 1000).toFixed(1)} s after`,
      );
      expect(before).toBeLessThan(given);
      expect(seen.length).toBeGreaterThanOrEqual(2 * pace * (outage / 1000) * 0.6);
      expect(silences[0]).toBeLessThan(silence);
      expect(silences[1]).toBeLessThan(3000);
      expect([written.length, new Set(written).size]).toEqual([2 * given, 2 * given]);
      expect([got.length, new Set(got).size]).toEqual([2 * given, 2 * given]);
      expect(new Set(live.map(({ id }) => id)).size).toBe(2 * given);
      expect([...new Set(failures)]).toEqual(['STORE']);

      await Promise.all(publications.map(({ stop }) => stop()));
      await Promise.all([consumer.close(), client.close(), mock.close()]);
      redis.disconnect();
      await server.close();
    }, 120_000);
});
