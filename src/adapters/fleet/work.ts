import { Queue, QueueEvents, Worker } from 'bullmq';
import { createLimiter, type Limiter } from '../../core/limiter.ts';
import { type Clock, type Stop, seconds } from '../../core/time.ts';
import { withoutPassword } from '../../stream/checkpoint.ts';
import type { Log } from '../../stream/log.ts';
import type { RedisClient } from '../redis/client.ts';
import { connectionBeside } from './connection.ts';
import type { Open, Publisher } from './hold.ts';
import { createProcessor } from './process.ts';
import { firstShare, nextShare } from './share.ts';
import type { Timing } from './timing.ts';

/** What `work` takes. */
export interface WorkOptions {
  /**
   * Makes the stream of a channel, or a client whose `tips()` it is. Look the credential of the channel up here, and hand `checkpoint` and
   * `limiter` of the lease to the client: then it goes on where the last worker stopped, and asks nothing after the lease. What it throws is
   * tried again after a rest.
   */
  open: Open;
  /** Where the tips go: a relay of `tipstream/redis`, over the same Redis. */
  relay: Publisher;
  /** Counts the calls of all channels; one that is shared by the processes keeps a limit over the whole fleet. @default one for this worker */
  limiter?: Limiter | undefined;
  /** The most channels that this worker takes, whatever its share is. @default no limit */
  most?: number | undefined;
  /** Names this worker in the status. @default the name of the machine and the number of the process */
  name?: string | undefined;
  /** Ends it, like `close()`. */
  signal?: AbortSignal | undefined;
}

/** Numbers of a worker since it began. */
export interface WorkerStats {
  /** Channels that it has. */
  held: number;
  /** Channels that it takes at most, by its share. */
  limit: number;
  /** Times that it took a channel. */
  taken: number;
  /** Times that a lease was lost. */
  lost: number;
}

/** A process's part of the fleet. */
export interface FleetWorker {
  /** As it is called in the status. */
  readonly name: string;
  /** The ids of the channels that it has. */
  channels(): readonly string[];
  /** Numbers since it began. */
  stats(): WorkerStats;
  /** Takes nothing more, ends every stream in good order, and gives its channels to the others at once. */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a worker is told by its fleet. */
export interface Crew extends WorkOptions {
  redis: RedisClient;
  queue: string;
  prefix: string;
  timing: Timing;
  clock: Clock;
  log: Log;
  name: string;
}

/** A channel may be taken over as often as it must: what kills a worker is no fault of the channel. */
const always = Number.MAX_SAFE_INTEGER;
/** The shortest time between two looks. */
const soon = 500;

export function startWorker(crew: Crew): FleetWorker {
  const { redis, queue: queueName, prefix, timing, clock, name, most = Number.MAX_SAFE_INTEGER } = crew;
  let share = firstShare;
  let nextLook: Stop | undefined;
  let lookedAt = 0;
  let looking: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  let saidAt = Number.NEGATIVE_INFINITY;
  const failed = (error: Error): void => {
    // Where Redis is away every lock and every connection says so.
    if (closing || clock.now() - saidAt < seconds(10)) return;
    saidAt = clock.now();
    crew.log('warn', `the queue: ${withoutPassword(error.message)}; it goes on by itself`);
  };

  const connection = connectionBeside(redis, failed);
  const common = { connection: connection.queue, prefix };
  const queue = new Queue(queueName, common);
  const events = new QueueEvents(queueName, common);
  const processor = createProcessor({
    ...crew,
    limiter: crew.limiter ?? createLimiter(),
    trusted: timing.trusted,
    lockOf: (jobId) => `${queue.toKey(jobId)}:lock`,
    placeOf: (jobId) => `${prefix}:${queueName}:at:${jobId}:`,
    took: () => {
      if (processor.holds.size >= share.limit) lookIn(Math.max(0, lookedAt + soon - clock.now()));
    },
  });
  const worker = new Worker(queueName, processor.process, {
    ...common,
    // It becomes part of the name of a connection, which takes no spaces.
    name: encodeURIComponent(name),
    autorun: false,
    lockDuration: timing.lock,
    stalledInterval: timing.stalled,
    maxStalledCount: always,
    runRetryDelay: 1000,
  });
  queue.on('error', failed);
  events.on('error', failed);
  worker.on('error', failed);
  worker.on('locksRenewed', ({ jobIds }) => processor.renewed(jobIds));
  worker.on('lockRenewalFailed', processor.lost);
  events.on('progress', ({ jobId, data }) => {
    if (Object(data).removed === true) processor.holds.get(jobId)?.end({ why: 'removed' });
  });

  /** A worker that is full waits for one of its channels to end, which none does; a pause for no time makes it look again. */
  const wake = async (): Promise<void> => {
    await worker.pause(true);
    await worker.resume();
  };

  const look = async (): Promise<void> => {
    lookedAt = clock.now();
    const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized', 'failed');
    const { active = 0, failed: stuck = 0 } = counts;
    const free = Object.values(counts).reduce((sum, count) => sum + count, 0) - active;
    const held = processor.holds.size;
    const before = share;
    share = nextShare(share, { channels: active + free, free, workers: await queue.getWorkersCount(), held, most });
    worker.concurrency = share.limit;
    if (share.limit > before.limit && held >= before.limit && worker.isRunning()) await wake();
    // The newest first: what has been held for long stays where it is.
    for (const hold of [...processor.holds.values()].reverse().slice(0, share.surplus)) hold.end({ why: 'back' });
    if (stuck > 0) await queue.retryJobs({ state: 'failed' });
  };

  function lookIn(ms: number): void {
    nextLook?.();
    nextLook = clock.after(ms, () => {
      looking = look()
        .catch(failed)
        .finally(() => {
          // Who is full while channels lie there looks again soon: a silent channel is worse than an uneven share.
          if (!closing) lookIn(share.full ? soon : timing.look);
        });
    });
  }

  const watch = (): Stop => {
    let stop = clock.after(timing.lock / 6, again);
    function again(): void {
      processor.watch();
      stop = clock.after(timing.lock / 6, again);
    }
    return () => stop();
  };

  const start = async (): Promise<void> => {
    await look().catch(failed);
    if (closing) return;
    lookIn(soon);
    await worker.run();
  };
  const stopWatching = watch();
  start().catch(failed);

  const end = async (): Promise<void> => {
    nextLook?.();
    await looking;
    nextLook?.();
    // From here on it takes nothing; it waits for what it has.
    const ended = worker.close();
    processor.stop();
    await ended;
    stopWatching();
    await Promise.allSettled([events.close(), queue.close()]);
    connection.close();
  };
  const close = (): Promise<void> => {
    crew.signal?.removeEventListener('abort', close);
    closing ??= end();
    return closing;
  };
  if (crew.signal?.aborted) void close();
  else crew.signal?.addEventListener('abort', close, { once: true });

  return {
    name,
    channels: () => [...processor.holds.values()].map(({ channel }) => channel.id),
    stats: () => ({ held: processor.holds.size, limit: share.limit, ...processor.counts }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
