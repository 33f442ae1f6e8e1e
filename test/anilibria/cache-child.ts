/** One process of `cache-evening.ts`: a client with its levels, at a time that it is told. */
import KeyvRedis from '@keyv/redis';
import Keyv from 'keyv';
import type { CacheStats } from '../../src/adapters/prometheus.ts';
import { cacheLevels, createAnilibria } from '../../src/anilibria/index.ts';
import { testClock } from '../support/clock.ts';
import { sqliteStore } from '../support/sqlite-store.ts';

export interface Setting {
  baseUrl: string;
  redis?: string;
  sqlite?: string;
}

/** Titles that are wanted at once, at a time of the day. */
export interface Ask {
  at: number;
  ids: number[];
}

/** What came of it. */
export interface Asked {
  /** Requests that were sent, from when to when, in milliseconds. */
  spans: [url: string, from: number, to: number][];
  stats: CacheStats | undefined;
  stale: number;
}

const { baseUrl, redis, sqlite }: Setting = JSON.parse(process.argv[2] ?? '{}');
const clock = testClock(0);
const now = (): number => performance.timeOrigin + performance.now();
const spans: Asked['spans'] = [];
/** What is under way: requests, and writes into the levels. */
let open = 0;
const counted = async <T>(work: Promise<T>): Promise<T> => {
  open += 1;
  return work.finally(() => {
    open -= 1;
  });
};
const level = (keyv: Keyv) => ({
  get: (key: string) => keyv.get(key),
  set: (key: string, value: unknown, ttl?: number) => counted(keyv.set(key, value, ttl)),
  delete: (key: string) => keyv.delete(key),
});
const shared = redis === undefined ? undefined : new Keyv({ store: new KeyvRedis(redis) });
const file = sqlite === undefined ? undefined : sqliteStore(sqlite);
const database = file && new Keyv({ store: file });
const cache = cacheLevels({ shared: shared && level(shared), database: database && level(database), clock });
let stale = 0;

const anilibria = createAnilibria({
  baseUrl,
  cache,
  clock,
  limiter: false,
  async fetch(request, init) {
    const from = now();
    const response = await counted(fetch(request, init));
    spans.push([request.url, from, now()]);
    return response;
  },
});

process.on('message', async ({ at, ids }: Ask) => {
  await clock.advance(Math.max(0, at - clock.now()));
  const answers = await Promise.all(ids.map((id) => anilibria.titles.get.withMeta({ id })));
  stale += answers.filter(({ meta }) => meta.cache === 'STALE').length;
  // What is renewed behind stale answers is part of this moment.
  for (let quiet = 0; quiet < 5; quiet = open ? 0 : quiet + 1) await new Promise((resolve) => setImmediate(resolve));
  process.send?.({ spans: spans.splice(0), stats: cache.stats(), stale } satisfies Asked);
});
process.on('disconnect', async () => {
  await anilibria.close();
  await shared?.disconnect();
  file?.close();
  process.exit(0);
});
