import type { RateLimit } from './errors.ts';
import type { RateClass } from './limiter.ts';
import type { Schedule } from './schedule.ts';
import type { Clock } from './time.ts';

/** What is known of one key of a limiter: when the next call may go. It sets no timer. */
export interface Lane {
  /** Now, on a clock that is never set back: that must lengthen no wait. */
  time(): number;
  /** When a call may go that has `ahead` calls before it. */
  at(ahead: number, now: number): number;
  /** Counts a call that goes. */
  take(now: number): void;
  /** Takes over what an answer said. `underWay` calls may be missing in it; nothing goes for `holdMs`. */
  learn(rateLimit: RateLimit, holdMs: number, underWay: number): void;
  /** What could go at once, by the newest of the own count and the answers. */
  state(): RateLimit;
}

/** Times are large numbers: sums of fractions of a millisecond are off by less than this. */
const rounding = 1e-3;

export function createLane({ limit, per, burst = limit }: RateClass, schedule: Schedule, clock: Clock): Lane {
  let known: RateLimit = {};
  let knownUntil = 0;
  let hold = 0;
  let offset = 0;
  let last = 0;

  const lane: Lane = {
    time() {
      const said = clock.now();
      offset = Math.max(offset, last - said);
      last = said + offset;
      return last;
    },
    at: (ahead, now) => schedule.at(ahead, Math.max(now, hold)) - rounding,
    take: schedule.take,
    learn(rateLimit, holdMs, underWay) {
      const now = lane.time();
      const { remaining, resetAt } = rateLimit;
      known = { ...known, ...rateLimit };
      knownUntil = resetAt === undefined ? now + per : resetAt + offset;
      hold = Math.max(hold, now + holdMs);
      if (remaining !== undefined) schedule.correct(Math.max(0, remaining - underWay), resetAt && knownUntil, now);
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
  };
  return lane;
}
