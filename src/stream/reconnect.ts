import { type Random, seconds } from '../core/time.ts';

/** A connection that was live for so long, in milliseconds, counts as good: the next wait is a short one again. */
export const steadyAfter = seconds(10);

/** A connection that was heard within so long, in milliseconds, works. */
export const fresh = seconds(1);

const first = seconds(1);
const longest = seconds(60);
/** Who is asked to come back later begins with 16 s. */
const slowStep = 4;

/** The wait before the next connection, in milliseconds: a random part of 1, 2, 4 ... 60 s; its second half where the upstream asked for more time. */
export function reconnectWait(failures: number, random: Random, slow = false): number {
  const most = Math.min(longest, first * 2 ** Math.min(slow ? failures + slowStep : failures, 16));
  return slow ? (most + most * random()) / 2 : most * random();
}
