import { createHash } from 'node:crypto';
import type { Clock, Stop } from '../../../src/core/time.ts';

/**
 * Makes SHA-256 at once instead of on a thread of its own, whose turn nobody can foretell: the same seed gives the same evening. Returns what
 * puts the old way back.
 */
export function instantDigest(): Stop {
  const { subtle } = globalThis.crypto;
  Object.defineProperty(subtle, 'digest', {
    configurable: true,
    value: async (_: string, bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest()).buffer,
  });
  return () => void Reflect.deleteProperty(subtle, 'digest');
}

/** A clock for hours of simulated time: it stands still until it is run, and forgets nothing that was set on it. */
export interface ScheduleClock extends Clock {
  /** Lets time go by. What falls due in one moment happens in the order in which it was set; then everything that it began. */
  run(ms: number): Promise<void>;
  /** Timers that are set and not yet due. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Lets everything that is ready happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const earlier = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

export function scheduleClock(start = Date.UTC(2026, 0, 1, 20)): ScheduleClock {
  let now = start;
  let order = 0;
  let pending = 0;
  /** A heap: the earliest is first. */
  const heap: Timer[] = [];

  const push = (timer: Timer): void => {
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Timer;
      if (!earlier(timer, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  };
  const pop = (): Timer => {
    const [first] = heap as [Timer];
    const last = heap.pop() as Timer;
    if (heap.length > 0) {
      let at = 0;
      for (let below = 1; below < heap.length; below = 2 * at + 1) {
        const right = heap[below + 1];
        if (right && earlier(right, heap[below] as Timer)) below += 1;
        const child = heap[below] as Timer;
        if (!earlier(child, last)) break;
        heap[at] = child;
        at = below;
      }
      heap[at] = last;
    }
    return first;
  };

  return {
    now: () => now,
    after(ms, run): Stop {
      const timer: Timer = { at: now + Math.max(0, Math.ceil(ms)), order: order++, run };
      pending += 1;
      push(timer);
      return () => {
        if (!timer.run) return;
        timer.run = undefined;
        pending -= 1;
      };
    },
    async run(ms) {
      const until = now + ms;
      await turn();
      while (heap[0] && heap[0].at <= until) {
        now = Math.max(now, heap[0].at);
        let ran = false;
        while (heap[0] && heap[0].at <= now) {
          const timer = pop();
          const { run } = timer;
          if (!run) continue;
          timer.run = undefined;
          pending -= 1;
          ran = true;
          run();
        }
        if (ran) await turn();
      }
      now = until;
    },
    get pending() {
      return pending;
    },
  };
}
