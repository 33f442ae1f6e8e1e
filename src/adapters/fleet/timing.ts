import { configError } from '../../core/errors.ts';
import { seconds } from '../../core/time.ts';

/** The times of the queue that make a lease of them, in milliseconds. */
export interface Timing {
  /** How long the lock of a channel holds without being renewed. It is renewed four times as often. */
  lock: number;
  /** How often is looked for channels whose lock is gone. */
  stalled: number;
  /** A worker that could not renew a lock for so long asks no more: earlier than another could have it. */
  trusted: number;
  /** How often a worker looks at its share. */
  look: number;
}

/**
 * A dead worker's channel is asked by another within the lease. In the worst case its lock was renewed just before the death (six tenths), the look
 * that follows the end of the lock has only just been (a tenth), and its turn fell to the one that died (another tenth); what is left is for taking
 * it, opening the stream and asking.
 *
 * @throws TipstreamError `CONFIG` for less than a second
 */
export function timingOf(lease: number): Timing {
  if (!(lease >= seconds(1)) || !Number.isFinite(lease))
    throw configError('fleet', `lease: ${lease} is too short; give at least seconds(1), 30 s is the default`);
  const lock = Math.round(lease * 0.6);
  const tenth = Math.round(lease / 10);
  return { lock, stalled: tenth, trusted: Math.round(lock * 0.95), look: tenth };
}
