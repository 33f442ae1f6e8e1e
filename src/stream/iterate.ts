import { TipstreamError } from '../core/errors.ts';
import type { WatchOptions } from './event-stream.ts';
import { createIntake, overflowed, tellError } from './intake.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { hold, leave, pass, type Ticket } from './ticket.ts';

/** A pending `next()`. */
interface Asker<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/** The stream as a loop sees it: an event is taken when the loop asks for the next one; leaving the loop takes nothing. */
export function iterate<T>(origin: Origin<T>, options: WatchOptions = {}): AsyncIterableIterator<T> {
  const { label, observe = false, signal } = options;
  const intake = createIntake<T>(origin, options);
  const { ring } = intake;
  const askers: Asker<T>[] = [];
  /** The event that the loop is at. */
  let current: Ticket | undefined;
  let gone = false;
  let ending: { error: TipstreamError | undefined } | undefined;
  let handle: Handle | undefined;

  const hand = (event: T, ticket: Ticket | undefined): IteratorResult<T> => {
    current = ticket;
    intake.began(ticket);
    return { value: event, done: false };
  };

  const depart = (): void => {
    if (gone) return;
    gone = true;
    signal?.removeEventListener('abort', quit);
    intake.stop();
    handle?.stop();
  };

  /** Ends without a throw. The event that the loop is at stays in its hands. */
  const quit = (): void => {
    depart();
    ending = undefined;
    intake.empty(leave);
    for (const asker of askers.splice(0)) asker.resolve({ value: undefined, done: true });
  };

  /** The answer after the last event: the error that ended the stream, once, and `done` from then on. */
  const finale = (): Promise<IteratorResult<T>> => {
    depart();
    const error = ending?.error;
    ending = undefined;
    if (!error) return Promise.resolve({ value: undefined, done: true });
    tellError(origin, options, error);
    return Promise.reject(error);
  };

  const watcher: Watcher<T> = {
    observe,
    next(event, ticket) {
      if (gone) return;
      const asker = askers.shift();
      if (asker) {
        hold(ticket);
        asker.resolve(hand(event, ticket));
        // Somebody asked ahead: the loop is through with this one already.
        if (askers.length > 0) take();
      } else if (!intake.add(event, ticket)) {
        hold(ticket);
        const error = new TipstreamError({
          code: 'OVERFLOW',
          message: overflowed(label ?? 'a loop', ring.size),
          fatal: true,
        });
        depart();
        ending = { error };
        intake.empty(leave);
        leave(ticket);
        origin.emit('error', error);
      }
    },
    end(error) {
      handle = undefined;
      ending = { error };
      for (const asker of askers.splice(0)) finale().then(asker.resolve, asker.reject);
    },
    finish() {
      handle = undefined;
      quit();
      return undefined;
    },
  };

  const take = (): void => {
    const taken = current;
    current = undefined;
    intake.ended();
    pass(taken);
  };

  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      take();
      const writing = ring.head?.desk.writing;
      if (writing) return writing.then(iterator.next);
      const next = ring.shift(hand);
      if (next) return Promise.resolve(next);
      if (ending || gone) return finale();
      return new Promise((resolve, reject) => askers.push({ resolve, reject }));
    },
    return() {
      depart();
      leave(current);
      current = undefined;
      quit();
      return Promise.resolve({ value: undefined, done: true });
    },
  };

  if (signal?.aborted) gone = true;
  else {
    signal?.addEventListener('abort', quit, { once: true });
    handle = origin.watch(watcher);
    handle.begin();
  }
  return iterator;
}
