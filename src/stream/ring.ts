import type { Ticket } from './ticket.ts';

/** Events with their tickets, first in, first out. */
export interface Ring<T> {
  readonly size: number;
  /** The ticket of the oldest. */
  readonly head: Ticket | undefined;
  push(event: T, ticket: Ticket | undefined): void;
  /** Takes the oldest out and gives it to `use`. */
  shift<R>(use: (event: T, ticket: Ticket | undefined) => R): R | undefined;
}

export function createRing<T>(): Ring<T> {
  // Events and tickets share one array, in pairs: no object is made per event.
  let slots: unknown[] = [];
  let head = 0;
  return {
    get size() {
      return (slots.length - head) / 2;
    },
    get head() {
      return slots[head + 1] as Ticket | undefined;
    },
    push(event, ticket) {
      slots.push(event, ticket);
    },
    shift(use) {
      if (head === slots.length) return undefined;
      const event = slots[head] as T;
      const ticket = slots[head + 1] as Ticket | undefined;
      slots[head] = slots[head + 1] = undefined;
      head += 2;
      // The empty front is cut off once it is half of all; not at each event.
      if (head >= 64 && head * 2 >= slots.length) {
        slots = slots.slice(head);
        head = 0;
      }
      return use(event, ticket);
    },
  };
}
