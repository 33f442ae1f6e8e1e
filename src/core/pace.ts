import { createLane, type Lane } from './lane.ts';
import type { Limiter } from './limiter.ts';
import { windowSchedule } from './schedule.ts';
import { sleep } from './time.ts';

/** A wait that nobody notices, in milliseconds. */
const unnoticed = 100;

/**
 * The limiter of a client that asks one thing after the other, as a poller does. It keeps the limits of `createLimiter()`; what
 * waits at the same time goes in no promised order, and nobody is told beforehand that the wait will be too long.
 *
 * The second half of a generous window is spread over its whole length: a busy room whose answers come at once would use up 2,000 calls
 * within seconds and then hear nothing for the rest of the minute.
 */
export function createPace(): Limiter {
  let lanes: Map<string, { lane: Lane; waiting: number; next: number }> | undefined;
  return {
    async acquire(key, rateClass, { clock, signal }) {
      lanes ??= new Map();
      const found = lanes.get(key) ?? {
        lane: createLane(rateClass, windowSchedule(rateClass), clock),
        waiting: 0,
        next: 0,
      };
      lanes.set(key, found);
      const { lane } = found;
      const { limit, per } = rateClass;
      found.waiting += 1;
      try {
        for (;;) {
          const now = lane.time();
          const wait = Math.max(lane.at(0, now), found.next) - now;
          if (wait <= 0) {
            lane.take(now);
            const half = limit >> 1;
            const gap = per / half;
            if (gap < unnoticed && lane.at(half, now) > now) found.next = now + gap;
            return {
              release(rateLimit, holdMs = 0) {
                if (rateLimit || holdMs) lane.learn(rateLimit ?? {}, holdMs, 0);
              },
            };
          }
          await sleep(clock, Math.ceil(wait), signal);
        }
      } finally {
        found.waiting -= 1;
      }
    },
    state(key) {
      const found = lanes?.get(key);
      return found && { ...found.lane.state(), waiting: found.waiting };
    },
  };
}
