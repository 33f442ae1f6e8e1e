import type { Fan } from './fan.ts';
import type { Watcher } from './origin.ts';
import { release, type Ticket } from './ticket.ts';

/** How many events may wait behind a refused one, for a watcher that perhaps never comes back. */
const mostOwed = 10_000;

/** Events that wait for a watcher: nobody watched when they came, or the last watcher left them, or a callback refused them. */
export interface Leftovers<T> {
  /** How many of them everybody who is present has taken. */
  readonly owed: number;
  /** Shows an event to every watcher, or to one newcomer only, and lets go of it. */
  give(ticket: Ticket, newcomer?: Watcher<T>): void;
  /** Puts an event aside, in order, for whoever comes next. */
  keep(ticket: Ticket): void;
  /**
   * Puts an event aside that all took, when an older one waits: whoever comes for that one gets everything from there on.
   * `false`: nothing waits, the event is taken.
   */
  owe(ticket: Ticket): boolean;
  /** Offers everything, to one newcomer or to all. */
  offer(newcomer?: Watcher<T>): void;
}

/**
 * @param dropped - Told once when so much waits behind a refused event that nothing more is kept for it.
 */
export function createLeftovers<T>(fan: Fan<T>, dropped: () => void): Leftovers<T> {
  let kept: Ticket[] = [];
  let owed = 0;
  let full = false;
  /** Callbacks run. An event that comes meanwhile, from inside one of them, waits its turn: all watchers see the same order. */
  let giving = false;
  const next: [ticket: Ticket, newcomer: Watcher<T> | undefined][] = [];

  const show = (ticket: Ticket, newcomer: Watcher<T> | undefined): void => {
    const event = ticket.event as T;
    const waited = ticket.left !== 'no';
    const nobody = newcomer ? !fan.has(newcomer) : fan.size === 0 || (waited && fan.counting === 0);
    // Those who might take it are gone again: it waits on.
    if (nobody) ticket.left = newcomer ? 'refused' : 'last';
    else {
      ticket.left = 'no';
      ticket.passed = false;
      if (newcomer) newcomer.next(event, ticket);
      else fan.give(event, ticket);
      ticket.again = true;
    }
    release(ticket);
  };

  const give: Leftovers<T>['give'] = (ticket, newcomer) => {
    next.push([ticket, newcomer]);
    if (giving) return;
    giving = true;
    try {
      for (let first = next.shift(); first; first = next.shift()) show(...first);
    } finally {
      giving = false;
    }
  };

  const again = (ticket: Ticket, newcomer?: Watcher<T>): void => {
    ticket.generation = fan.generation;
    ticket.holds = 1;
    give(ticket, newcomer);
  };

  const insert = (ticket: Ticket): void => {
    let at = kept.length;
    while (at > 0 && (kept[at - 1]?.sequence ?? 0) > ticket.sequence) at -= 1;
    kept.splice(at, 0, ticket);
  };

  return {
    get owed() {
      return owed;
    },
    give,
    keep(ticket) {
      // Whoever counts now never saw it, or did not take it: it need not wait for somebody else.
      if (fan.counting > 0 && ticket.left !== 'refused') again(ticket);
      else insert(ticket);
    },
    owe(ticket) {
      const oldest = kept[0];
      if (!oldest || oldest.sequence > ticket.sequence) return false;
      if (owed >= mostOwed) {
        if (!full) dropped();
        full = true;
        return false;
      }
      owed += 1;
      ticket.left = 'refused';
      insert(ticket);
      return true;
    },
    offer(newcomer) {
      const tickets = kept;
      kept = [];
      owed = 0;
      full = false;
      for (const ticket of tickets) again(ticket, newcomer);
    },
  };
}
