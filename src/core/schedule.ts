import type { RateClass } from './limiter.ts';

/** When the calls of one rate class may go. Bookkeeping only: the time is handed in. */
export interface Schedule {
  /** The earliest time, not before `from`, for a call that has `ahead` calls before it. */
  at(ahead: number, from: number): number;
  /** Counts one call. */
  take(now: number): void;
  /** Takes over what upstream says is left. It never allows more than our own count does. */
  correct(remaining: number, resetAt: number | undefined, now: number): void;
}

/** Remembers the last `limit` calls, so that no window of length `per` (its end excluded), wherever it starts, holds more. */
function windowSchedule({ limit, per, spacing }: RateClass): Schedule {
  const gap = spacing ? per / limit : 0;
  const times: number[] = [];
  let oldest = 0;
  let last = Number.NEGATIVE_INFINITY;
  let allowed = 0;
  let until = Number.NEGATIVE_INFINITY;
  const nth = (n: number): number =>
    times[times.length < limit ? n - limit + times.length : (oldest + n) % limit] ?? Number.NEGATIVE_INFINITY;
  const inside = (now: number): number => {
    let count = 0;
    while (count < limit && nth(limit - 1 - count) > now - per) count += 1;
    return count;
  };
  return {
    at(ahead, from) {
      const start = ahead < allowed ? from : Math.max(from, until);
      const even = Math.max(start, last + gap) + ahead * gap;
      return Math.max(even, Math.max(start, nth(ahead % limit) + per) + Math.floor(ahead / limit) * per);
    },
    take(now) {
      last = now;
      allowed -= 1;
      if (times.length < limit) times.push(now);
      else {
        times[oldest] = now;
        oldest = (oldest + 1) % limit;
      }
    },
    correct(remaining, resetAt, now) {
      // Without a reset time, places come back when our own oldest call leaves the window.
      const count = inside(now);
      const end = resetAt ?? (count ? nth(limit - count) : now) + per;
      if (end <= now) return;
      // Answers overtake each other: within one window the smallest number is the newest. Resets in whole seconds wobble.
      const same = resetAt !== undefined && until > now && Math.abs(end - until) < 1500;
      allowed = same ? Math.min(allowed, remaining) : remaining;
      until = end;
    },
  };
}

/** A bucket that holds `burst` and refills evenly, kept as one number: the time at which it would be full (GCRA). */
function bucketSchedule({ limit, per, burst = limit }: RateClass): Schedule {
  const refill = per / limit;
  let full = Number.NEGATIVE_INFINITY;
  return {
    at: (ahead, from) => Math.max(from, Math.max(full, from) + (ahead + 1 - burst) * refill),
    take(now) {
      full = Math.max(full, now) + refill;
    },
    // Its reset says when it is full again, not when the next call may go: that one comes back after one refill.
    correct(remaining, _resetAt, now) {
      full = Math.max(full, now + (burst - remaining) * refill);
    },
  };
}

export const createSchedule = (rateClass: RateClass): Schedule =>
  rateClass.kind === 'bucket' ? bucketSchedule(rateClass) : windowSchedule(rateClass);
