import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createFleet } from '../../src/adapters/fleet.ts';
import { createRelay } from '../../src/adapters/redis.ts';
import { isLeftOut } from '../support/engines.ts';
import { startRedis } from '../support/redis-server.ts';
import { startCrew } from './fleet-crew.ts';
import { longestOverlap, silences, takeover } from './fleet-measures.ts';
import { startUpstream } from './fleet-upstream.ts';

// A shorter evening, for whoever works on it: FLEET_SECONDS=20 FLEET_CHANNELS=50.
const { FLEET_SECONDS = '120', FLEET_CHANNELS = '1000' } = process.env;
const evening = Number(FLEET_SECONDS) * 1000;
const channels = Number(FLEET_CHANNELS);
const lease = 10_000;
const interval = 10_000;
/** A worker is killed so often, give or take a second: a second death shall not meet a channel that the first one has just made silent. */
const killEvery = 12_000;
/** Tips a second, over all rooms. */
const tipsPerSecond = 100;

const names = Array.from({ length: channels }, (_, n) => `room-${n}`);

test.skipIf(isLeftOut('Redis'))(
  `four workers, ${channels} channels, a kill every ${killEvery / 1000} s and one restart of Redis: no tip is lost, none comes twice, no channel is silent for longer than the lease and two polls`,
  async () => {
    // What was answered is in the journal, and a killed process takes nothing of it along: only a machine that loses power could.
    const server = await startRedis({ words: ['--appendonly', 'yes', '--appendfsync', 'everysec'] });
    const upstream = await startUpstream(names);
    const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    redis.on('error', () => {});
    const fleet = createFleet({ redis, lease, logger: false });
    const relay = createRelay({ redis });

    const arrived = new Map<string, number>();
    const delays: number[] = [];
    const consumer = relay.consume({ group: 'ledger', consumer: 'ledger-1' });
    const stop = consumer.subscribe(({ message, timestamp }) => {
      arrived.set(message, (arrived.get(message) ?? 0) + 1);
      delays.push(Date.now() - timestamp * 1000);
    });

    await fleet.add(names.map((room) => ({ id: `proof:${room}`, platform: 'proof', room })));
    const crew = startCrew(4, { redis: server.url, upstream: upstream.url, words: [`${lease}`, `${interval}`] });
    const everyAsked = (): boolean => [...upstream.rooms.values()].every(({ asked }) => asked.length > 0);
    while (!everyAsked()) await pause(50);

    const began = Date.now();
    let given = 0;
    const giving = setInterval(() => {
      for (const due = ((Date.now() - began) / 1000) * tipsPerSecond; given < due; given += 1)
        upstream.tip(names[Math.floor(Math.random() * channels)] ?? '');
    }, 50);
    const events: string[] = [];
    const note = (what: string): void => void events.push(`${((Date.now() - began) / 1000).toFixed(1)} ${what}`);
    const deaths: { name: string; at: number }[] = [];
    let restarted = false;
    for (let next = killEvery / 2; next < evening; next += killEvery + (Math.random() - 0.5) * 2000) {
      await pause(Math.max(0, began + next - Date.now()));
      if (!restarted && next > evening / 2) {
        restarted = true;
        await server.kill();
        await pause(1000);
        await server.start();
        note('Redis restarted');
        continue;
      }
      const at = Date.now();
      const name = await crew.replaceOne();
      deaths.push({ name, at });
      note(`${name} killed`);
    }
    await pause(Math.max(0, began + evening - Date.now()));
    clearInterval(giving);

    const all = [...upstream.rooms.values()].flatMap(({ events }) => events.map(({ text }) => text));
    for (const until = Date.now() + lease + 2 * interval; arrived.size < all.length && Date.now() < until; )
      await pause(100);
    const ended = Date.now();
    const status = await fleet.status({ relay });
    const codes = await crew.close();
    const entries = await redis.xrange('tipstream:tips', '-', '+');
    const published = entries.map(([, fields]) => String(JSON.parse(fields[1] ?? '{}').message));
    const asked = [...upstream.rooms.values()].map((room) => room.asked);
    const quiet = silences(asked, ended);
    const silence = quiet[0]?.length ?? 0;
    const overlap = longestOverlap(asked);
    const takeovers = deaths.map(({ name, at }) => takeover(asked, name, at));
    delays.sort((a, b) => a - b);
    if (process.env.FLEET_LINES) console.log(crew.lines.join('\n'));
    console.log({
      events: events.join(', '),
      tips: all.length,
      requests: upstream.requests,
      silence,
      longest: quiet
        .slice(0, 3)
        .map(({ length, from, to }) => `${length} ms from ${(from.at - began) / 1000} ${from.by} to ${to.by}`),
      overlap,
      takeovers,
      delay: { median: delays[delays.length >> 1], longest: delays.at(-1) },
      workers: status.workers.map((worker) => `${worker.name} ${worker.channels}`),
    });
    stop();
    await consumer.close();
    await fleet.close();
    redis.disconnect();
    await upstream.close();
    await server.close();

    expect(restarted).toBe(true);
    expect(crew.lines.filter((line) => line.startsWith('UNHANDLED'))).toEqual([]);
    expect(codes).toEqual([0, 0, 0, 0]);
    expect([...arrived.keys()].sort()).toEqual([...all].sort());
    expect(published.sort()).toEqual([...all].sort());
    expect(silence).toBeLessThanOrEqual(lease + 2 * interval);
    expect(overlap).toBeLessThanOrEqual(lease);
    expect(status.channels).toBe(channels);
    expect(status.workers).toHaveLength(4);
  },
  240_000,
);
