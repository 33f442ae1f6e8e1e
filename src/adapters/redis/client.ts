import { createHash } from 'node:crypto';
import { bareError } from '../../core/bare-error.ts';
import { isTipstreamError, TipstreamError } from '../../core/errors.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { withoutPassword } from '../../stream/checkpoint.ts';

/**
 * What is used of a `Redis` of ioredis, 5.9 or newer: the app makes it, with its address, its TLS and its password, and ends it. One serves any
 * number of limiters, stores and relays; only who reads a relay opens a connection beside it, by `duplicate()`.
 */
export interface RedisClient {
  /** Sends a command. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Another connection to the same server. */
  duplicate(override?: {
    commandTimeout?: undefined;
    socketTimeout?: undefined;
    enableOfflineQueue?: boolean;
    autoResendUnfulfilledCommands?: boolean;
    retryStrategy?: (times: number) => number | null;
  }): RedisClient;
  /** Ends the connection at once. */
  disconnect(): void;
  /** Listens to what goes wrong with the connection. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A command that has not been answered by then has failed: the server may still carry it out, so every command here may be sent again. */
export const patience = seconds(5);

/** What only a human can mend: a password, a right, a key that holds something else. */
const hopeless = /^(NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|DENIED)\b/;

/** The error for a command that failed. Neither an address with a password nor a value of the command is in it. */
export function redisError(what: string, thrown: unknown): TipstreamError {
  if (isTipstreamError(thrown)) return thrown;
  const cause = bareError(thrown, withoutPassword);
  const fatal = hopeless.test(cause.message);
  return new TipstreamError({
    code: 'STORE',
    platform: 'redis',
    message: `redis: could not ${what}: ${cause.message}; look whether the server is up and what it logs`,
    fatal,
    retryable: !fatal,
    // ioredis puts the command and its arguments into the error; those stay behind.
    cause,
  });
}

/** An answer within a time limit. */
export const inTime = <T>(clock: Clock, answer: Promise<T>, limit = patience): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = clock.after(limit, () => reject(new Error(`no answer in ${limit / 1000} s`)));
    answer.then(resolve, reject);
    answer.then(stop, stop);
  });

/** A Lua script: one step that nothing comes between. */
export type Script = (
  redis: RedisClient,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** Runs by the hash of its text; a server that does not know it, for example after a restart, is given the text. */
export function createScript(lua: string): Script {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis, keys, args) => {
    try {
      return await redis.call('EVALSHA', sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.call('EVAL', lua, keys.length, ...keys, ...args);
    }
  };
}

/** A map as the server sends it: a flat list of names and values, or an object where the client was told to make one. */
export function toFields(reply: unknown): Record<string, unknown> {
  if (!Array.isArray(reply)) return { ...Object(reply) };
  const fields: Record<string, unknown> = Object.create(null);
  for (let index = 0; index + 1 < reply.length; index += 2) fields[String(reply[index])] = reply[index + 1];
  return fields;
}

export const toList = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : []);
