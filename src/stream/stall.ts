import { type Clock, type Stop, seconds } from '../core/time.ts';
import type { Ticket } from './ticket.ts';

/** How long a watcher may keep one event before it is named. */
const stalledAfter = seconds(30);
/** How often a watcher with an event in its hands is looked at. */
const lookEvery = seconds(1);

/** Names a watcher that keeps one event for long. */
export interface StallWatch {
  /** The watcher has this event in its hands from now on, or nothing any more. */
  holds(ticket: Ticket | undefined): void;
  /** The watcher is gone: no timer stays. */
  stop(): void;
}

export function createStallWatch(clock: Clock, label: string | undefined): StallWatch {
  let inHand: Ticket | undefined;
  /** What was in its hands at the last look, since when, and when that was told. */
  let seen: Ticket | undefined;
  let since = 0;
  let toldAt = 0;
  let stopTimer: Stop | undefined;

  // The clock is read once a second and not for every event, so an event is named up to a second early rather than late.
  const look = (): void => {
    stopTimer = undefined;
    if (!inHand) return;
    const now = clock.now();
    if (inHand !== seen) {
      seen = inHand;
      since = toldAt = now - lookEvery;
    }
    if (now - toldAt >= stalledAfter) {
      inHand.desk.stalled(label, now - since);
      toldAt = now;
    }
    stopTimer = clock.after(lookEvery, look);
  };

  return {
    holds(ticket) {
      inHand = ticket;
      if (!ticket || stopTimer) return;
      // Tried again: it has been in these hands since the first time.
      if (ticket !== seen) since = toldAt = clock.now();
      seen = ticket;
      stopTimer = clock.after(lookEvery, look);
    },
    stop() {
      inHand = undefined;
      stopTimer?.();
      stopTimer = undefined;
    },
  };
}
