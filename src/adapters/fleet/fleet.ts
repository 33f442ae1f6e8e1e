import { hostname } from 'node:os';
import { Queue } from 'bullmq';
import { configError } from '../../core/errors.ts';
import { type Logger, plainLogger } from '../../core/logger.ts';
import { type Clock, seconds, systemClock } from '../../core/time.ts';
import { createLog } from '../../stream/log.ts';
import { inTime, type RedisClient, redisError } from '../redis/client.ts';
import type { Relay } from '../redis/relay.ts';
import type { Channel } from './channel.ts';
import { type Connection, connectionBeside } from './connection.ts';
import { createRoster, type Roster } from './roster.ts';
import { type FleetStatus, readEntries, readWorkers, toStatus } from './status.ts';
import { timingOf } from './timing.ts';
import { type FleetWorker, startWorker, type WorkOptions } from './work.ts';

/** What `createFleet` takes. All processes of a fleet are given the same. */
export interface FleetOptions {
  /** The client of the app: a `Redis` of ioredis. The fleet opens connections of its own beside it. */
  redis: RedisClient;
  /** Names the fleet, where one Redis has several: letters, digits, `-`, `_` and `.`. @default 'fleet' */
  name?: string | undefined;
  /** The time within which others take over what a dead worker had, in milliseconds, at least one second. @default seconds(30) */
  lease?: number | undefined;
  /** Stands before the fleet's keys. In a cluster, give the relay's hash tag, e.g. `'{tipstream:tips}'`. @default 'tipstream-fleet' */
  prefix?: string | undefined;
  /** Where warnings and errors go; `false` silences them. @default consoleLogger() */
  logger?: Logger | false | undefined;
  /** The source of time. The queue has its own. @default the machine's */
  clock?: Clock | undefined;
}

/** Channels, spread over the processes that work. */
export interface Fleet {
  /**
   * Adds channels, at any time. One that is there already is left as it is; where its description differs it is let go, and taken anew with the
   * new one.
   *
   * @returns How many were not there.
   * @throws TipstreamError `CONFIG` for what is no plain JSON or looks like a credential, before anything is added; `STORE` when Redis fails
   */
  add(channels: Channel | readonly Channel[]): Promise<number>;
  /**
   * Removes a channel, at any time. When it resolves nobody asks it any more, and everything that came is in the relay. Its checkpoint
   * stays: added again, it goes on where it was.
   *
   * @returns Whether it was there.
   * @throws TipstreamError `STORE` when Redis fails, or the worker that has it is silent for longer than its lease
   */
  remove(id: string): Promise<boolean>;
  /** All channels. @throws TipstreamError `STORE` */
  channels(): Promise<Channel[]>;
  /** Who has what, and what is silent. With a relay, what it holds. @throws TipstreamError `STORE` */
  status(options?: { relay?: Pick<Relay, 'stats'> | undefined }): Promise<FleetStatus>;
  /** Takes its share of the channels and publishes their tips, until it is closed. */
  work(options: WorkOptions): FleetWorker;
  /** Ends what `add` and its like opened. Workers are closed by themselves. */
  close(): Promise<void>;
}

/** Redis away: so long is waited before it is said. */
const patience = seconds(10);

interface Desk {
  connection: Connection;
  queue: Queue;
  roster: Roster;
}

/**
 * Makes a fleet: whoever adds channels and whoever works on them calls this, with the same name.
 *
 * A channel is one job of a BullMQ queue that runs for as long as the channel is there. Its lock is the lease: a worker that dies, hangs or
 * cannot reach Redis loses it, and another takes the channel within the lease. What the old one still writes then is refused by Redis itself, as the
 * tips and the checkpoint of a channel are written only while the lock is held. A worker that joins gets its share; one that is closed hands
 * its channels over at once.
 *
 * Needs the packages `bullmq` and `ioredis`, and a Redis that keeps a journal (`appendonly yes`) and evicts nothing
 * (`maxmemory-policy noeviction`).
 *
 * @throws TipstreamError `CONFIG` for a name that is none, a lease that is too short, and what is no client
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createChaturbate } from 'tipstream/chaturbate';
 * import { createFleet } from 'tipstream/fleet';
 * import { createRelay } from 'tipstream/redis';
 * const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { lazyConnect: true });
 * const fleet = createFleet({ redis });
 * const work = () =>
 *   fleet.work({
 *     relay: createRelay({ redis }),
 *     open: ({ room }, { checkpoint, limiter }) =>
 *       createChaturbate({ username: String(room), token: process.env[`TOKEN_${room}`] ?? '', checkpoint, limiter }),
 *   });
 * console.log(typeof work);
 * redis.disconnect();
 * ```
 */
export function createFleet(options: FleetOptions): Fleet {
  const { redis, name = 'fleet', lease = seconds(30), prefix = 'tipstream-fleet', clock = systemClock } = options;
  if (!/^[\w.-]{1,100}$/.test(name))
    throw configError('fleet', `name: '${name}' is none; use letters, digits, - _ and .`);
  const timing = timingOf(lease);
  const log = createLog('fleet', clock, options.logger ?? plainLogger());
  let desk: Desk | undefined;

  const open = (): Desk => {
    // What fails here is told by the call that waits for it.
    const connection = connectionBeside(redis, () => {});
    const queue = new Queue(name, { connection: connection.queue, prefix });
    queue.on('error', () => {});
    return { connection, queue, roster: createRoster(queue, clock, 2 * lease) };
  };

  const ask = async <T>(what: string, limit: number, act: (desk: Desk) => Promise<T>): Promise<T> => {
    desk ??= open();
    try {
      return await inTime(clock, act(desk), limit);
    } catch (error) {
      throw redisError(what, error);
    }
  };

  return {
    add: (channels) =>
      ask('add channels', patience + 2 * lease, ({ roster }) => roster.add('id' in channels ? [channels] : channels)),
    remove: (id) => ask(`remove '${id}'`, patience + 2 * lease, ({ roster }) => roster.remove(id)),
    channels: () =>
      ask('read the channels', patience, async ({ queue }) => (await readEntries(queue)).map(({ channel }) => channel)),
    status: ({ relay } = {}) =>
      ask('read the state of the fleet', patience, async ({ queue }) => {
        const [entries, workers, stats] = await Promise.all([readEntries(queue), readWorkers(queue), relay?.stats()]);
        return { ...toStatus(name, clock.now(), entries, workers), ...(stats && { relay: stats }) };
      }),
    work: (work) => {
      const worker = work.name ?? `${hostname()}-${process.pid}`;
      return startWorker({ ...work, redis, queue: name, prefix, timing, clock, log, name: worker });
    },
    async close() {
      const ending = desk;
      desk = undefined;
      await ending?.queue.close();
      ending?.connection.close();
    },
  };
}
