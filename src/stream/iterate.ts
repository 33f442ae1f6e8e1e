import type { TipstreamError } from '../core/errors.ts';
import { createConsumer, type Face, tellError } from './consumer.ts';
import type { WatchOptions } from './event-stream.ts';
import type { Origin } from './origin.ts';
import { headOf, shiftFrom } from './ring.ts';
import { hold, pass, type Ticket } from './ticket.ts';

/** A pending `next()`. */
interface Asker<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/** The stream as a loop sees it: an event is taken when the loop asks for the next one; leaving the loop takes nothing. */
export function iterate<T>(origin: Origin<T>, options: WatchOptions = {}): AsyncIterableIterator<T> {
  const askers: Asker<T>[] = [];
  /** The event that the loop is at. */
  let current: Ticket | undefined;
  let left = false;
  /** Thrown once, at the next question. */
  let failure: TipstreamError | undefined;

  const hand = (event: T, ticket: Ticket | undefined): IteratorResult<T> => {
    current = ticket;
    consumer.stall.holds(ticket);
    return { value: event, done: false };
  };

  const take = (): void => {
    const taken = current;
    current = undefined;
    consumer.stall.holds(undefined);
    pass(taken);
  };

  /** The answer after the last event. */
  const finish = ({ resolve, reject }: Asker<T>): void => {
    const error = failure;
    failure = undefined;
    if (!error) return resolve({ value: undefined, done: true });
    tellError(origin, options, error);
    reject(error);
  };

  const face: Face<T> = {
    busy: true,
    take(event, ticket, held) {
      if (!held) hold(ticket);
      askers.shift()?.resolve(hand(event, ticket));
      face.busy = askers.length === 0;
      // Somebody asked ahead: the loop is through with this one already.
      if (!face.busy) take();
    },
    over(error) {
      failure = error;
      for (const asker of askers.splice(0)) finish(asker);
    },
    giveBack(give) {
      if (!left) return;
      give(current);
      current = undefined;
    },
  };
  const consumer = createConsumer(origin, options, face);

  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      take();
      const { ring, gone } = consumer;
      const next = headOf(ring)?.desk.writing?.() ? undefined : shiftFrom(ring, hand);
      if (next) return Promise.resolve(next);
      return new Promise((resolve, reject) => {
        if (gone) return finish({ resolve, reject });
        askers.push({ resolve, reject });
        face.busy = false;
        consumer.drain();
      });
    },
    return() {
      left = true;
      consumer.stop();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
  return iterator;
}
