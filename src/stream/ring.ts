import type { Ticket } from './ticket.ts';

/** Events with their tickets, first in, first out. It starts with room for 8 and doubles, so that an idle watcher costs nothing. */
export interface Ring {
  /** Events and tickets in pairs: no object is made per event. The length is a power of two, so that a mask is the modulo. */
  slots: unknown[];
  at: number;
  size: number;
}

export const createRing = (): Ring => ({ slots: new Array(16), at: 0, size: 0 });

/** The ticket of the oldest. */
export const headOf = ({ slots, at }: Ring): Ticket | undefined => slots[at + 1] as Ticket | undefined;

const grow = (ring: Ring): void => {
  const { slots, at } = ring;
  ring.slots = new Array(slots.length * 2);
  for (let index = 0; index < slots.length; index += 1) ring.slots[index] = slots[(at + index) & (slots.length - 1)];
  ring.at = 0;
};

export function pushInto(ring: Ring, event: unknown, ticket: Ticket | undefined): void {
  if (ring.size * 2 === ring.slots.length) grow(ring);
  const { slots } = ring;
  const tail = (ring.at + ring.size * 2) & (slots.length - 1);
  slots[tail] = event;
  slots[tail + 1] = ticket;
  ring.size += 1;
}

/** Takes the oldest out and gives it to `use`. */
export function shiftFrom<T, R>(ring: Ring, use: (event: T, ticket: Ticket | undefined) => R): R | undefined {
  if (ring.size === 0) return undefined;
  const { slots, at } = ring;
  const event = slots[at] as T;
  const ticket = headOf(ring);
  slots[at] = slots[at + 1] = undefined;
  ring.at = (at + 2) & (slots.length - 1);
  ring.size -= 1;
  return use(event, ticket);
}
