/**
 * A ticket travels beside an event and counts who still keeps it. Whoever keeps the event beyond the call that brought it (a queue,
 * a loop, a running callback) holds the ticket; when nobody holds it any more, the event is taken, or left.
 * Observers get no ticket: nothing waits for them.
 */
export interface Ticket {
  /** What answers for the event: the source it came from. */
  readonly desk: Desk;
  readonly event: unknown;
  /** Whom to tell when the event is taken, or left. */
  readonly owner: TicketOwner | undefined;
  /** Order of arrival at the source. */
  readonly sequence: number;
  /** Which group of watchers it was offered to; `oneOnly` where it was offered to a newcomer, and all others had it before. */
  generation: number;
  holds: number;
  /** Somebody took it. */
  passed: boolean;
  /** Whether somebody went away without taking it. */
  left: Leaving;
  /** It is offered once more: observers have seen it. */
  again: boolean;
}

/** `no` in the order of weight: a watcher `went` while others who have the event stayed; it was the `last`; a callback `refused` it. */
export type Leaving = 'no' | 'went' | 'last' | 'refused';

export const oneOnly = -1;

/** Whoever put the event in: a page, a pusher, a batch. */
export interface TicketOwner {
  /** Every counting watcher took it. */
  taken(ticket: Ticket): void;
  /** The last watcher left it. Answer `true` to take it back; else it is offered to the next watcher. */
  left?: ((ticket: Ticket) => boolean) | undefined;
}

/** The side of a source that tickets come back to. */
export interface Desk {
  /** The source waits for its watchers, so that nothing of it need ever be dropped. */
  readonly patient: boolean;
  /** Watchers that count, at this moment. */
  readonly counting: number;
  /** Rises when somebody begins to count after nobody did. */
  readonly generation: number;
  /** What was taken is being written down. The next event waits for it, so that a crash repeats no more than one answer. */
  writing?: (() => Promise<unknown> | undefined) | undefined;
  settled(ticket: Ticket): void;
  /** Somebody did not take it: whoever comes from here on gets it, though others may still hold it. */
  refused?(ticket: Ticket): void;
  /** A watcher has had one event in its hands for `heldMs` milliseconds. */
  stalled(label: string | undefined, heldMs: number): void;
  /** Half the buffer of a watcher is full. */
  behind(label: string | undefined, waiting: number): void;
}

export function createTicket(desk: Desk, event: unknown, sequence: number, owner?: TicketOwner): Ticket {
  const { generation } = desk;
  return { desk, event, owner, sequence, generation, holds: 1, passed: false, left: 'no', again: false };
}

/** Keeps the event: it is not taken before a `release`. */
export function hold(ticket: Ticket | undefined): void {
  if (ticket) ticket.holds += 1;
}

/** This holder is through with the event. */
export function release(ticket: Ticket | undefined): void {
  if (!ticket) return;
  ticket.holds -= 1;
  if (ticket.holds === 0) ticket.desk.settled(ticket);
}

/** This holder took the event. */
export function pass(ticket: Ticket | undefined): void {
  if (ticket) ticket.passed = true;
  release(ticket);
}

/** This holder did not take the event, and nobody may pass it: it waits for another watcher. */
export function refuse(ticket: Ticket | undefined): void {
  if (!ticket) return;
  ticket.left = 'refused';
  ticket.desk.refused?.(ticket);
  release(ticket);
}

/** This holder goes away. The event waits for another watcher when nobody counts who was offered it too, or nobody of them took it. */
export function leave(ticket: Ticket | undefined): void {
  if (!ticket) return;
  const last = ticket.desk.counting === 0 || ticket.generation !== ticket.desk.generation;
  if (last && ticket.left !== 'refused') ticket.left = 'last';
  else if (ticket.left === 'no') ticket.left = 'went';
  release(ticket);
}

/** Whether an event that nobody holds any more still waits for a watcher. */
export const isLeft = ({ left, passed }: Ticket): boolean =>
  left === 'last' || left === 'refused' || (left === 'went' && !passed);
