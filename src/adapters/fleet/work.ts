import { Queue, QueueEvents, Worker } from 'bullmq';
import { createLimiter, type Limiter } from '../../core/limiter.ts';
import { type Clock, type Stop, seconds } from '../../core/time.ts';
import { withoutPassword } from '../../stream/checkpoint.ts';
import type { Log } from '../../stream/log.ts';
import type { RedisClient } from '../redis/client.ts';
import { atMost } from './at-most.ts';
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
/** Channels that are fetched ahead of those that are open. */
const step = 50;
/** How long the last command of a connection may take at the end. */
const longestLook = seconds(3);
/** The shortest time between two looks. */
const soon = 250;

export function startWorker(crew: Crew): FleetWorker {
  const { redis, queue: queueName, prefix, timing, clock, name, most = Number.MAX_SAFE_INTEGER } = crew;
  let share = firstShare;
  let nextLook: Stop | undefined;
  let lookedAt = 0;
  let looking: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let ended = false;
  let running: Promise<void> | undefined;

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
    renew: (jobIds, tokens, lock) => worker.extendJobLocks(jobIds, tokens, lock),
    lockOf: (jobId) => `${queue.toKey(jobId)}:lock`,
    placeOf: (jobId) => `${prefix}:${queueName}:at:${jobId}:`,
    took() {
      admit();
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
    // Done by the processor: the queue's own renewal forgets a job that comes back to its worker in the moment in which it was given back.
    skipLockRenewal: true,
    maxStalledCount: always,
    runRetryDelay: 1000,
    // Seconds: nobody waits longer for a channel whose announcement was lost, for example with a connection.
    drainDelay: 1,
  });
  queue.on('error', failed);
  events.on('error', failed);
  worker.on('error', failed);
  events.on('progress', ({ jobId, data }) => {
    if (Object(data).removed === true) processor.holds.get(jobId)?.end({ why: 'removed' });
  });

  /**
   * The queue fetches as many as it may before it begins with the first, and renews no lock until then: so it may have a few more than there
   * are, and with each that began one more. A worker that is full waits for one of its channels to end, which none does; a pause for no time makes it
   * look again.
   */
  const admit = (): void => {
    const before = worker.concurrency;
    const held = processor.holds.size;
    worker.concurrency = Math.max(1, Math.min(share.limit, held + step));
    if (worker.concurrency <= before || held < before || !worker.isRunning() || closing) return;
    worker
      .pause(true)
      .then(() => closing ?? worker.resume())
      .catch(failed);
  };

  const look = async (): Promise<void> => {
    lookedAt = clock.now();
    const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized', 'failed');
    const { active = 0, failed: stuck = 0 } = counts;
    const free = Object.values(counts).reduce((sum, count) => sum + count, 0) - active;
    const held = processor.holds.size;
    share = nextShare(share, { channels: active + free, free, workers: await queue.getWorkersCount(), held, most });
    admit();
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

  /** Again and again, each time after the last has ended. */
  const every = (ms: number, act: () => unknown): Stop => {
    let stop: Stop;
    const wait = (): void => {
      stop = clock.after(ms, async () => {
        try {
          await act();
        } catch (error) {
          failed(error instanceof Error ? error : new Error(String(error)));
        }
        if (!ended) wait();
      });
    };
    wait();
    return () => stop();
  };
  const stops = [every(timing.lock / 4, processor.renewAll), every(timing.lock / 12, processor.watch)];

  const start = async (): Promise<void> => {
    await look().catch(failed);
    if (closing) return;
    lookIn(soon);
    running = worker.run();
    await running;
  };
  start().catch(failed);

  const end = async (): Promise<void> => {
    nextLook?.();
    // A look that Redis does not answer ends when Redis is back, which may be never.
    await atMost(clock, longestLook, looking);
    nextLook?.();
    // From here on it takes nothing.
    await worker.pause(true);
    await processor.stop();
    // It ends when the last look for a channel has come back. The queue's own closing waits for ever for a connection that is just being opened again.
    await atMost(clock, longestLook, running);
    await worker.close(true);
    ended = true;
    for (const stop of stops) stop();
    await atMost(clock, longestLook, Promise.allSettled([events.close(), queue.close()]));
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
