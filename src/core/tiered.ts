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
  set(key: string, value: unknown, ttl?: number, fresh?: number): Promise<void>;
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
  /** When it begins to be stale. */
  fresh?: number;
}

const isTimed = (value: unknown): value is Timed =>
  typeof value === 'object' && value !== null && 'value' in value && 'until' in value;

/**
 * Makes one cache of several: a value is looked for level by level, and found ones are copied into the nearer levels. Only the last level keeps what
 * is stale, or the memory of one process would hide from it what another has renewed.
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
  /** Look-ups under way, by key: what is set or deleted meanwhile must not come back out of a lower level. */
  const looking = new Map<string, Set<{ late: boolean }>>();
  const changed = (key: string): void => {
    for (const look of looking.get(key) ?? []) look.late = true;
  };
  const settle = async (work: readonly Promise<unknown>[]): Promise<void> => {
    const results = await Promise.allSettled(work);
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) onError?.(reason);
    if (failed[0] && failed.length === results.length) throw failed[0].reason;
  };
  const put = async (
    tier: CacheTier,
    key: string,
    { value, until, fresh = Number.POSITIVE_INFINITY }: Timed,
  ): Promise<unknown> => {
    const { store, ttl = Number.POSITIVE_INFINITY } = tier;
    const now = clock.now();
    const last = tier === tiers.at(-1) ? Number.POSITIVE_INFINITY : fresh;
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, now + ttl, last);
    if (end <= now) return undefined;
    // JSON has no Infinity.
    const kept = { value, until: Number.isFinite(end) ? end : null, ...(Number.isFinite(fresh) && { fresh }) };
    return kept.until === null ? store.set(key, kept) : store.set(key, kept, end - now);
  };
  return {
    async get(key) {
      let failure: unknown;
      let failures = 0;
      const look = { late: false };
      const looks = looking.get(key) ?? new Set();
      looking.set(key, looks.add(look));
      const done = (): void => {
        looks.delete(look);
        if (!looks.size && looking.get(key) === looks) looking.delete(key);
      };
      for (const [level, { store }] of tiers.entries()) {
        try {
          const found: unknown = await store.get(key);
          if (!isTimed(found) || (found.until !== null && found.until <= clock.now())) continue;
          hits[level] = (hits[level] ?? 0) + 1;
          const nearer = look.late ? [] : tiers.slice(0, level);
          await settle(nearer.map((tier) => put(tier, key, found))).catch(() => {});
          done();
          return found.value;
        } catch (error) {
          failure = error;
          failures += 1;
          onError?.(error);
        }
      }
      done();
      if (failures && failures === tiers.length) throw failure;
      misses += 1;
      return undefined;
    },
    set(key, value, ttl, fresh) {
      changed(key);
      const now = clock.now();
      const timed = {
        value,
        until: ttl === undefined ? null : now + ttl,
        ...(fresh !== undefined && { fresh: now + fresh }),
      };
      return settle(tiers.map((tier) => put(tier, key, timed)));
    },
    delete(key) {
      changed(key);
      return settle(tiers.map(async ({ store }) => store.delete(key)));
    },
    stats: () => ({ hits: [...hits], misses }),
  };
}
