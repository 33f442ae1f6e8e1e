import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheStats } from '../../src/adapters/prometheus.ts';
import { hours, minutes } from '../../src/core/time.ts';
import { createMockServer } from '../../src/mock/index.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { startRedis } from '../support/redis-server.ts';
import { sqliteStore } from '../support/sqlite-store.ts';
import type { Ask, Asked, Setting } from './cache-child.ts';

/** A request for a title at a time of the day, in milliseconds. */
interface Wish {
  at: number;
  id: number;
}

/** How an evening went. */
export interface Outcome {
  what: string;
  requests: number;
  /** Requests that reached the service. */
  upstream: number;
  /** What a cache of one level and endless memory would have let through, for the same wishes. */
  ideal: number;
  /** Shares of hits among the look-ups that reached each level. */
  rates: number[];
  stale: number;
  /** The most requests for one title that were under way at once. */
  atOnce: number;
}

/** What runs, and with which levels. */
export interface Plan {
  what: string;
  levels: 'memory' | 'all';
  processes: 1 | 2;
}

export const plans: readonly Plan[] = [
  { what: 'memory, one process', levels: 'memory', processes: 1 },
  { what: 'memory, Redis, SQLite, one process', levels: 'all', processes: 1 },
  { what: 'memory, Redis, SQLite, two processes', levels: 'all', processes: 2 },
];

const titles = 500;
const wishes = 10_000;
/** So many wishes come at once. */
const wave = 5;

/** A day of wishes: the n-th title is wanted 1/n as often as the first (Zipf). */
export function createWishes(seed: string): Wish[] {
  const random = seededRandom(seed);
  const weights: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= titles; rank += 1) {
    sum += 1 / rank;
    weights.push(sum);
  }
  let at = 0;
  return Array.from({ length: wishes }, (_, index) => {
    if (index % wave === 0) at += Math.round((-Math.log(1 - random()) * hours(24) * wave) / wishes);
    const drawn = random() * sum;
    return { at, id: 9919 - weights.findIndex((weight) => weight > drawn) };
  });
}

/** What a cache with endless memory would let through. */
export function idealMisses(all: readonly Wish[], ttl: number): number {
  const until = new Map<number, number>();
  let misses = 0;
  for (const { at, id } of all) {
    if (at < (until.get(id) ?? Number.NEGATIVE_INFINITY)) continue;
    misses += 1;
    until.set(id, at + ttl);
  }
  return misses;
}

/** The most intervals that overlap anywhere. */
function mostAtOnce(spans: readonly (readonly [from: number, to: number])[]): number {
  const edges = spans.flatMap(
    ([from, to]) =>
      [
        [from, 1],
        [to, -1],
      ] as const,
  );
  let [now, most] = [0, 0];
  // What ends where another begins does not overlap it.
  for (const [, step] of edges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

/** A process with a client of its own. */
function open(setting: Setting): { ask(message: Ask): Promise<Asked>; close(): Promise<void> } {
  const child: ChildProcess = fork(join(import.meta.dirname, 'cache-child.ts'), [JSON.stringify(setting)], {
    execArgv: ['--conditions=tipstream-source', '--disable-warning=ExperimentalWarning'],
  });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null): void => reject(new Error(`the process ended with ${code}`));
        child.once('exit', ended);
        child.once('message', (answer: Asked) => {
          child.off('exit', ended);
          resolve(answer);
        });
        child.send(message);
      }),
    async close() {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

/** Lets a day of wishes go by. */
export async function spend({ what, levels, processes }: Plan, seed = 'evening'): Promise<Outcome> {
  const all = createWishes(seed);
  const server = await createMockServer({ port: 0, platforms: ['anilibria'] });
  const redis = levels === 'all' ? await startRedis() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-cache-'));
  const setting: Setting = {
    baseUrl: `${server.addresses.anilibria}/api/anilibria/v2`,
    ...(redis && { redis: redis.url, sqlite: join(folder, 'kept.sqlite') }),
  };
  // The first to open it makes it; two at once would wait for one another.
  if (setting.sqlite) sqliteStore(setting.sqlite).close();
  const children = Array.from({ length: processes }, () => open(setting));
  const spans = new Map<string, (readonly [number, number])[]>();
  try {
    let last: Asked[] = [];
    for (let index = 0; index < all.length; index += wave) {
      const now = all.slice(index, index + wave);
      last = await Promise.all(
        children.map((child, nth) =>
          child.ask({
            at: now[0]?.at ?? 0,
            ids: now.filter((_, each) => each % processes === nth).map(({ id }) => id),
          }),
        ),
      );
      for (const { spans: some } of last) {
        for (const [url, from, to] of some) spans.set(url, [...(spans.get(url) ?? []), [from, to]]);
      }
    }
    const stats = last.map(({ stats: each }) => each).filter((each): each is CacheStats => each !== undefined);
    const depth = Math.max(0, ...stats.map(({ hits }) => hits.length));
    const rates = Array.from({ length: depth }, (_, level) => {
      const sum = (of: (stats: CacheStats) => number): number => stats.reduce((total, each) => total + of(each), 0);
      const hits = sum(({ hits: each }) => each[level] ?? 0);
      const reached = sum(({ hits: each, misses }) => each.slice(level).reduce((total, one) => total + one, misses));
      return reached ? hits / reached : 0;
    });
    return {
      what,
      requests: all.length,
      upstream: [...spans.values()].reduce((sum, each) => sum + each.length, 0),
      ideal: idealMisses(all, levels === 'all' ? minutes(30) : minutes(5)),
      rates,
      stale: last.reduce((sum, { stale }) => sum + stale, 0),
      atOnce: Math.max(...[...spans.values()].map(mostAtOnce)),
    };
  } finally {
    await Promise.all(children.map((child) => child.close()));
    await redis?.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The outcomes as a table. */
export const table = (outcomes: readonly Outcome[]): string =>
  [
    '| levels | requests | reached the service | ideal | more than ideal | hit rate by level | given stale | at once per title |',
    '|---|---|---|---|---|---|---|---|',
    ...outcomes.map(({ what, requests, upstream, ideal, rates, stale, atOnce }) =>
      [
        '',
        what,
        requests,
        upstream,
        ideal,
        percent(upstream / ideal - 1),
        rates.map(percent).join(', '),
        stale,
        atOnce,
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ].join('\n');
