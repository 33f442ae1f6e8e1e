import type { Clock } from './time.ts';

/** Where answers are kept: an in-memory cache, a Keyv, or your own. */
export interface CacheStore {
  get(key: string): unknown;
  /** `ttl` in milliseconds. */
  set(key: string, value: unknown, ttl?: number): unknown;
  delete(key: string): unknown;
}

/** What a policy needs of the client that opens it. */
export interface CacheContext {
  clock: Clock;
  /** The store of the client's `cache` option; without one, every opened policy makes a `memoryCache()` of its own. */
  store?: CacheStore | undefined;
  /** Overrides the TTL of the declaration, in milliseconds. */
  ttl?: number | undefined;
  /** Whether `If-None-Match` may be sent: not in a page (CORS). @default true */
  revalidate?: boolean | undefined;
  /** Told when the store fails (code `STORE`); the call goes on without it. */
  onError?: ((error: unknown) => void) | undefined;
}

/** The part of an answer that is kept. A 304 has no data. */
export interface Cacheable<T> {
  data: T;
  status: number;
  headers: Headers;
}

/** Asks upstream. `headers` are to be added to the request; `signal` ends when nobody waits any more. A 304 comes back as an answer. */
export type CacheFetch<A> = (headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<A>;

/** What `run` gives: the answer (its `data` is the caller's own copy), and where it came from. */
export interface CacheResult<A> {
  answer: A;
  cache: 'HIT' | 'MISS' | 'STALE';
}

/** A policy opened for one endpoint of one client. */
export interface Cache {
  /** `key` holds platform, credential hash, method, path and sorted query. */
  run<T, A extends Cacheable<T>>(key: string, fetch: CacheFetch<A>, signal?: AbortSignal): Promise<CacheResult<A | Cacheable<T>>>;
  /** Deletes what this client has put into the store. */
  forget(): Promise<void>;
}

/** How an endpoint caches, written as `cache: cached(minutes(5))`. A value without state; `open` is called once per client and endpoint. */
export interface CachePolicy {
  open(context: CacheContext): Cache;
}
