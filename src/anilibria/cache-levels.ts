import type { CacheStore } from '../core/cache.ts';
import { memoryCache } from '../core/memory-cache.ts';
import type { CacheOptions } from '../core/options.ts';
import { type CacheTier, type TieredCache, tiered } from '../core/tiered.ts';
import { type Clock, hours, minutes } from '../core/time.ts';

/** The levels below the memory of this process; each is optional. */
export interface CacheLevelsOptions {
  /** What several processes share, e.g. a Keyv over Redis. Keeps for 30 minutes. */
  shared?: CacheStore | undefined;
  /** What outlives everything else, e.g. a Keyv over SQLite. Keeps for 24 hours; what only it still has is given at once and fetched anew behind it. */
  database?: CacheStore | undefined;
  /** Keeps for 5 minutes. @default memoryCache() */
  memory?: CacheStore | undefined;
  /** Told when a level fails; the others go on. */
  onError?: ((error: unknown) => void) | undefined;
  /** @default the machine's */
  clock?: Clock | undefined;
}

/** Levels of a cache, as the option `cache` of a client. */
export interface CacheLevels extends CacheOptions {
  store: TieredCache;
  ttl: number;
  staleWhileRevalidate: number;
  /** Hits by level, nearest first, and look-ups that no level could answer. */
  stats: TieredCache['stats'];
}

/**
 * The three levels that the service itself has: memory for 5 minutes, shared for 30, a database for 24 hours. What a lower level has fills the
 * upper ones.
 *
 * @example
 * ```ts
 * import Keyv from 'keyv';
 * import { cacheLevels, createAnilibria } from 'tipstream/anilibria';
 * const cache = cacheLevels({ shared: new Keyv() }); // with @keyv/redis
 * const anilibria = createAnilibria({ cache });
 * console.log(cache.stats().hits); // [0, 0]
 * ```
 */
export function cacheLevels({
  shared,
  database,
  clock,
  onError,
  memory = memoryCache({ clock }),
}: CacheLevelsOptions = {}): CacheLevels {
  const levels: CacheTier[] = [
    { store: memory, ttl: minutes(5) },
    ...(shared ? [{ store: shared, ttl: minutes(30) }] : []),
    ...(database ? [{ store: database, ttl: hours(24) }] : []),
  ];
  const ttl = shared ? minutes(30) : minutes(5);
  const store = tiered(levels, { clock, onError });
  return { store, ttl, staleWhileRevalidate: database ? hours(24) - ttl : 0, stats: store.stats };
}
