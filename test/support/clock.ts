import type { Clock, Stop } from '../../src/core/time.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves time forward, running in order what falls due, and lets promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Timers that are set and not yet due. */
  readonly pending: number;
  /** The delays, in milliseconds, of all timers ever set. */
  readonly delays: readonly number[];
}

/** Lets everything that is ready to run, run: promises and the sockets of this machine. */
export const settle = async (turns = 3): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export function testClock(start = Date.UTC(2026, 0, 1, 20)): TestClock {
  let now = start;
  let order = 0;
  const delays: number[] = [];
  const timers = new Map<number, { at: number; run: () => void }>();
  const next = (until: number): [number, { at: number; run: () => void }] | undefined =>
    [...timers].filter(([, timer]) => timer.at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  return {
    now: () => now,
    after(ms, run): Stop {
      const id = order++;
      delays.push(ms);
      timers.set(id, { at: now + Math.max(0, ms), run });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let due = next(until); due; due = next(until)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
        await settle();
      }
      now = until;
      await settle();
    },
    get pending() {
      return timers.size;
    },
    delays,
  };
}
