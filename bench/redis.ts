/**
 * `npm run bench:redis`: tips per second through the relay, beside bare commands that do as much of the work as a command can: the same JSON,
 * written 500 at a time in a pipeline, read 256 at a time and acknowledged. Server, writer and reader share this machine.
 */
import { Redis } from 'ioredis';
import { createRelay } from '../src/adapters/redis.ts';
import { createSource, type TipEvent, testTip } from '../src/index.ts';
import { startRedis } from '../test/support/redis-server.ts';

const count = 50_000;
const rounds = 7;

const server = await startRedis();
const redis = new Redis({ port: server.port, host: '127.0.0.1' });
await redis.ping();

const tipsOf = (round: string): TipEvent[] =>
  Array.from({ length: count }, (_, index) =>
    testTip({
      platform: 'my-shop',
      id: `my-shop:mira:${round}-${index}`,
      channel: 'mira',
      tipper: `somebody-${index % 97}`,
      message: 'for the next song',
    }),
  );

interface Cost {
  /** Tips per second. */
  rate: number;
  /** Microseconds of this process per tip, */
  cpu: number;
  /** and of the server. */
  server: number;
}

/** Microseconds that the server has worked. */
async function served(): Promise<number> {
  const info = await redis.info('cpu');
  const [user = 0, system = 0] = ['user', 'sys'].map((name) =>
    Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(info)?.[1]),
  );
  return (user + system) * 1e6;
}

async function measure(run: () => Promise<void>): Promise<Cost> {
  globalThis.gc?.();
  const server = await served();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await run();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: count / seconds, cpu: (user + system) / count, server: ((await served()) - server) / count };
}

async function bareWrite(tips: readonly TipEvent[]): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    const pipeline = redis.pipeline();
    for (const tip of tips.slice(at, at + 500)) pipeline.xadd('bare', '*', 'tip', JSON.stringify(tip));
    await pipeline.exec();
  }
}

const relay = createRelay({ redis, maxLength: 10 * count * rounds });

async function publish(tips: readonly TipEvent[]): Promise<void> {
  const { stream, push } = createSource<TipEvent>({ platform: 'my-shop' });
  const publication = relay.publish(stream, { buffer: count });
  await Promise.all(tips.map(push));
  await publication.stop();
}

async function bareRead(group: string): Promise<void> {
  for (let read = 0; read < count; ) {
    const reply = await redis.xreadgroup('GROUP', group, 'one', 'COUNT', 256, 'BLOCK', 1000, 'STREAMS', 'bare', '>');
    const [[, entries] = ['', []]] = (reply ?? []) as [string, [string, string[]][]][];
    for (const [, [, json = '']] of entries) if (JSON.parse(json).amount > 0) read += 1;
    await redis.xack('bare', group, ...entries.map(([entry]) => entry));
  }
}

async function consume(group: string): Promise<void> {
  const stream = relay.consume({ group, consumer: 'one' });
  let read = 0;
  await new Promise<void>((resolve) => {
    stream.subscribe(({ amount }) => {
      if (amount > 0) read += 1;
      if (read === count) resolve();
    });
  });
  await stream.close();
}

const costs: Record<string, Cost[]> = { XADD: [], publish: [], 'XREADGROUP + XACK': [], consume: [] };
for (let round = 0; round < rounds; round += 1) {
  const tips = tipsOf(`${round}`);
  const inTurn: [string, () => Promise<void>][] = [
    ['XADD', () => bareWrite(tips)],
    ['publish', () => publish(tips)],
  ];
  for (const [name, run] of round % 2 ? inTurn.reverse() : inTurn) costs[name]?.push(await measure(run));
  for (const key of ['bare', 'tipstream:tips']) await redis.xgroup('CREATE', key, 'g', '0');
  const readers: [string, () => Promise<void>][] = [
    ['XREADGROUP + XACK', () => bareRead('g')],
    ['consume', () => consume('g')],
  ];
  for (const [name, run] of round % 2 ? readers.reverse() : readers) costs[name]?.push(await measure(run));
  await redis.del('bare', 'tipstream:tips');
}

/** The least disturbed round of each: what else runs on the machine only ever slows it down. */
const rateOf = (name: string): number => Math.max(...(costs[name] ?? []).map(({ rate }) => rate));
const middle = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
for (const [name, all] of Object.entries(costs)) {
  const rate = Math.round(rateOf(name)).toLocaleString('en').padStart(9);
  const [mine, server] = (['cpu', 'server'] as const).map((whose) => middle(all.map((cost) => cost[whose])).toFixed(1));
  console.log(`${name.padEnd(18)} ${rate} tips/s   CPU a tip: ${mine} us here, ${server} us of Redis`);
}
console.log(`publish: ${(rateOf('publish') / rateOf('XADD')).toFixed(2)} of bare XADD`);
console.log(`consume: ${(rateOf('consume') / rateOf('XREADGROUP + XACK')).toFixed(2)} of bare XREADGROUP`);

await redis.flushall();
const before = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
const ids = tipsOf('memory').map(({ id }) => id);
for (let at = 0; at < count; at += 500) await redis.sadd('ids', ...ids.slice(at, at + 500));
const after = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
console.log(`an id of ${ids.at(-1)?.length} characters: ${((after - before) / count).toFixed(0)} bytes of Redis`);

redis.disconnect();
await server.close();
