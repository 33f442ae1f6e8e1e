import type { RateLimit } from './errors.ts';
import type { RateClass, Slot } from './limiter.ts';
import type { Schedule } from './schedule.ts';
import { type Clock, minutes } from './time.ts';

/** What is known of one key of a limiter: when the next call may go. It sets no timer. */
export interface Lane {
  /** Now, on a clock that is never set back: that must lengthen no wait. */
  time(): number;
  /** When a call may go that has `ahead` calls before it. */
  at(ahead: number, now: number): number;
  /** Counts a call that goes. */
  take(now: number): Slot;
  /** Called when an answer said something new. */
  changed(): void;
  state(): RateLimit;
  /** Nothing is known that still matters. */
  idle(): boolean;
}

/** Times are large numbers: sums of fractions of a millisecond are off by less than this. */
const rounding = 1e-3;

/** A call that is under way for longer than any poll is held has ended without a word. */
const longestCall = minutes(2);

export function createLane({ limit, per, burst = limit }: RateClass, schedule: Schedule, clock: Clock): Lane {
  let known: RateLimit = {};
  let knownUntil = 0;
  let open: number[] = [];
  let hold = 0;
  let offset = 0;
  let last = 0;

  const learn = (rateLimit: RateLimit, holdMs: number): void => {
    const now = lane.time();
    const { remaining, resetAt } = rateLimit;
    known = { ...known, ...rateLimit };
    knownUntil = resetAt === undefined ? now + per : resetAt + offset;
    hold = Math.max(hold, now + holdMs);
    // Calls that are still under way may be missing in that number; in workerd one may have died without a word.
    open = open.filter((since) => since > now - longestCall);
    if (remaining !== undefined) schedule.correct(Math.max(0, remaining - open.length), resetAt && knownUntil, now);
    lane.changed();
  };

  const lane: Lane = {
    changed() {},
    time() {
      offset = Math.max(offset, last - clock.now());
      last = clock.now() + offset;
      return last;
    },
    at: (ahead, now) => schedule.at(ahead, Math.max(now, hold)) - rounding,
    take(now) {
      let held = true;
      schedule.take(now);
      open.push(now);
      return {
        release(rateLimit, holdMs = 0) {
          if (!held) return;
          held = false;
          if (open.includes(now)) open.splice(open.indexOf(now), 1);
          if (rateLimit || holdMs) learn(rateLimit ?? {}, holdMs);
        },
      };
    },
    state() {
      const now = clock.now() + offset;
      let remaining = 0;
      while (remaining < Math.max(limit, burst) && lane.at(remaining, now) <= now) remaining += 1;
      return {
        limit,
        remaining,
        ...(now < knownUntil && known),
        ...(hold > now && { remaining: 0, resetAt: hold - offset }),
      };
    },
    idle: () =>
      !open.length && clock.now() + offset > Math.max(hold, knownUntil, last + per * Math.max(1, burst / limit)),
  };
  return lane;
}
