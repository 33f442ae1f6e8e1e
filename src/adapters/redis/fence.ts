import { TipstreamError } from '../../core/errors.ts';

/**
 * The proof that whoever writes still has its lease: the Redis key of the lease, and what stands in it while the lease is held. Every
 * write looks at it in the same step, so who lost the lease, even without knowing, writes nothing afterwards: no tip, no cursor.
 *
 * The lock of a BullMQ job is such a key: `{prefix}:{queue}:{job id}:lock` holds the token of the worker that has the job, and is gone when
 * its time is over.
 */
export interface Fence {
  /** The key of the lease, as it is called in Redis; in a cluster, with the hash tag of what it guards. */
  readonly key: string;
  /** What the key holds as long as the lease is ours. */
  readonly token: string;
}

/** The error of a write after the lease was lost. It is fatal: another worker has the task, and trying again helps nobody. */
export const leaseLost = (what: string): TipstreamError =>
  new TipstreamError({
    code: 'STORE',
    platform: 'redis',
    message: `redis: did not ${what}: the lease is lost, and another worker has the task; stop this one`,
    fatal: true,
    retryable: false,
  });
