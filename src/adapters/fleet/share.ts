/** What a worker knows when it looks at its share. */
export interface Standing {
  /** Channels of the whole fleet. */
  channels: number;
  /** Those that nobody has. */
  free: number;
  /** Workers that are there, this one among them. */
  workers: number;
  /** Channels that this worker has. */
  held: number;
  /** The most that this worker may have, whatever its share is. */
  most: number;
}

/** What follows from it. */
export interface Share {
  /** How many channels this worker takes. */
  limit: number;
  /** How many it gives back, for others to take. */
  surplus: number;
  /** For how many workers this was found. */
  workers: number;
  /** What it takes beyond its share, because nobody else does. */
  extra: number;
  /** It was full while somebody waited. */
  full: boolean;
  /** Looks since then. */
  calm: number;
}

/** The share of a worker that has not looked yet. */
export const firstShare: Share = { limit: 1, surplus: 0, workers: 0, extra: 0, full: false, calm: 0 };

/** After so many looks it is tried whether the others take their share again. */
const patience = 100;

/**
 * The even share and a tenth more, so that there is always room somewhere for a channel that comes free. Who has more than that gives back
 * what is above the even share. A worker that is counted and takes nothing (its machine lost power, and Redis has not noticed) leaves
 * channels lying: those that lie there at a second look are taken by the others, which keep them until the number of workers changes, or until it is
 * time to see whether that worker is back.
 */
export function nextShare(before: Share, { channels, free, workers, held, most }: Standing): Share {
  const count = Math.max(1, workers);
  const even = Math.ceil(channels / count);
  const kept = before.workers === count && before.calm < patience ? before.extra : 0;
  const room = Math.max(1, even + Math.ceil(even / 10) + kept);
  const full = held >= room && free > 0 && room < most;
  const extra = kept + (full && before.full ? Math.ceil(free / Math.max(1, count - 1)) : 0);
  const limit = Math.min(most, room + extra - kept);
  const target = Math.min(most, even + extra);
  return {
    limit,
    surplus: held > limit ? held - target : 0,
    workers: count,
    extra,
    full,
    calm: full || kept === 0 ? 0 : before.calm + 1,
  };
}
