import { TipstreamError } from '../core/errors.ts';
import { type Stop, seconds } from '../core/time.ts';
import type { WatchOptions } from './event-stream.ts';
import { createIntake, overflowed, tellError } from './intake.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { hold, leave, pass, refuse, type Ticket } from './ticket.ts';

const isPromise = (value: unknown): value is PromiseLike<void> =>
  typeof (value as { then?: unknown } | undefined)?.then === 'function';

/** Calls `next` with one event at a time. A callback that returns no promise never meets a queue. */
export function subscribe<T>(
  origin: Origin<T>,
  next: (event: T) => void | Promise<void>,
  options: WatchOptions = {},
): Stop {
  const { label, observe = false, onFailure = origin.durable && !observe ? 'stop' : 'skip', signal } = options;
  const intake = createIntake<T>(origin, options);
  const { ring } = intake;
  /** The callback runs, or waits to be tried again, or the watcher has not begun. */
  let busy = true;
  /** The watcher takes nothing more. */
  let gone = false;
  let ending: { error: TipstreamError | undefined } | undefined;
  let handle: Handle | undefined;
  let running: Promise<void> | undefined;
  let retry: { stop: Stop; ticket: Ticket | undefined } | undefined;

  const call = (event: T, ticket: Ticket | undefined, held: boolean, failures = 0): void => {
    let returned: void | Promise<void>;
    busy = true;
    try {
      returned = next(event);
    } catch (error) {
      busy = false;
      if (!held) hold(ticket);
      return failed(event, ticket, error, failures);
    }
    if (!isPromise(returned)) {
      busy = false;
      if (held) pass(ticket);
      else if (ticket) ticket.passed = true;
      return;
    }
    if (!held) hold(ticket);
    intake.began(ticket);
    running = Promise.resolve(returned).then(
      () => rest(() => pass(ticket)),
      (error: unknown) => rest(() => failed(event, ticket, error, failures)),
    );
  };

  /** The callback is through: `then` says what becomes of its event, and the next one is due. */
  const rest = (then: () => void): void => {
    busy = false;
    intake.ended();
    then();
    drain();
  };

  const drain = (): void => {
    while (!busy && !gone && ring.size > 0) {
      const writing = ring.head?.desk.writing;
      if (!writing) ring.shift((event, ticket) => call(event, ticket, true));
      else {
        busy = true;
        void writing.then(() => rest(() => {}));
      }
    }
    if (busy || gone || !ending) return;
    depart();
    if (ending.error) tellError(origin, options, ending.error);
  };

  const failed = (event: T, ticket: Ticket | undefined, error: unknown, failures: number): void => {
    origin.emit('failed', { event, error, ...(label !== undefined && { label }) });
    if (onFailure === 'skip') return pass(ticket);
    if (gone) return leave(ticket);
    if (onFailure === 'retry') {
      busy = true;
      intake.began(ticket);
      const stop = origin.clock.after(Math.min(seconds(2 ** failures), seconds(30)), () => {
        retry = undefined;
        rest(() => call(event, ticket, true, failures + 1));
      });
      retry = { stop, ticket };
      return;
    }
    // Refused before it leaves: what others give back because it leaves is then known to come after this one.
    gone = true;
    refuse(ticket);
    end(
      'CONSUMER',
      refuse,
      `${label ?? 'a watcher'}: the callback failed, so its event is not taken; mend the callback and watch again`,
      error,
    );
  };

  /** Leaves the stream first, so that what is given back afterwards finds the true number of watchers. */
  const depart = (): void => {
    gone = true;
    signal?.removeEventListener('abort', stop);
    intake.stop();
    handle?.stop();
  };

  const giveBack = (give: (ticket: Ticket | undefined) => void): void => {
    if (retry) {
      busy = false;
      retry.stop();
      give(retry.ticket);
    }
    intake.empty(give);
  };

  const end = (code: 'CONSUMER' | 'OVERFLOW', give: typeof leave, message: string, cause?: unknown): void => {
    const error = new TipstreamError({ code, message, cause, fatal: true });
    depart();
    giveBack(give);
    origin.emit('error', error);
    tellError(origin, options, error);
  };

  const stop = (): void => {
    if (gone) return;
    depart();
    giveBack(leave);
  };

  const watcher: Watcher<T> = {
    observe,
    next(event, ticket) {
      if (gone) return;
      if (busy || ring.size > 0) {
        if (intake.add(event, ticket)) return;
        hold(ticket);
        end('OVERFLOW', leave, overflowed(label ?? 'a watcher', ring.size));
        return leave(ticket);
      }
      call(event, ticket, false);
      // The callback itself brought another one about.
      if (ring.size > 0) drain();
    },
    end(error) {
      ending = { error };
      handle = undefined;
      drain();
    },
    finish() {
      handle = undefined;
      stop();
      return busy && running ? atMost(origin, running) : undefined;
    },
  };

  if (signal?.aborted) return stop;
  signal?.addEventListener('abort', stop, { once: true });
  handle = origin.watch(watcher);
  handle.begin();
  // What earlier watchers left came in during `begin`; it is run once the caller has its `Stop`.
  if (ring.size > 0 || ending) queueMicrotask(() => rest(() => {}));
  else busy = false;
  return stop;
}

/** Running callbacks get five seconds to come to an end. */
function atMost<T>(origin: Origin<T>, running: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const stop = origin.clock.after(seconds(5), resolve);
    void running.then(() => {
      stop();
      resolve();
    });
  });
}
