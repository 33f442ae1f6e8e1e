import type { CacheStore } from './cache.ts';
import { type Clock, systemClock } from './time.ts';

/** How much a `memoryCache` keeps, and for how long. */
export interface MemoryCacheOptions {
  /** At most so many values; the longest unused go first. @default 1000 */
  max?: number | undefined;
  /** For values that are set without a time of their own, in milliseconds. @default Infinity */
  ttl?: number | undefined;
  /** @default the machine's */
  clock?: Clock | undefined;
}

/** A cache in the memory of this process. */
export interface MemoryCache extends CacheStore {
  /** The value, unless its time is over. */
  get(key: string): unknown;
  set(key: string, value: unknown, ttl?: number): void;
  /** Forgets the value. Returns whether there was one. */
  delete(key: string): boolean;
  /** What it holds and how often it was of use. */
  stats(): { size: number; max: number; hits: number; misses: number };
}

interface Kept {
  value: unknown;
  until: number;
}

/**
 * Makes a bounded cache in memory. It always keeps the newest half of `max`; beyond `max` nothing.
 *
 * @throws RangeError for a `max` below 1
 */
export function memoryCache(options: MemoryCacheOptions = {}): MemoryCache {
  const { max = 1000, ttl = Number.POSITIVE_INFINITY, clock = systemClock } = options;
  if (!(max >= 1)) throw new RangeError(`memoryCache: max: ${max} is no number of values; give 1 or more`);
  // Two generations: dropping the older as a whole costs nothing, where evicting one by one slows a large Map down tenfold.
  let young = new Map<string, Kept>();
  let old = new Map<string, Kept>();
  let hits = 0;
  let misses = 0;
  const drop = (key: string): boolean => {
    const known = young.delete(key);
    return old.delete(key) || known;
  };
  const put = (key: string, kept: Kept): void => {
    drop(key);
    if (young.size >= Math.ceil(max / 2)) {
      old = young;
      young = new Map();
    }
    young.set(key, kept);
    if (young.size + old.size > max) old.clear();
  };
  return {
    get(key) {
      const recent = young.get(key);
      const kept = recent ?? old.get(key);
      if (!kept || clock.now() >= kept.until) {
        if (kept) drop(key);
        misses += 1;
        return undefined;
      }
      if (!recent) put(key, kept);
      hits += 1;
      return kept.value;
    },
    set: (key, value, time = ttl) => put(key, { value, until: clock.now() + time }),
    delete: drop,
    stats: () => ({ size: young.size + old.size, max, hits, misses }),
  };
}
