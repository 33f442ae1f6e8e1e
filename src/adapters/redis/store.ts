import { TipstreamError } from '../../core/errors.ts';
import { type Clock, systemClock } from '../../core/time.ts';
import type { CheckpointStore } from '../../stream/checkpoint-store.ts';
import { createScript, patience, type RedisClient, redisError } from './client.ts';
import { type Fence, leaseLost } from './fence.ts';
import { createGate } from './gate.ts';

/** What `redisStore` takes. */
export interface RedisStoreOptions {
  /** The client of the app: a `Redis` of ioredis. */
  redis: RedisClient;
  /**
   * Stands before every key. In a cluster, give the hash tag of the relay, e.g. `'{tipstream:tips}:'`.
   * @default 'tipstream:checkpoint:'
   */
  prefix?: string | undefined;
  /**
   * The lease under which is written: after it is lost, `set` and `delete` write nothing and reject with a fatal `STORE`.
   * @default none: anybody may write
   */
  fence?: Fence | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
}

/** A checkpoint store in Redis. */
export interface RedisStore extends CheckpointStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

/** `KEYS`: the value, then the lease where there is one. `ARGV`: the token, the value; without the value it is deleted. */
const write = createScript(`
if KEYS[2] and redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('DEL', KEYS[1]) end
return 1
`);

/** The error of what is no JSON says none of it. */
function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TipstreamError({
      code: 'STORE',
      platform: 'redis',
      message: `redis: what is kept as '${key}' is no JSON; look who wrote it, and delete it`,
      fatal: true,
      retryable: false,
    });
  }
}

/**
 * Keeps checkpoints in Redis, as JSON without an end: every process that uses the same Redis finds them. As durable as the server is told to
 * be (`appendonly yes`); it must not evict keys (`maxmemory-policy noeviction`).
 *
 * **Cursor and tips.** A stream moves its cursor only past tips that were taken, and `relay.publish` takes a tip only when Redis has
 * it. With relay and store on one server, the tip therefore stands before the cursor in the server's own journal: no crash, of
 * a process or of the server, keeps the cursor and loses the tip.
 *
 * @returns A store whose calls reject with `STORE` when Redis fails or does not answer within 5 s, and at once as long as it is away after that.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createChaturbate } from 'tipstream/chaturbate';
 * import { redisStore } from 'tipstream/redis';
 * const redis = new Redis({ lazyConnect: true });
 * const checkpoint = redisStore({ redis });
 * const client = createChaturbate({ username: 'someone', token: 'not-a-secret-token', checkpoint });
 * await client.close();
 * redis.disconnect();
 * ```
 */
export function redisStore({
  redis,
  prefix = 'tipstream:checkpoint:',
  fence,
  clock = systemClock,
}: RedisStoreOptions): RedisStore {
  const gate = createGate(redis, { limit: patience });
  const run = async <T>(what: string, command: () => Promise<T>): Promise<T> => {
    try {
      return await gate.ask(clock, command);
    } catch (error) {
      throw redisError(what, error);
    }
  };
  const change = async (what: string, key: string, value: readonly string[]): Promise<void> => {
    const keys = fence ? [prefix + key, fence.key] : [prefix + key];
    const written = await run(what, () => write(redis, keys, [fence?.token ?? '', ...value]));
    if (written !== 1) throw leaseLost(what);
  };
  return {
    async get(key) {
      const text = await run(`read '${key}'`, () => redis.call('GET', prefix + key));
      return typeof text === 'string' ? parse(key, text) : undefined;
    },
    // The text is made before anything is awaited: what the caller changes afterwards is not what was given.
    set: (key, value) => change(`keep '${key}'`, key, [JSON.stringify(value) ?? 'null']),
    delete: (key) => change(`forget '${key}'`, key, []),
  };
}
