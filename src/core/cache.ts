import type { Prepared } from './request.ts';
import type { Clock } from './time.ts';

/** Where answers are kept: `memoryCache()`, `tiered([...])`, a Keyv, or your own. Results may be promises. */
export interface CacheStore {
  /** The value, or `undefined`. */
  get(key: string): unknown;
  /** Keeps `value`, plain data, for `ttl` milliseconds, of which it is stale after the first `fresh`; most stores need not know. */
  set(key: string, value: unknown, ttl?: number, fresh?: number): unknown;
  /** Forgets the value. */
  delete(key: string): unknown;
}

/** What a policy needs of the client that opens it. */
export interface CacheContext {
  clock: Clock;
  store: CacheStore;
  /** Whose answers they are: what another upstream left under the same name is passed over. */
  from?: string | undefined;
  /** Overrides the TTL of the declaration, in milliseconds. */
  ttl?: number | undefined;
  /** Override what the declaration says of answers beyond their time, in milliseconds. */
  staleWhileRevalidate?: number | undefined;
  staleIfError?: number | undefined;
  /**
   * Whether `If-None-Match` may be sent. Not in a page: there it would need the server's leave (CORS).
   * @default true
   */
  revalidate?: boolean | undefined;
  /** Told when the store fails. The call goes on without it. */
  onError?: ((error: unknown) => void) | undefined;
}

/** The part of an answer that is kept. */
export interface Cacheable<T> {
  data: T;
  status: number;
  headers: Headers;
}

/**
 * Asks upstream, with `headers` added to the request; a 304 comes back as an answer, whatever its `data`. It joins equal requests itself. In the
 * `background` it belongs to no caller, so no caller's abort may end it.
 */
export type CacheFetch<A> = (headers: Readonly<Record<string, string>>, background: boolean) => Promise<A>;

/** A kept or new answer. `data` is the caller's own copy. */
export interface CacheResult<T, A> extends Cacheable<T> {
  cache: 'HIT' | 'MISS' | 'STALE';
  /** The whole answer, where upstream was asked on behalf of this caller. */
  answer?: A;
}

/** A policy opened for one client. */
export interface Cache {
  /** `key` names platform, credential hash, method, path and sorted query. Rejects as `fetch` does; failures are never kept. */
  run<T, A extends Cacheable<T>>(key: string, fetch: CacheFetch<A>): Promise<CacheResult<T, A>>;
  /** Deletes what this client put into the store, and uses nothing of it any more. */
  forget(): Promise<void>;
}

/** The name of an answer in the store, where the upstream's own documents give it one. */
export type CacheName = (prepared: Prepared) => string | Promise<string>;

/** How an endpoint caches, written as `cache: cached(minutes(5))`. A value without state; a client opens it once per endpoint. */
export interface CachePolicy {
  open(context: CacheContext): Cache;
  /** The key of an answer that anybody may have; who brings a credential gets answers of their own. @default platform, host, account, endpoint and input */
  readonly name?: CacheName | undefined;
}
