import { expect, it } from 'vitest';
import { addWatcher, createFan } from '../../src/stream/fan.ts';
import { createLeftovers, give } from '../../src/stream/leftovers.ts';
import type { Watcher } from '../../src/stream/origin.ts';
import { createTicket, type Desk } from '../../src/stream/ticket.ts';

it('delivery-1 a watcher that throws keeps no later event from anybody', () => {
  const fan = createFan<number>();
  const desk: Desk = { patient: true, counting: 1, generation: 1, settled() {}, stalled() {}, behind() {} };
  const seen: number[] = [];
  const watcher: Watcher<number> = {
    observe: false,
    next(event) {
      seen.push(event);
      // The second comes while the first is shown, which breaks off.
      if (event === 1) give(leftovers, createTicket(desk, 2, 2));
      if (event === 1) throw new Error('broken');
    },
    end() {},
    finish: () => undefined,
  };
  addWatcher(fan, watcher);
  const leftovers = createLeftovers(fan);
  expect(() => give(leftovers, createTicket(desk, 1, 1))).toThrow('broken');
  give(leftovers, createTicket(desk, 3, 3));
  expect(seen).toEqual([1, 2, 3]);
});
