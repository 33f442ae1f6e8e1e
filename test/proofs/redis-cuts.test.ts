import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createRelay } from '../../src/adapters/redis.ts';
import { createSource, type TipEvent } from '../../src/index.ts';
import { startCutter } from '../adapters/redis/cutting.ts';
import { openRedis, redisServer, tipsOf, until } from '../adapters/redis/support.ts';
import { isLeftOut } from '../support/engines.ts';

const server = redisServer();
const evenings = 12;
const pages = 40;
const page = 50;

/** One publisher and three consumers of a group, and every 150 ms one of them loses an answer and its connection. */
async function evening(number: number): Promise<{ cuts: number; taken: number; twice: number; late: number }> {
  const { port } = await server();
  const key = `evening-${number}`;
  const cutters = await Promise.all(Array.from({ length: 4 }, () => startCutter(port)));
  const [relay, ...relays] = cutters.map((cutter) => createRelay({ redis: openRedis(cutter), key }));
  if (!relay) throw new Error('four');
  const taken: string[] = [];
  const streams = relays.map((each, name) => each.consume({ group: 'g', consumer: `${name}`, ahead: 5 }));
  for (const stream of streams) {
    stream.subscribe(async ({ id }) => {
      taken.push(id);
      if (Math.random() < 0.2) await pause(3);
    });
    onTestFinished(() => stream.close());
  }
  const source = createSource<TipEvent>({ platform: 'my-shop' });
  const publication = relay.publish(source.stream);
  const pushes: Promise<void>[] = [];
  const cutting = setInterval(
    () => cutters[Math.floor(Math.random() * 4)]?.cutAfter(Math.floor(Math.random() * 6)),
    150,
  );
  for (let number = 0; number < pages; number += 1) {
    pushes.push(...tipsOf(page, 'tip', number * page).map(source.push));
    await pause(50);
  }
  clearInterval(cutting);
  const ended = Date.now();
  await Promise.all(pushes);
  const direct = createRelay({ redis: openRedis({ port }), key });
  const pending = async () => (await direct.stats()).groups[0]?.pending;
  await until(async () => new Set(taken).size === pages * page && (await pending()) === 0);
  await publication.stop();
  const cuts = cutters.reduce((sum, cutter) => sum + cutter.cuts, 0);
  return { cuts, taken: taken.length, twice: taken.length - new Set(taken).size, late: Date.now() - ended };
}

it.skipIf(isLeftOut('Redis'))(
  'every tip reaches one consumer, once and soon, however often publisher and consumers lose their connections',
  async () => {
    const all = await Promise.all(Array.from({ length: evenings }, (_, number) => evening(number)));
    const sum = (of: (each: (typeof all)[number]) => number): number => all.reduce((so, each) => so + of(each), 0);
    const late = Math.max(...all.map((each) => each.late));
    console.log(
      `${sum(({ cuts }) => cuts)} connections cut, ${sum(({ taken }) => taken)} tips taken, the last ${late} ms after`,
    );
    expect(sum(({ cuts }) => cuts)).toBeGreaterThan(60);
    expect(sum(({ twice }) => twice)).toBe(0);
    expect(late).toBeLessThan(15_000);
  },
  60_000,
);

it.skipIf(isLeftOut('Redis'))(
  'a consumer whose connection the network swallows notices it by itself, and gets what was given to that one',
  async () => {
    const { port } = await server();
    const cutter = await startCutter(port);
    const relay = createRelay({ redis: openRedis({ port }), key: 'swallowed' });
    const stream = createRelay({ redis: openRedis(cutter), key: 'swallowed' }).consume({ group: 'g', consumer: 'one' });
    onTestFinished(() => stream.close());
    const taken: string[] = [];
    stream.subscribe(({ id }) => void taken.push(id));
    await stream.ready();
    cutter.swallow();
    const began = Date.now();
    await relay.put(tipsOf(3));
    await until(() => taken.length >= 3);
    expect(Date.now() - began).toBeLessThan(15_000);
    await pause(100);
    expect(taken).toEqual(tipsOf(3).map(({ id }) => id));
  },
  60_000,
);
