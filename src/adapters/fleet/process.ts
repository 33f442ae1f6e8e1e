import { DelayedError, type Job, WaitingError } from 'bullmq';
import type { Limiter } from '../../core/limiter.ts';
import type { Clock } from '../../core/time.ts';
import type { Log } from '../../stream/log.ts';
import { inTime, type RedisClient } from '../redis/client.ts';
import { redisStore } from '../redis/store.ts';
import { readAssignment } from './channel.ts';
import { type Hold, holdChannel, type Open, type Publisher } from './hold.ts';
import { createLease } from './lease.ts';
import { createReporter, type Report, readReport, restAfter, toReport } from './report.ts';
import type { Timing } from './timing.ts';

/** What a processor needs to know. */
export interface ProcessorOptions {
  redis: RedisClient;
  open: Open;
  relay: Publisher;
  limiter: Limiter;
  clock: Clock;
  log: Log;
  /** The Redis key of a job's lock. */
  lockOf(jobId: string): string;
  /** What stands before the checkpoints of a job. */
  placeOf(jobId: string): string;
  timing: Timing;
  /** Renews locks for so many milliseconds; the jobs whose locks are gone. */
  renew(jobIds: string[], tokens: string[], lock: number): Promise<string[]>;
  /** One more is held. */
  took(): void;
}

/** A channel in the hands of this worker, as a job. */
export interface HeldJob extends Hold {
  /** What the lock holds as long as it is ours. */
  readonly token: string;
  /** Until then nobody else can have it, Unix time in milliseconds. */
  trustedUntil: number;
}

/** Locks that are renewed in one step; Redis does nothing else meanwhile. */
const most = 1000;

/** What this worker has of the queue. */
export interface Processor {
  /** By job. */
  readonly holds: ReadonlyMap<string, HeldJob>;
  /** Channels taken, and leases lost, since the start. */
  readonly counts: { taken: number; lost: number };
  /** What the queue calls with a job; as long as it runs, the job is this worker's. */
  process(job: Job, token?: string): Promise<void>;
  /** Renews every lock, and lets go what is lost. */
  renewAll(): Promise<void>;
  /** Lets go what was not renewed for too long: another worker may have it soon, and this one may have been the one that slept. */
  watch(): void;
  /** Nothing is taken any more, and everything is given back. Resolves when it was. */
  stop(): Promise<void>;
}

export function createProcessor(options: ProcessorOptions): Processor {
  const { clock, log } = options;
  const { lock, trusted } = options.timing;
  const holds = new Map<string, HeldJob>();
  const running = new Set<Promise<void>>();
  const counts = { taken: 0, lost: 0 };
  let stopped = false;

  /**
   * The queue is told, and told by the error that it needs no other word. A lock that is lost makes it refuse: then others have the job. Where Redis is
   * away the word is sent when it is back, or the lock ends by itself.
   */
  const back = async (job: Job, token: string): Promise<never> => {
    await inTime(clock, job.moveToWait(token)).catch(() => {});
    throw new WaitingError();
  };

  const rest = async (job: Job, token: string, report: Report): Promise<never> => {
    await inTime(clock, job.updateProgress(report)).catch(() => {});
    await inTime(clock, job.moveToDelayed(clock.now() + restAfter(report.failures ?? 0), token)).catch(() => {});
    throw new DelayedError();
  };

  const lose = (held: HeldJob): void => {
    if (held.trustedUntil === 0) return;
    held.trustedUntil = 0;
    counts.lost += 1;
    log('warn', `${held.channel.id}: let go, its lease could not be renewed; another worker takes it`);
    held.end({ why: 'lost' });
  };

  const renew = async (part: readonly [jobId: string, held: HeldJob][]): Promise<void> => {
    // What counts is when it was asked: Redis cannot forget the lock sooner than so long after that.
    const asked = clock.now();
    const tokens = part.map(([, { token }]) => token);
    const gone = new Set(
      await options.renew(
        part.map(([jobId]) => jobId),
        tokens,
        lock,
      ),
    );
    for (const [jobId, held] of part) {
      // Meanwhile it may have been given back.
      if (holds.get(jobId) !== held) continue;
      if (gone.has(jobId)) lose(held);
      else if (held.trustedUntil > 0) held.trustedUntil = asked + trusted;
    }
  };

  const begin = (job: Job, jobId: string, token: string): HeldJob | undefined => {
    const assignment = readAssignment(job.data);
    if (!assignment || assignment.removed) return undefined;
    const { channel } = assignment;
    const fence = { key: options.lockOf(jobId), token };
    const checkpoint = redisStore({ redis: options.redis, prefix: options.placeOf(jobId), fence });
    const reporter = createReporter(readReport(job.progress), clock, (report) => job.updateProgress(report));
    const hold = holdChannel({
      channel,
      lease: createLease(fence, checkpoint, options.limiter),
      open: options.open,
      relay: options.relay,
      clock,
      told(status) {
        const report = toReport(status);
        if (report) reporter.tell(report);
      },
    });
    hold.done.then(reporter.end, reporter.end);
    return { ...hold, token, trustedUntil: (job.processedOn ?? clock.now()) + trusted };
  };

  const take = async (job: Job, token = ''): Promise<void> => {
    const jobId = job.id ?? '';
    const twin = holds.get(jobId);
    if (twin) {
      // Its lock was lost and came back to us before we noticed: the next turn finds it closed.
      twin.end({ why: 'lost' });
      await twin.done;
      return back(job, token);
    }
    if (stopped) return back(job, token);
    const hold = begin(job, jobId, token);
    // What is removed, or none of ours, is through.
    if (!hold) return;
    const before = readReport(job.progress)?.failures ?? 0;
    const since = clock.now();
    counts.taken += 1;
    holds.set(jobId, hold);
    options.took();
    const ending = await hold.done;
    holds.delete(jobId);
    if (ending.why === 'removed') return;
    if (ending.why !== 'over') return back(job, token);
    // A stream that went well for longer than the longest rest begins to count anew.
    const failures = clock.now() - since > restAfter(Number.POSITIVE_INFINITY) ? 1 : before + 1;
    const reason = ending.error?.message ?? 'its stream ended';
    log(
      ending.error ? 'error' : 'warn',
      `${hold.channel.id}: ${reason}; opened again in ${restAfter(failures) / 1000} s`,
    );
    return rest(job, token, { state: 'resting', since: clock.now(), reason, failures });
  };

  return {
    holds,
    counts,
    process(job, token) {
      const run = take(job, token);
      running.add(run);
      const over = (): void => void running.delete(run);
      run.then(over, over);
      return run;
    },
    async renewAll() {
      const all = [...holds];
      const parts: Promise<void>[] = [];
      for (let at = 0; at < all.length; at += most) parts.push(renew(all.slice(at, at + most)));
      await Promise.all(parts);
    },
    watch() {
      const now = clock.now();
      for (const held of [...holds.values()]) if (now > held.trustedUntil) lose(held);
    },
    async stop() {
      stopped = true;
      for (const hold of holds.values()) hold.end({ why: 'back' });
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
