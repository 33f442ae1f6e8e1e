/** What is remembered: answers that are kept, and ids that came before. */
import { memoryCache } from '../../src/core/memory-cache.ts';
import { createMemory } from '../../src/stream/memory.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';

interface LruCache {
  LRUCache: new (
    options: object,
  ) => { get(key: string): unknown; set(key: string, value: unknown): unknown; has(key: string): boolean };
}

const keys = Array.from({ length: 500 }, (_, n) => `platform host account users ${n}`);
const value = { status: 200 };

/** 500 keys, each asked for in turn. */
const hits =
  (get: (key: string) => unknown): Run =>
  (count) => {
    for (let n = 0; n < count; n += 1) if (get(keys[n % keys.length] ?? '') === undefined) throw new Error('a miss');
  };

const filled = <T extends { set(key: string, value: unknown): unknown }>(cache: T): T => {
  for (const key of keys) cache.set(key, value);
  return cache;
};

/** Ids that count upwards, each new, in a window of 100,000. */
const rising = (add: (id: string) => unknown): Run => {
  let next = 1_780_000_000_000;
  return (count) => {
    for (let n = 0; n < count; n += 1) if (!add(`${next++}-0`)) throw new Error('not new');
  };
};

const shared: Record<string, Contender> = {
  ours: {
    open() {
      const cache = filled(memoryCache({ ttl: 60_000 }));
      return hits((key) => cache.get(key));
    },
  },
  map: {
    open() {
      const map = filled(new Map<string, unknown>());
      return hits((key) => map.get(key));
    },
  },
  lru: {
    async open() {
      const { LRUCache } = await peer<LruCache>('lru-cache');
      const cache = filled(new LRUCache({ max: 1000 }));
      return hits((key) => cache.get(key));
    },
  },
  'lru ttl': {
    async open() {
      const { LRUCache } = await peer<LruCache>('lru-cache');
      const cache = filled(new LRUCache({ max: 1000, ttl: 60_000 }));
      return hits((key) => cache.get(key));
    },
  },
  keyv: {
    async open() {
      interface Keyv {
        default: new (
          options: object,
        ) => { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown> };
      }
      const { default: Keyv } = await peer<Keyv>('keyv');
      const cache = new Keyv({ ttl: 60_000 });
      for (const key of keys) await cache.set(key, value);
      return async (count) => {
        for (let n = 0; n < count; n += 1) await cache.get(keys[n % keys.length] ?? '');
      };
    },
  },
};

const dedupes: Record<string, Contender> = {
  memory: {
    open() {
      const memory = createMemory(50_000);
      return rising((id) => memory.add(id));
    },
  },
  'two sets': {
    open() {
      let [young, old] = [new Set<string>(), new Set<string>()];
      return rising((id) => {
        if (young.has(id) || old.has(id)) return false;
        if (young.size >= 50_000) [young, old] = [new Set(), young];
        return young.add(id);
      });
    },
  },
  'lru ids': {
    async open() {
      const { LRUCache } = await peer<LruCache>('lru-cache');
      const cache = new LRUCache({ max: 100_000 });
      return rising((id) => !cache.has(id) && cache.set(id, true));
    },
  },
};

export const contenders: Record<string, Contender> = { ...shared, ...dedupes };

const kept: readonly Line[] = [
  {
    name: 'ours',
    what: 'tipstream, `memoryCache`',
    job: 'ours',
    note: 'a time for each value, counts of hits and misses; two generations, so that nothing is moved at a hit',
  },
  { name: 'map', what: 'a Map', job: 'less', note: 'no bound, no time' },
  { name: 'lru', what: 'lru-cache', job: 'less', note: 'no time' },
  {
    name: 'lru ttl',
    what: 'lru-cache with a time for each value',
    job: 'same',
    note: 'but no counts; it looks at the clock once in a millisecond and sets a timer for that, ours sets none',
  },
  { name: 'keyv', what: 'keyv', job: 'less', note: 'no bound' },
];

const remembered: readonly Line[] = [
  {
    name: 'memory',
    what: 'tipstream, the memory against duplicates',
    job: 'ours',
    note: 'ids that count upwards, as most do, stand in a list and are compared, not hashed',
  },
  { name: 'two sets', what: 'two generations of Set', job: 'same', note: '' },
  { name: 'lru ids', what: 'lru-cache', job: 'same', note: '' },
];

export async function caches(): Promise<Outcome> {
  const hit = compared(
    { heading: 'An answer that is kept', text: 'A look-up that finds what it looks for, among 500 values.' },
    { base: 'map', unit: 'ns' },
    kept,
    await takeTurns(import.meta.url, shared),
  );
  const id = compared(
    {
      heading: 'An id that may have come before',
      text: 'Ids that all are new, in a window of 100,000, each text made anew.',
    },
    { base: 'memory', unit: 'ns' },
    remembered,
    await takeTurns(import.meta.url, dedupes),
  );
  return { tables: [hit.table, id.table], behind: [...hit.behind, ...id.behind] };
}
