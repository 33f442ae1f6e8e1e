import type { CacheStore } from './cache.ts';
import { type Clock, systemClock } from './time.ts';

/** One level of a tiered cache: a store, and the longest time, in milliseconds, that it keeps a value. */
export interface CacheTier {
  store: CacheStore;
  /** @default as long as the value says */
  ttl?: number | undefined;
}

/** Several caches, the nearest first. */
export interface TieredCache extends CacheStore {
  /** The value of the nearest level that has it. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl?: number): Promise<void>;
  /** Forgets the value in every level. */
  delete(key: string): Promise<void>;
  /** Hits by level, nearest first, and look-ups that no level could answer. */
  stats(): { hits: readonly number[]; misses: number };
}

/** How a tiered cache behaves. */
export interface TieredOptions {
  /** Told when a level fails; the others go on. @default ignored, as long as one level works */
  onError?: ((error: unknown) => void) | undefined;
  /** @default the machine's */
  clock?: Clock | undefined;
}

/** Each level gets the value together with its end, or a hit in a far level would live anew in the near ones. */
interface Timed {
  value: unknown;
  until: number | null;
}

const isTimed = (value: unknown): value is Timed =>
  typeof value === 'object' && value !== null && 'value' in value && 'until' in value;

/**
 * Makes one cache of several: a value is looked for level by level, and found ones are copied into the nearer levels.
 *
 * @example
 * ```ts
 * import Keyv from 'keyv';
 * import { memoryCache, minutes, tiered } from 'tipstream';
 * const shared = new Keyv(); // with an adapter for Redis, Postgres, ...
 * const cache = tiered([{ store: memoryCache(), ttl: minutes(5) }, { store: shared, ttl: minutes(30) }]);
 * ```
 */
export function tiered(levels: readonly (CacheStore | CacheTier)[], options: TieredOptions = {}): TieredCache {
  const { clock = systemClock, onError } = options;
  const tiers = levels.map((level): CacheTier => ('store' in level ? level : { store: level }));
  const hits = tiers.map(() => 0);
  let misses = 0;
  const settle = async (work: readonly Promise<unknown>[]): Promise<void> => {
    const results = await Promise.allSettled(work);
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) onError?.(reason);
    if (failed[0] && failed.length === results.length) throw failed[0].reason;
  };
  const put = async (
    { store, ttl = Number.POSITIVE_INFINITY }: CacheTier,
    key: string,
    { value, until }: Timed,
  ): Promise<unknown> => {
    const now = clock.now();
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, now + ttl);
    // JSON has no Infinity.
    return end === Number.POSITIVE_INFINITY
      ? store.set(key, { value, until: null })
      : store.set(key, { value, until: end }, end - now);
  };
  return {
    async get(key) {
      let failure: unknown;
      let failures = 0;
      for (const [level, { store }] of tiers.entries()) {
        try {
          const found: unknown = await store.get(key);
          if (!isTimed(found) || (found.until !== null && found.until <= clock.now())) continue;
          hits[level] = (hits[level] ?? 0) + 1;
          await settle(tiers.slice(0, level).map((tier) => put(tier, key, found))).catch(() => {});
          return found.value;
        } catch (error) {
          failure = error;
          failures += 1;
          onError?.(error);
        }
      }
      if (failures && failures === tiers.length) throw failure;
      misses += 1;
      return undefined;
    },
    set: (key, value, ttl) =>
      settle(tiers.map((tier) => put(tier, key, { value, until: ttl === undefined ? null : clock.now() + ttl }))),
    delete: (key) => settle(tiers.map(async ({ store }) => store.delete(key))),
    stats: () => ({ hits: [...hits], misses }),
  };
}
