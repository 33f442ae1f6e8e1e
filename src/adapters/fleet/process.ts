import { DelayedError, type Job, WaitingError } from 'bullmq';
import type { Limiter } from '../../core/limiter.ts';
import type { Clock } from '../../core/time.ts';
import type { Log } from '../../stream/log.ts';
import type { RedisClient } from '../redis/client.ts';
import { redisStore } from '../redis/store.ts';
import { readAssignment } from './channel.ts';
import { type Hold, holdChannel, type Open, type Publisher } from './hold.ts';
import { createLease } from './lease.ts';
import { createReporter, type Report, readReport, restAfter, toReport } from './report.ts';

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
  /** How long a lock is trusted without being renewed, in milliseconds. */
  trusted: number;
  /** One more is held. */
  took(): void;
}

/** What this worker has of the queue. */
export interface Processor {
  /** By job. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** Channels taken, and leases lost, since the start. */
  readonly counts: { taken: number; lost: number };
  /** What the queue calls with a job; as long as it runs, the job is this worker's. */
  process(job: Job, token?: string): Promise<void>;
  /** The queue has renewed these locks. */
  renewed(jobIds: readonly string[]): void;
  /** The queue could not renew these locks. */
  lost(jobIds: readonly string[]): void;
  /** Lets go what was not renewed for too long: another worker may have it soon, and this one may have been the one that slept. */
  watch(): void;
  /** Nothing is taken any more, and everything is given back. */
  stop(): void;
}

export function createProcessor(options: ProcessorOptions): Processor {
  const { clock, log, trusted } = options;
  const holds = new Map<string, Hold>();
  const trustedUntil = new Map<string, number>();
  const counts = { taken: 0, lost: 0 };
  let stopped = false;

  /** The queue is told, and told by the error that it needs no other word. A lock that is lost makes it refuse: then others have the job. */
  const back = async (job: Job, token: string): Promise<never> => {
    await job.moveToWait(token).catch(() => {});
    throw new WaitingError();
  };

  const rest = async (job: Job, token: string, report: Report): Promise<never> => {
    await job.updateProgress(report).catch(() => {});
    await job.moveToDelayed(clock.now() + restAfter(report.failures ?? 0), token).catch(() => {});
    throw new DelayedError();
  };

  const lose = (jobId: string): void => {
    const hold = holds.get(jobId);
    if (!hold || !trustedUntil.delete(jobId)) return;
    counts.lost += 1;
    log('warn', `${hold.channel.id}: let go, its lease could not be renewed; another worker takes it`);
    hold.end({ why: 'lost' });
  };

  const begin = (job: Job, jobId: string, token: string): Hold | undefined => {
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
    return hold;
  };

  return {
    holds,
    counts,
    async process(job, token = '') {
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
      trustedUntil.set(jobId, (job.processedOn ?? since) + trusted);
      options.took();
      const ending = await hold.done;
      holds.delete(jobId);
      trustedUntil.delete(jobId);
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
    },
    renewed(jobIds) {
      const until = clock.now() + trusted;
      for (const jobId of jobIds) if (trustedUntil.has(jobId)) trustedUntil.set(jobId, until);
    },
    lost(jobIds) {
      for (const jobId of jobIds) lose(jobId);
    },
    watch() {
      const now = clock.now();
      for (const [jobId, until] of [...trustedUntil]) if (now > until) lose(jobId);
    },
    stop() {
      stopped = true;
      for (const hold of holds.values()) hold.end({ why: 'back' });
    },
  };
}
