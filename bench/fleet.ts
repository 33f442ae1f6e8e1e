/**
 * `npm run bench:fleet` spreads 100, 1,000 and 10,000 channels over four worker processes, beside a Redis with a journal and an upstream of its own, and prints
 * what a channel costs: time of a processor and memory of the workers, time of a processor and commands of Redis. On Linux: it reads /proc.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createFleet } from '../src/adapters/fleet.ts';
import { createRelay } from '../src/adapters/redis.ts';
import { type RedisServer, startRedis } from '../test/support/redis-server.ts';

/** How many channels, and how often each is asked: with ten thousand less often, or two processors have nothing left for whoever is asked. */
const sizes = [
  [100, 10_000],
  [1000, 10_000],
  [10_000, 30_000],
] as const;
const workers = 4;
const lease = 30_000;
/** A channel has a tip so often. */
const tipEvery = 60_000;
/** Longer is not waited until every channel was asked once. */
const longestStart = 90_000;
/** A clock tick of /proc, in milliseconds. */
const tick = 10;

const upstreamProgram = new URL('../test/proofs/fleet-upstream-child.ts', import.meta.url).pathname;
const workerProgram = new URL('../test/proofs/fleet-child.ts', import.meta.url).pathname;
const flags = ['--conditions=tipstream-source'];

/** The time of a processor that a process has used, in milliseconds. */
function usedBy(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick;
}

/** The memory of a process, in bytes. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const exited = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

/** What Redis has done so far. */
async function doneBy(redis: Redis): Promise<{ cpu: number; commands: number; asked: number; memory: number }> {
  const info = await redis.info('everything');
  const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  const calls = (name: string): number => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return {
    cpu: (field('used_cpu_user') + field('used_cpu_sys')) * 1000,
    commands: field('total_commands_processed'),
    asked: sum(['evalsha', 'eval', 'bzpopmin', 'xread', 'xreadgroup', 'xack', 'client|list'].map(calls)),
    memory: field('used_memory'),
  };
}

/** What the evening cost with so many channels. */
export interface FleetFigures {
  channels: number;
  /** Each is asked so often, in milliseconds. */
  interval: number;
  /** From the start of the workers until every channel was asked, in seconds. */
  start: number;
  /** Polls in a second, as they arrived. */
  polls: number;
  /** Of a processor, in milliseconds a second: of all workers, and of Redis. */
  workerCpu: number;
  redisCpu: number;
  /** Of all workers, beyond what they need without a channel, in bytes. */
  memory: number;
  /** Of Redis, in bytes. */
  redisMemory: number;
  /** Commands that Redis ran in a second, those of its scripts among them. */
  commands: number;
  /** The longest wait from a tip to its consumer, in milliseconds; the interval is part of it. */
  delay: number;
  /** Tips that were given and came. */
  given: number;
  came: number;
}

export async function measure(channels: number, interval: number): Promise<FleetFigures> {
  const server: RedisServer = await startRedis({ words: ['--appendonly', 'yes', '--appendfsync', 'everysec'] });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const fleet = createFleet({ redis, lease });
  const relay = createRelay({ redis });
  const upstream = fork(upstreamProgram, [`${channels}`, `${tipEvery}`], { execArgv: flags });
  const told = { url: '', asked: 0, requests: 0, given: 0 };
  upstream.on('message', (message) => Object.assign(told, message));
  while (!told.url) await pause(20);

  let came = 0;
  let delay = 0;
  let watching = false;
  const consumer = relay.consume({ group: 'bench', consumer: 'bench-1' });
  const stop = consumer.subscribe(({ timestamp }) => {
    came += 1;
    if (watching) delay = Math.max(delay, Date.now() - timestamp * 1000);
  });

  const crew = Array.from({ length: workers }, (_, n) =>
    spawn(process.execPath, [...flags, workerProgram, server.url, told.url, `w-${n}`, `${lease}`, `${interval}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  const pids = crew.map(({ pid = 0 }) => pid);
  while ((await fleet.status()).workers.length < workers) await pause(100);
  await pause(1000);
  const empty = sum(pids.map(memoryOf));

  const began = Date.now();
  await fleet.add(
    Array.from({ length: channels }, (_, n) => ({ id: `bench:room-${n}`, platform: 'bench', room: `room-${n}` })),
  );
  while (told.asked < channels && Date.now() - began < longestStart) await pause(50);
  const start = (Date.now() - began) / 1000;
  upstream.send('begin');
  await pause(interval);

  watching = true;
  const at = Date.now();
  const before = { worker: sum(pids.map(usedBy)), redis: await doneBy(redis), requests: told.requests };
  await pause(interval);
  const seconds = (Date.now() - at) / 1000;
  const after = { worker: sum(pids.map(usedBy)), redis: await doneBy(redis), requests: told.requests };
  const memory = sum(pids.map(memoryOf)) - empty;
  upstream.send('end');
  await pause(300);
  for (const until = Date.now() + 2 * interval; came < told.given && Date.now() < until; ) await pause(50);

  for (const child of crew) child.kill('SIGTERM');
  await Promise.all(crew.map(exited));
  const figures = {
    channels,
    interval,
    start,
    polls: (after.requests - before.requests) / seconds,
    workerCpu: (after.worker - before.worker) / seconds,
    redisCpu: (after.redis.cpu - before.redis.cpu) / seconds,
    memory,
    redisMemory: after.redis.memory,
    commands: (after.redis.commands - before.redis.commands) / seconds,
    delay,
    given: told.given,
    came,
  };
  stop();
  await consumer.close();
  upstream.kill();
  await fleet.close();
  redis.disconnect();
  await server.close();
  return figures;
}

const digits = (value: number): string => (value >= 99.5 ? value.toFixed(0) : value.toPrecision(2));

const row = (figures: FleetFigures): string => {
  const { channels, interval, polls, workerCpu, memory, commands, redisCpu, redisMemory, delay, start } = figures;
  const cells = [
    channels.toLocaleString('en'),
    `${interval / 1000} s`,
    digits(polls),
    `${digits(workerCpu / 10)} %`,
    `${digits(workerCpu / polls)} ms`,
    `${digits(memory / channels / 1024)} kB`,
    `${digits(redisCpu / 10)} %`,
    digits(commands),
    digits(commands / channels),
    `${digits(redisMemory / 1024 / 1024)} MB`,
    `${start * 1000 < longestStart ? '' : 'more than '}${digits(Math.min(start, longestStart / 1000))} s`,
    `${digits(delay / 1000)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
};

if (import.meta.main) {
  const [cpu] = cpus();
  console.log(
    `${cpus().length} processors (${cpu?.model.trim()}), Node ${process.version}; ${workers} workers, each channel tipped every ${tipEvery / 1000} s; 100 % is one processor\n`,
  );
  console.log(
    '| channels | asked every | polls/s | workers, CPU | a poll | memory a channel | Redis, CPU | commands/s | a channel | Redis, memory | all asked after | longest from tip to consumer |',
  );
  console.log('|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const [channels, interval] of sizes) {
    const figures = await measure(channels, interval);
    console.log(row(figures));
    if (figures.came !== figures.given) console.log(`\nof ${figures.given} tips ${figures.came} came\n`);
  }
}
