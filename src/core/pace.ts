import { createLane, type Lane } from './lane.ts';
import type { Limiter } from './limiter.ts';
import { windowSchedule } from './schedule.ts';
import { sleep } from './time.ts';

/**
 * The limiter of a client that asks one thing after the other, as a poller does. It keeps the limits of `createLimiter()`; what
 * waits at the same time goes in no promised order, and nobody is told beforehand that the wait will be too long.
 */
export function createPace(): Limiter {
  let lanes: Map<string, { lane: Lane; waiting: number }> | undefined;
  return {
    async acquire(key, rateClass, { clock, signal }) {
      lanes ??= new Map();
      const found = lanes.get(key) ?? { lane: createLane(rateClass, windowSchedule(rateClass), clock), waiting: 0 };
      lanes.set(key, found);
      const { lane } = found;
      found.waiting += 1;
      try {
        for (;;) {
          const now = lane.time();
          const wait = lane.at(0, now) - now;
          if (wait <= 0) {
            lane.take(now);
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
      lanes ??= new Map();
      const found = lanes?.get(key);
      return found && { ...found.lane.state(), waiting: found.waiting };
    },
  };
}
