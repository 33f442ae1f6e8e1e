import type { Cache, Cacheable, CacheContext, CacheFetch, CacheName, CachePolicy } from './cache.ts';
import { isTipstreamError } from './errors.ts';
import { seconds } from './time.ts';

/** How long a kept answer serves beyond its time. Milliseconds. */
export interface CachedOptions {
  /** For so long after its TTL an answer is still given at once, while a new one is fetched behind it. @default 0 */
  staleWhileRevalidate?: number | undefined;
  /** For so long after its TTL an answer is given when upstream is down: no connection, no answer in time, 5xx. @default 0 */
  staleIfError?: number | undefined;
  /** The name of an answer in the store, where the upstream's own documents give it one. @default made of platform, host, account, endpoint and input */
  name?: CacheName | undefined;
}

interface Entry {
  v: 1;
  from?: string | undefined;
  data: unknown;
  status: number;
  headers: [string, string][];
  etag?: string;
  storedAt: number;
  freshUntil: number;
}

const outages: readonly unknown[] = ['NETWORK', 'TIMEOUT', 'SERVER', 'UNAVAILABLE', 'CIRCUIT_OPEN'];
const private_ = /cookie|auth|token|secret|key/i;
/** A fetch behind a stale answer that gives no sign for so long has died with its request (workerd); another may start. */
const refreshLimit = seconds(60);
/** `forget` deletes at most so many keys; the others are no longer used. */
const remembered = 10_000;

const isEntry = (value: unknown): value is Entry => {
  const entry = value as Entry | null | undefined;
  try {
    return entry?.v === 1 && Number.isFinite(entry.freshUntil) && !!new Headers(entry.headers);
  } catch {
    return false;
  }
};

/**
 * Keeps 2xx answers for `ttl` milliseconds, renews them by ETag, and never keeps a failure or what says `no-store`. Every hit is a fresh copy.
 * An endpoint says so in its declaration: `cache: cached(minutes(5), { staleIfError: hours(1) })`.
 */
export function cached(ttl: number, options: CachedOptions = {}): CachePolicy {
  return {
    name: options.name,
    open: (context) =>
      openCache(
        context,
        context.ttl ?? ttl,
        context.staleWhileRevalidate ?? options.staleWhileRevalidate ?? 0,
        context.staleIfError ?? options.staleIfError ?? 0,
      ),
  };
}

/** What happens to a key right now: nobody asks again for what came while they looked. */
interface Traffic {
  users: number;
  entry?: Entry;
}

function openCache(context: CacheContext, ttl: number, whileRevalidate: number, ifError: number): Cache {
  const { clock, store, from, revalidate = true } = context;
  const traffic = new Map<string, Traffic>();
  const refreshing = new Map<string, number>();
  const keys = new Set<string>();
  let generation = 0;
  let forgottenAt = Number.NEGATIVE_INFINITY;

  const attempt = async <T>(run: () => T): Promise<Awaited<T> | undefined> => {
    try {
      return await run();
    } catch (error) {
      context.onError?.(error);
      return undefined;
    }
  };
  /** Holds on to what is known of a key until the last who is at it has left. */
  const during = async <T>(key: string, run: (here: Traffic) => Promise<T>): Promise<T> => {
    const here = traffic.get(key) ?? { users: 0 };
    traffic.set(key, here);
    here.users += 1;
    try {
      return await run(here);
    } finally {
      here.users -= 1;
      if (!here.users && traffic.get(key) === here) traffic.delete(key);
    }
  };
  const load = (key: string): Promise<Entry | undefined> =>
    during(key, async (here) => {
      const found = here.entry ?? (await attempt(() => store.get(key)));
      // Saved while the store looked.
      const entry = here.entry ?? found;
      return isEntry(entry) && entry.from === from && entry.storedAt > forgottenAt ? entry : undefined;
    });
  const save = async (key: string, entry: Entry): Promise<void> => {
    if (keys.size >= remembered) keys.clear();
    keys.add(key);
    const stale = Math.max(whileRevalidate, ifError, entry.etag === undefined ? 0 : ttl);
    await during(key, async (here) => {
      here.entry = entry;
      await attempt(() => store.set(key, entry, ttl + stale, ttl));
    });
  };
  const copy = (entry: Entry, cache: 'HIT' | 'STALE') => ({
    // The store only ever gets what `fetch` gave for this key.
    data: structuredClone(entry.data) as never,
    status: entry.status,
    headers: new Headers(entry.headers),
    cache,
  });

  /** Asks upstream and keeps what may be kept. Gives the renewed entry after a 304. */
  const ask = async <A extends Cacheable<unknown>>(
    key: string,
    fetch: CacheFetch<A>,
    old: Entry | undefined,
    background: boolean,
  ) => {
    const begun = generation;
    const answer = await fetch(revalidate && old?.etag !== undefined ? { 'if-none-match': old.etag } : {}, background);
    const { status, headers } = answer;
    const now = clock.now();
    const times = { storedAt: now, freshUntil: now + ttl };
    if (status === 304 && old) {
      const entry = { ...old, ...times };
      if (begun === generation) await save(key, entry);
      return { answer, entry };
    }
    const keep = begun === generation && status >= 200 && status < 300 && answer.data !== undefined;
    if (keep && !/\bno-store\b/i.test(headers.get('cache-control') ?? '')) {
      const etag = headers.get('etag');
      const kept = [...headers].filter(([name]) => !private_.test(name));
      // What cannot be cloned cannot be kept either.
      const data = await attempt(() => structuredClone(answer.data));
      if (data !== undefined)
        await save(key, { v: 1, from, data, status, headers: kept, ...(etag && { etag }), ...times });
    }
    return { answer };
  };

  return {
    async run<T, A extends Cacheable<T>>(key: string, fetch: CacheFetch<A>) {
      const entry = await load(key);
      const age = entry ? clock.now() - entry.freshUntil : 0;
      // What claims a longer time was kept by a clock that was ahead.
      if (entry && age < 0 && age >= -ttl) return copy(entry, 'HIT');
      if (entry && whileRevalidate && age < whileRevalidate) {
        const since = refreshing.get(key);
        if (since === undefined || clock.now() - since > refreshLimit) {
          const mine = clock.now();
          refreshing.set(key, mine);
          const done = (): void => {
            if (refreshing.get(key) === mine) refreshing.delete(key);
          };
          // A failure behind a stale answer is nobody's: the next caller asks again.
          ask(key, fetch, entry, true).then(done, done);
        }
        return copy(entry, 'STALE');
      }
      try {
        const { answer, entry: renewed } = await ask(key, fetch, entry, false);
        if (renewed) return { ...copy(renewed, 'HIT'), answer };
        const { data, status, headers } = answer;
        return { data, status, headers, cache: 'MISS' as const, answer };
      } catch (error) {
        if (entry && age < ifError && isTipstreamError(error) && outages.includes(error.code))
          return copy(entry, 'STALE');
        throw error;
      }
    },
    async forget() {
      generation += 1;
      traffic.clear();
      forgottenAt = clock.now();
      const all = [...keys];
      keys.clear();
      await Promise.all(all.map((key) => attempt(() => store.delete(key))));
    },
  };
}
