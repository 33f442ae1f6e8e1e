import { TipstreamError } from '../core/errors.ts';
import { type Stop, seconds } from '../core/time.ts';
import type { WatchOptions } from './event-stream.ts';
import type { Origin } from './origin.ts';
import { createRing, type Ring } from './ring.ts';
import { hold, release, type Ticket } from './ticket.ts';

/** How long a watcher may keep one event before it is named. */
const stalledAfter = seconds(30);
/** How often a watcher with an event in its hands is looked at. */
const lookEvery = seconds(1);

/** What waits for one watcher, and how long it has been at the event in its hands. */
export interface Intake<T> {
  readonly ring: Ring<T>;
  /** Queues an event and holds its ticket. `false`: the buffer is full and the watcher asked to end then. */
  add(event: T, ticket: Ticket | undefined): boolean;
  /** Gives everything back that waits. */
  empty(give: (ticket: Ticket | undefined) => void): void;
  /** The watcher has this event in its hands from now on. */
  began(ticket: Ticket | undefined): void;
  ended(): void;
  /** The watcher is gone: no timer stays. */
  stop(): void;
}

export function createIntake<T>(origin: Origin<T>, options: WatchOptions): Intake<T> {
  const { label, buffer = 10_000, overflow = 'drop-newest' } = options;
  const chosen = options.buffer !== undefined || options.overflow !== undefined;
  const { clock } = origin;
  const ring = createRing<T>();
  const named = label === undefined ? {} : { label };
  let dropped = 0;
  let inHand: Ticket | undefined;
  /** What was in its hands at the last look, since when, and when that was told. */
  let seen: Ticket | undefined;
  let since = 0;
  let toldAt = 0;
  let stopTimer: Stop | undefined;

  const drop = (ticket: Ticket | undefined): void => {
    dropped += 1;
    release(ticket);
    // A burst is one gap, not thousands.
    if (dropped > 1) return;
    queueMicrotask(() => {
      const count = dropped;
      dropped = 0;
      origin.emit('gap', { platform: origin.platform, to: clock.now(), reason: 'overflow', count, ...named });
    });
  };

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
    ring,
    add(event, ticket) {
      const bounded = chosen || !ticket?.desk.patient;
      if (bounded && ring.size >= buffer) {
        if (overflow === 'error') return false;
        if (overflow === 'drop-newest') {
          hold(ticket);
          drop(ticket);
          return true;
        }
        ring.shift((_event, oldest) => drop(oldest));
      }
      hold(ticket);
      ring.push(event, ticket);
      if (bounded && ring.size === buffer >> 1) ticket?.desk.behind(label, ring.size);
      return true;
    },
    empty(give) {
      while (ring.size > 0) ring.shift((_event, ticket) => give(ticket));
    },
    began(ticket) {
      if (!ticket) return;
      inHand = ticket;
      if (stopTimer) return;
      // Tried again: it has been in these hands since the first time.
      if (ticket !== seen) since = toldAt = clock.now();
      seen = ticket;
      stopTimer = clock.after(lookEvery, look);
    },
    ended() {
      inHand = undefined;
    },
    stop() {
      inHand = undefined;
      stopTimer?.();
      stopTimer = undefined;
    },
  };
}

export const overflowed = (who: string, waiting: number): string =>
  `${who}: ${waiting} events wait for it; make it faster, or give it a larger buffer`;

/** Tells a watcher what ended it. What its `onError` throws is told to the stream. */
export function tellError<T>(origin: Origin<T>, { onError }: WatchOptions, error: TipstreamError): void {
  try {
    onError?.(error);
  } catch (cause) {
    const message = 'tipstream: an onError threw; mend it, the stream goes on';
    origin.emit('error', new TipstreamError({ code: 'CONSUMER', fatal: false, message, cause }));
  }
}
