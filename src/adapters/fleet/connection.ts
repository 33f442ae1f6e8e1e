import type { ConnectionOptions } from 'bullmq';
import { configError } from '../../core/errors.ts';
import type { RedisClient } from '../redis/client.ts';

/** A connection of our own to the server of the app's client. */
export interface Connection {
  /** For the queue, which makes connections of its own beside it where it waits. */
  readonly queue: ConnectionOptions;
  /** Sends a command. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  close(): void;
}

/** How the queue wants its connections: a command waits until the server is back, however long that takes, and a server that is back is found soon. */
const patient = {
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  socketTimeout: undefined,
  enableOfflineQueue: true,
  retryStrategy: (times: number): number => Math.min(times * 50, 1000),
};

const isForQueue = (client: object): client is RedisClient & ConnectionOptions & object =>
  'defineCommand' in client && typeof client.defineCommand === 'function';

/**
 * Opens a second connection to where `redis` leads.
 *
 * @throws TipstreamError `CONFIG` for what is no client of ioredis, and for one that puts a text before every key, which the queue cannot serve
 */
export function connectionBeside(redis: RedisClient, failed: (error: Error) => void): Connection {
  if (Object(Object(redis).options).keyPrefix)
    throw configError('fleet', 'redis: it has a keyPrefix; give a client without one, and createFleet a `prefix`');
  const client = typeof redis?.duplicate === 'function' ? redis.duplicate(patient) : undefined;
  if (!client || !isForQueue(client))
    throw configError('fleet', 'redis: no client of ioredis; give `new Redis(url)` of the package ioredis');
  client.on('error', failed);
  return { queue: client, call: (command, ...args) => client.call(command, ...args), close: () => client.disconnect() };
}
