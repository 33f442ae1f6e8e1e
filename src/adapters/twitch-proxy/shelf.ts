import type { CacheStore } from '../../core/cache.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { canGzip, gzip, gzipFrom } from './gzip.ts';
import { createMemory } from './memory.ts';
import { headerOf, jsonReply, type Reply, withHeaders } from './reply.ts';

/** A kept answer, ready to be sent. */
export interface Ready {
  readonly until: number;
  readonly plain: Reply;
  /** Made when it is first wanted. */
  zipped?: Reply;
}

/** What a store keeps. */
interface Entry {
  v: 1;
  body: string;
  until: number;
}

/** Where answers lie. A key names the caller by a SHA-256 and the question in one spelling. */
export interface Shelf {
  /** What lies ready under a key, or under a spelling of it that was seen before. */
  at(key: string, now: number): Ready | undefined;
  get(key: string, now: number): Promise<Ready | undefined>;
  /** Keeps an answer for `ttl` milliseconds. */
  set(key: string, body: string, now: number, ttl: number): Promise<Ready>;
  /** Remembers another spelling of a key, so that its next caller need not be read. */
  alias(spelling: string, key: string, ready: Ready): void;
  /** Forgets what is over, and says how many that were. */
  purge(now: number): number;
  size(): number;
}

/** A kept answer, ready to be sent; a hit unless somebody says otherwise. */
const readyOf = (body: string, until: number): Ready => ({
  until,
  plain: jsonReply(200, body, ['X-Cache', 'HIT']),
});

const isEntry = (value: unknown): value is Entry => {
  const { v, body, until } = Object(value);
  return v === 1 && typeof body === 'string' && Number.isFinite(until);
};

/** In the memory of this process. */
export function memoryShelf(bytes: number): Shelf {
  const memory = createMemory<Ready>(bytes);
  return {
    at: memory.get,
    get: async (key, now) => memory.get(key, now),
    async set(key, body, now, ttl) {
      const ready = readyOf(body, now + ttl);
      memory.set(key, ready, Number(headerOf(ready.plain, 'content-length')));
      return ready;
    },
    alias(spelling, key, ready) {
      if (spelling !== key) memory.set(spelling, ready, 0);
    },
    purge: memory.purge,
    size: memory.size,
  };
}

/** A store that says nothing for so long is passed over: an answer must not wait for what should make it faster. */
const patience = seconds(1);

const inTime = (clock: Clock, run: () => unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const stop = clock.after(patience, () => reject(new Error(`no word of it in ${patience / 1000} s`)));
    Promise.resolve()
      .then(run)
      .then(resolve, reject)
      .finally(() => stop());
  });

/** In a store that others share. One that fails is passed over. */
export function storeShelf(store: CacheStore, clock: Clock, failed: (error: unknown) => void): Shelf {
  return {
    at: () => undefined,
    async get(key, now) {
      try {
        const entry = await inTime(clock, () => store.get(key));
        return isEntry(entry) && now < entry.until ? readyOf(entry.body, entry.until) : undefined;
      } catch (error) {
        failed(error);
        return undefined;
      }
    },
    async set(key, body, now, ttl) {
      const entry: Entry = { v: 1, body, until: now + ttl };
      try {
        await inTime(clock, () => store.set(key, entry, ttl));
      } catch (error) {
        failed(error);
      }
      return readyOf(body, entry.until);
    },
    alias() {},
    purge: () => 0,
    size: () => 0,
  };
}

/** Nowhere. */
export const noShelf = (): Shelf => ({
  at: () => undefined,
  get: async () => undefined,
  set: async (_key, body, now, ttl) => readyOf(body, now + ttl),
  alias() {},
  purge: () => 0,
  size: () => 0,
});

/** The compressed form of a reply, where that is worth it. */
export async function zippedOf(reply: Reply): Promise<Reply> {
  if (Number(headerOf(reply, 'content-length')) < gzipFrom || !canGzip()) return reply;
  const body = await gzip(reply.body);
  const headers = reply.headers.map((value, index) =>
    reply.headers[index - 1] === 'Content-Length' ? `${body.length}` : value,
  );
  return withHeaders({ ...reply, headers, body }, ['Content-Encoding', 'gzip']);
}
