import { type Fan, giveAll } from './fan.ts';
import type { Watcher } from './origin.ts';
import { release, type Ticket } from './ticket.ts';

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
  next: [ticket: Ticket, newcomer: Watcher<T> | undefined][];
}

export const createLeftovers = <T>(fan: Fan<T>): Leftovers<T> => ({
  fan,
  kept: [],
  owed: 0,
  full: false,
  giving: false,
  next: [],
});

const show = <T>(fan: Fan<T>, ticket: Ticket, newcomer: Watcher<T> | undefined): void => {
  const event = ticket.event as T;
  const waited = ticket.left !== 'no';
  const nobody = newcomer
    ? !fan.watchers.includes(newcomer)
    : fan.watchers.length === 0 || (waited && fan.counting === 0);
  // Those who might take it are gone again: it waits on.
  if (nobody) ticket.left = newcomer ? 'refused' : 'last';
  else {
    ticket.left = 'no';
    ticket.passed = false;
    if (newcomer) newcomer.next(event, ticket);
    else giveAll(fan, event, ticket);
    ticket.again = true;
  }
  release(ticket);
};

/** Shows an event to every watcher, or to one newcomer only, and lets go of it. */
export function give<T>(leftovers: Leftovers<T>, ticket: Ticket, newcomer?: Watcher<T>): void {
  const { fan, next } = leftovers;
  // Nearly always nothing else is on its way: then it meets no queue.
  const alone = !leftovers.giving && next.length === 0;
  if (!alone) next.push([ticket, newcomer]);
  if (leftovers.giving) return;
  leftovers.giving = true;
  try {
    if (alone) show(fan, ticket, newcomer);
    while (next.length > 0) {
      const first = next.shift();
      if (first) show(fan, ...first);
    }
  } finally {
    leftovers.giving = false;
  }
}

const again = <T>(leftovers: Leftovers<T>, ticket: Ticket, newcomer?: Watcher<T>): void => {
  ticket.generation = leftovers.fan.generation;
  ticket.holds = 1;
  give(leftovers, ticket, newcomer);
};

const insert = <T>({ kept }: Leftovers<T>, ticket: Ticket): void => {
  let at = kept.length;
  while (at > 0 && (kept[at - 1]?.sequence ?? 0) > ticket.sequence) at -= 1;
  kept.splice(at, 0, ticket);
};

/** Puts an event aside, in order, for whoever comes next. */
export function keep<T>(leftovers: Leftovers<T>, ticket: Ticket): void {
  // Whoever counts now never saw it, or did not take it: it need not wait for somebody else.
  if (leftovers.fan.counting > 0 && ticket.left !== 'refused') again(leftovers, ticket);
  else insert(leftovers, ticket);
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
  const oldest = leftovers.kept[0];
  if (!oldest || oldest.sequence > ticket.sequence) return false;
  if (leftovers.owed >= mostOwed) {
    if (!leftovers.full) source.gap({ reason: 'overflow' });
    leftovers.full = true;
    return false;
  }
  leftovers.owed += 1;
  ticket.left = 'refused';
  insert(leftovers, ticket);
  return true;
}

/** Offers everything, to one newcomer or to all. */
export function offer<T>(leftovers: Leftovers<T>, newcomer?: Watcher<T>): void {
  const tickets = leftovers.kept;
  leftovers.kept = [];
  leftovers.owed = 0;
  leftovers.full = false;
  for (const ticket of tickets) again(leftovers, ticket, newcomer);
}
