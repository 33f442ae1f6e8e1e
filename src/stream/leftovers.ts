import { type Fan, giveAll } from './fan.ts';
import { oneOnly, release, type Ticket } from './ticket.ts';

/** How many events may wait behind a refused one, for a watcher that perhaps never comes back. */
const mostOwed = 10_000;

/** Events that wait for a watcher: nobody watched when they came, or the last watcher left them, or a callback refused them. */
export interface Leftovers<T> {
  readonly fan: Fan<T>;
  kept: Ticket[];
  /** How many of them everybody who is present has taken. */
  owed: number;
  full: boolean;
  /** Callbacks run. An event that comes meanwhile, from inside one of them, waits its turn: all watchers see the same order. */
  giving: boolean;
  next: Ticket[];
}

export const createLeftovers = <T>(fan: Fan<T>): Leftovers<T> => ({
  fan,
  kept: [],
  owed: 0,
  full: false,
  giving: false,
  next: [],
});

/** Whether an older event waits. */
const isBehind = ([oldest]: readonly Ticket[], { sequence }: Ticket): boolean =>
  oldest !== undefined && oldest.sequence < sequence;

/** Puts it into its place in the row; it may stand there already. */
const insert = <T>({ kept }: Leftovers<T>, ticket: Ticket): void => {
  let at = kept.length;
  while (at > 0 && (kept[at - 1]?.sequence ?? 0) > ticket.sequence) at -= 1;
  if (kept[at - 1] !== ticket) kept.splice(at, 0, ticket);
};

/** Puts it aside for whoever comes next, though some may still have it; not what its owner may take back. */
export const putAside = <T>(leftovers: Leftovers<T>, ticket: Ticket): void => {
  if (ticket.owner?.left || leftovers.kept.length > mostOwed) return;
  ticket.left = 'refused';
  insert(leftovers, ticket);
};

const show = <T>(leftovers: Leftovers<T>, ticket: Ticket): void => {
  const { fan } = leftovers;
  // Those who might take it are gone again: it waits on.
  if (fan.watchers.length === 0 || (ticket.left !== 'no' && fan.counting === 0)) ticket.left = 'last';
  else {
    ticket.left = 'no';
    giveAll(fan, ticket.event as T, ticket);
    ticket.again = true;
    // It waits with an older one for whoever comes for that, who may come before all who have it took it.
    if (ticket.holds > 1 && ticket.generation !== oneOnly && isBehind(leftovers.kept, ticket))
      putAside(leftovers, ticket);
  }
  release(ticket);
};

/** Shows an event to whom it is for, and lets go of it. */
export function give<T>(leftovers: Leftovers<T>, ticket: Ticket): void {
  const { next, giving } = leftovers;
  // Nearly always nothing else is on its way: then it meets no queue.
  const queued = giving || next.length > 0;
  if (queued) next.push(ticket);
  if (giving) return;
  leftovers.giving = true;
  try {
    for (let first = queued ? next.shift() : ticket; first; first = next.shift()) show(leftovers, first);
  } finally {
    leftovers.giving = false;
  }
}

const again = <T>(leftovers: Leftovers<T>, ticket: Ticket, one = false): void => {
  // Whoever had it before keeps what he did with it.
  if (one) ticket.generation = oneOnly;
  else {
    ticket.generation = leftovers.fan.generation;
    ticket.passed = false;
  }
  // A neighbour may still hold it.
  ticket.holds += 1;
  give(leftovers, ticket);
};

/** Puts an event aside, in order, for whoever comes next. */
export function keep<T>(leftovers: Leftovers<T>, ticket: Ticket): void {
  const counted = leftovers.fan.counting > 0;
  // Whoever counts now never saw it, or did not take it: it need not wait for somebody else.
  if (counted && ticket.left !== 'refused' && ticket.generation !== oneOnly) return again(leftovers, ticket);
  // Whoever counts now has had it: it keeps nothing of theirs back.
  if (counted) leftovers.owed += 1;
  insert(leftovers, ticket);
}

interface Gaps {
  gap(gap: { reason: string }): void;
}

/**
 * Puts an event aside that all took, when an older one waits: whoever comes for that one gets everything from there on.
 *
 * @param source - Says a gap once when so much waits behind a refused event that nothing more is kept for it.
 * @returns `false`: nothing waits, the event is taken.
 */
export function owe<T>(leftovers: Leftovers<T>, ticket: Ticket, source: Gaps): boolean {
  if (!isBehind(leftovers.kept, ticket)) return false;
  if (leftovers.owed > mostOwed) {
    if (!leftovers.full) source.gap({ reason: 'overflow' });
    leftovers.full = true;
    return false;
  }
  leftovers.owed += 1;
  ticket.left = 'refused';
  insert(leftovers, ticket);
  return true;
}

/** Offers everything, to the newest watcher only or to all. */
export function offer<T>(leftovers: Leftovers<T>, one: boolean): void {
  const tickets = leftovers.kept;
  leftovers.kept = [];
  leftovers.owed = 0;
  leftovers.full = false;
  for (const ticket of tickets) again(leftovers, ticket, one);
}
