import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createFleet } from '../../src/adapters/fleet.ts';
import { createRelay } from '../../src/adapters/redis.ts';
import { isLeftOut } from '../support/engines.ts';
import { startRedis } from '../support/redis-server.ts';
import { startCrew } from './fleet-crew.ts';
import { startUpstream } from './fleet-upstream.ts';

const lease = 5000;
const interval = 1000;
const names = Array.from({ length: 20 }, (_, n) => `room-${n}`);

test.skipIf(isLeftOut('Redis'))(
  'a worker that sleeps for longer than its lease is replaced; when it wakes up it lets go at once, and nothing it writes counts',
  async () => {
    const server = await startRedis();
    const upstream = await startUpstream(names);
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    const fleet = createFleet({ redis, lease });
    const relay = createRelay({ redis });
    await fleet.add(names.map((room) => ({ id: `proof:${room}`, platform: 'proof', room })));
    const crew = startCrew(2, { redis: server.url, upstream: upstream.url, words: [`${lease}`, `${interval}`] });
    const shared = async (): Promise<boolean> => {
      const { workers, silent } = await fleet.status();
      return workers.length === 2 && silent.length === 0 && workers.every(({ channels }) => channels > 5);
    };
    while (!(await shared())) await pause(100);
    const tipAll = (): void => {
      for (const name of names) upstream.tip(name);
    };
    tipAll();
    await pause(2 * interval);

    const sleeper = crew.freezeOne();
    const slept = Date.now();
    tipAll();
    const othersAsk = (): boolean =>
      [...upstream.rooms.values()].every(({ asked }) =>
        asked.some(({ at, by }) => at > slept && !by.startsWith(`${sleeper.name}/`)),
      );
    while (!othersAsk()) await pause(50);
    const took = Date.now() - slept;
    await pause(1000);
    tipAll();
    const woken = Date.now();
    sleeper.wake();
    await pause(2 * interval);
    tipAll();
    const all = [...upstream.rooms.values()].flatMap(({ events }) => events.map(({ text }) => text));
    while ((await relay.stats()).length < all.length) await pause(50);
    while ((await fleet.status()).silent.length > 0) await pause(100);
    const entries = await redis.xrange('tipstream:tips', '-', '+');
    const published = entries.map(([, fields]) => String(JSON.parse(fields[1] ?? '{}').message));
    // What it asks in the first moments it asks for nobody: it had begun before it could know.
    const early = [...upstream.rooms.values()].map(({ asked }) => {
      const own = asked.filter(
        ({ at, by }) => at >= woken && at < woken + lease / 2 && by.startsWith(`${sleeper.name}/`),
      );
      const others = asked.filter(
        ({ at, by }) => at >= woken && at < woken + lease / 2 && !by.startsWith(`${sleeper.name}/`),
      );
      return others.length > 0 ? own.length : 0;
    });
    console.log({ took, early: Math.max(...early), lines: crew.lines.length });
    const codes = await crew.close();
    await fleet.close();
    redis.disconnect();
    await upstream.close();
    await server.close();

    expect(Math.max(...early)).toBeLessThanOrEqual(1);
    expect(took).toBeLessThanOrEqual(lease + 2 * interval);
    expect(published.sort()).toEqual([...all].sort());
    expect(codes).toEqual([0, 0]);
    expect(crew.lines.filter((line) => line.startsWith('UNHANDLED'))).toEqual([]);
  },
  120_000,
);
