import { checkWord } from '../core/options.ts';
import { type Stop, seconds } from '../core/time.ts';
import { createConsumer, type Face, tellError } from './consumer.ts';
import type { WatchOptions } from './event-stream.ts';
import type { Origin } from './origin.ts';
import { hold, leave, pass, refuse, type Ticket } from './ticket.ts';

export const isPromise = (value: unknown): value is PromiseLike<void> =>
  typeof (value as { then?: unknown } | undefined)?.then === 'function';

/** Calls `next` with one event at a time. A callback that returns no promise never meets a queue. */
export function subscribe<T>(
  origin: Origin<T>,
  next: (event: T) => void | Promise<void>,
  options: WatchOptions = {},
): Stop {
  const { label, observe, onFailure = origin.durable && !observe ? 'stop' : 'skip' } = options;
  checkWord(origin.platform, 'onFailure', onFailure, ['skip', 'stop', 'retry']);
  let running: Promise<void> | undefined;
  let retry: { stop: Stop; ticket: Ticket | undefined } | undefined;

  const call = (event: T, ticket: Ticket | undefined, held: boolean, failures = 0): void => {
    let promise: Promise<void> | undefined;
    face.busy = true;
    try {
      const returned = next(event);
      // Inside, because a `then` may throw when it is looked at.
      promise = isPromise(returned) ? Promise.resolve(returned) : undefined;
    } catch (error) {
      face.busy = false;
      if (!held) hold(ticket);
      return failed(event, ticket, error, failures);
    }
    if (!promise) {
      face.busy = false;
      if (held) pass(ticket);
      else if (ticket) ticket.passed = true;
      return;
    }
    if (!held) hold(ticket);
    consumer.stall.holds(ticket);
    running = promise.then(
      () => rest(() => pass(ticket)),
      (error: unknown) => rest(() => failed(event, ticket, error, failures)),
    );
  };

  /** The callback is through: `then` says what becomes of its event, and the next one is due. */
  const rest = (then?: () => void): void => {
    face.busy = false;
    consumer.stall.holds(undefined);
    then?.();
    consumer.drain();
  };

  const failed = (event: T, ticket: Ticket | undefined, error: unknown, failures: number): void => {
    origin.emit('failed', { event, error, ...(label !== undefined && { label }) });
    if (onFailure === 'skip') return pass(ticket);
    if (consumer.gone) return leave(ticket);
    if (onFailure === 'retry') {
      face.busy = true;
      consumer.stall.holds(ticket);
      const stop = origin.clock.after(Math.min(seconds(2 ** failures), seconds(30)), () => {
        retry = undefined;
        rest(() => call(event, ticket, true, failures + 1));
      });
      retry = { stop, ticket };
      return;
    }
    // Refused before it leaves: what others give back because it leaves is then known to come after this one.
    consumer.gone = true;
    refuse(ticket);
    consumer.fail('CONSUMER', 'the callback failed, so its event is not taken; mend it and watch again', refuse, error);
  };

  const face: Face<T> = {
    // What earlier watchers left comes in at once, and is run once the caller has its `Stop`.
    busy: true,
    take: call,
    over(error) {
      if (error) tellError(origin, options, error);
    },
    giveBack(give) {
      if (!retry) return;
      face.busy = false;
      retry.stop();
      give(retry.ticket);
      retry = undefined;
    },
    running: () => (face.busy && running ? atMost(origin, running) : undefined),
  };

  const consumer = createConsumer(origin, options, face);
  if (consumer.due()) queueMicrotask(rest);
  else face.busy = false;
  return consumer.stop;
}

/** Running callbacks get five seconds to come to an end. */
function atMost<T>(origin: Origin<T>, running: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const stop = origin.clock.after(seconds(5), resolve);
    void running.then(resolve).then(stop);
  });
}
