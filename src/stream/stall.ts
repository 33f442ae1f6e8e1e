import { type Clock, type Stop, seconds } from '../core/time.ts';
import type { Ticket } from './ticket.ts';

/** How often a watcher with an event in its hands is looked at. */
const lookEvery = seconds(1);
/** So many looks at one event, and it is named. */
const looks = 30;

/** Names a watcher that keeps one event for long. */
export interface StallWatch {
  /** The watcher has this event in its hands from now on, or nothing any more. */
  holds(ticket: Ticket | undefined): void;
  /** The watcher is gone: no timer stays. */
  stop(): void;
}

export function createStallWatch(clock: Clock, label: string | undefined): StallWatch {
  let inHand: Ticket | undefined;
  /** What was in its hands at the last look, and at how many looks in a row. */
  let seen: Ticket | undefined;
  let times = 0;
  let stopTimer: Stop | undefined;

  const watch = (): void => {
    // Tried again, it has been in these hands since the first time.
    if (inHand !== seen) times = 0;
    seen = inHand;
    stopTimer = clock.after(lookEvery, look);
  };
  // The clock is not read: an event is named up to a second early rather than late, and a clock that is set changes nothing.
  const look = (): void => {
    stopTimer = undefined;
    if (!inHand) return;
    watch();
    times += 1;
    if (times % looks === 0) inHand.desk.stalled(label, times * lookEvery);
  };

  return {
    holds(ticket) {
      inHand = ticket;
      if (ticket && !stopTimer) watch();
    },
    stop() {
      inHand = undefined;
      stopTimer?.();
      stopTimer = undefined;
    },
  };
}
