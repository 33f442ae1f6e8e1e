import type { Ticket } from './ticket.ts';

/** Events with their tickets, first in, first out. It starts with room for 8 and doubles, so that an idle watcher costs nothing. */
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
  let slots: unknown[] = new Array(16);
  let head = 0;
  let size = 0;
  const grow = (): void => {
    const larger = new Array(slots.length * 2);
    for (let index = 0; index < size * 2; index += 1) larger[index] = slots[(head + index) % slots.length];
    slots = larger;
    head = 0;
  };
  return {
    get size() {
      return size;
    },
    get head() {
      return slots[head + 1] as Ticket | undefined;
    },
    push(event, ticket) {
      if (size * 2 === slots.length) grow();
      const tail = (head + size * 2) % slots.length;
      slots[tail] = event;
      slots[tail + 1] = ticket;
      size += 1;
    },
    shift(use) {
      if (size === 0) return undefined;
      const event = slots[head] as T;
      const ticket = slots[head + 1] as Ticket | undefined;
      slots[head] = slots[head + 1] = undefined;
      head = (head + 2) % slots.length;
      size -= 1;
      return use(event, ticket);
    },
  };
}
