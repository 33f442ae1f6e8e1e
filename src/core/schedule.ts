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
export function windowSchedule({ limit, per, spacing }: RateClass): Schedule {
  const gap = spacing ? per / limit : 0;
  const times: number[] = [];
  /** Of `times`, the first that is still in the window. */
  let first = 0;
  const look = (now: number): void => {
    while ((times[first] ?? now) <= now - per) first += 1;
  };
  let allowed = 0;
  let until = 0;
  return {
    at(ahead, from) {
      const start = ahead < allowed ? from : Math.max(from, until);
      if (gap) return Math.max(start, (times.at(-1) ?? -gap) + gap) + ahead * gap;
      const place = (ahead % limit) - limit + times.length;
      // A list is slow to say that it has nothing before its first.
      const before = place < 0 ? -per : (times[place] ?? -per);
      return Math.max(start, before + per) + Math.floor(ahead / limit) * per;
    },
    take(now) {
      allowed -= 1;
      times.push(now);
      look(now);
      // What counts no more is forgotten in one go: a generous limit would remember every call.
      const old = Math.max(first, times.length - limit);
      if (old * 2 <= times.length) return;
      times.splice(0, old);
      first = 0;
    },
    correct(remaining, resetAt, now) {
      // Without a reset time, places come back when our own oldest call leaves the window.
      look(now);
      const end = resetAt ?? (times[first] ?? now) + per;
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
  let full = 0;
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
