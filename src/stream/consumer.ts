import { TipstreamError } from '../core/errors.ts';
import { checkWord } from '../core/options.ts';
import type { WatchOptions } from './event-stream.ts';
import type { Handle, Origin, Watcher } from './origin.ts';
import { createRing, headOf, pushInto, type Ring, shiftFrom } from './ring.ts';
import { threw } from './signals.ts';
import { createStallWatch, type StallWatch } from './stall.ts';
import { hold, leave, release, type Ticket } from './ticket.ts';

type GiveBack = (ticket: Ticket | undefined) => void;

/** The side of a watcher that the app sees: a callback, or a loop. */
export interface Face<T> {
  /** It can take no event now: what comes waits. */
  busy: boolean;
  /** Takes an event. `held`: it waited, so its ticket is held already. */
  take(event: T, ticket: Ticket | undefined, held: boolean): void;
  /** The watcher is gone: stopped, ended after its last event, or failed. */
  over(error: TipstreamError | undefined): void;
  /** Gives back what it has beside what waits. */
  giveBack?(give: GiveBack): void;
  /** What `close()` waits for. */
  running?(): Promise<void> | undefined;
}

/** What waits for one watcher, and its way in and out. */
export interface Consumer {
  readonly ring: Ring;
  readonly stall: StallWatch;
  /** It takes nothing more. */
  gone: boolean;
  /** Something waits to be taken, or to be told. */
  due(): boolean;
  /** Hands on what waits, as far as the face takes it. */
  drain(): void;
  stop(): void;
  /** Ends it with an error of its own. */
  fail(code: 'CONSUMER' | 'OVERFLOW', text: string, give: GiveBack, cause?: unknown): void;
}

/** Watches a source on behalf of a face, and tells both what happens. */
export function createConsumer<T>(origin: Origin<T>, options: WatchOptions, face: Face<T>): Consumer {
  const { label, observe = false, buffer = 10_000, overflow = 'drop-newest', signal } = options;
  const chosen = options.buffer !== undefined || options.overflow !== undefined;
  const { clock, platform } = origin;
  checkWord(platform, 'overflow', overflow, ['drop-newest', 'drop-oldest', 'error']);
  const ring = createRing();
  const stall = createStallWatch(clock, label);
  let dropped = 0;
  let ending: { error: TipstreamError | undefined } | undefined;
  let handle: Handle | undefined;
  let pausing: PromiseLike<void> | undefined;

  const drop = (ticket: Ticket | undefined): void => {
    dropped += 1;
    release(ticket);
    // A burst is one gap, not thousands.
    if (dropped > 1) return;
    queueMicrotask(() => {
      const count = dropped;
      dropped = 0;
      origin.emit('gap', {
        platform,
        to: clock.now(),
        reason: 'overflow',
        count,
        ...(label !== undefined && { label }),
      });
    });
  };

  const add = (event: T, ticket: Ticket | undefined): void => {
    hold(ticket);
    const bounded = chosen || !ticket?.desk.patient;
    const waiting = ring.size;
    if (bounded && waiting >= buffer) {
      if (overflow === 'drop-newest') return drop(ticket);
      if (overflow === 'drop-oldest') shiftFrom(ring, (_event, oldest) => drop(oldest));
    }
    pushInto(ring, event, ticket);
    if (bounded && waiting >= buffer && overflow === 'error')
      self.fail('OVERFLOW', `${waiting} events wait for it; make it faster, or give it a larger buffer`, leave);
    else if (bounded && ring.size === buffer >> 1) ticket?.desk.behind(label, ring.size);
  };

  /** Leaves the stream first, so that what is given back afterwards finds the true number of watchers. */
  const depart = (): void => {
    self.gone = true;
    signal?.removeEventListener('abort', self.stop);
    stall.stop();
    handle?.stop();
    handle = undefined;
  };

  const leaveWith = (give: GiveBack): void => {
    depart();
    face.giveBack?.(give);
    while (ring.size > 0) shiftFrom(ring, (_event, ticket) => give(ticket));
  };

  const takeHeld = (event: T, ticket: Ticket | undefined): void => face.take(event, ticket, true);

  const self: Consumer = {
    ring,
    stall,
    gone: signal?.aborted === true,
    due: () => ring.size > 0 || ending !== undefined,
    drain() {
      while (!self.gone && !face.busy && !pausing && ring.size > 0) {
        pausing = headOf(ring)
          ?.desk.writing?.()
          ?.then(() => {
            pausing = undefined;
            self.drain();
          });
        if (!pausing) shiftFrom(ring, takeHeld);
      }
      if (self.gone || face.busy || pausing || !ending) return;
      depart();
      face.over(ending.error);
    },
    stop() {
      leaveWith(leave);
      face.over(undefined);
    },
    fail(code, text, give, cause) {
      const error = new TipstreamError({ code, message: `${label ?? 'a watcher'}: ${text}`, cause, fatal: true });
      leaveWith(give);
      origin.emit('error', error);
      face.over(error);
    },
  };

  const watcher: Watcher<T> = {
    observe,
    next(event, ticket) {
      if (self.gone) return;
      if (face.busy || ring.size > 0) return add(event, ticket);
      face.take(event, ticket, false);
      // Taking it brought another one about.
      if (ring.size > 0) self.drain();
    },
    end(error) {
      ending = { error };
      handle = undefined;
      self.drain();
    },
    finish() {
      handle = undefined;
      self.stop();
      return face.running?.();
    },
  };

  if (self.gone) return self;
  signal?.addEventListener('abort', self.stop, { once: true });
  handle = origin.watch(watcher);
  try {
    handle.begin();
  } catch (cause) {
    // An app's own source could not begin: nobody watches, and nothing waits for him.
    self.stop();
    throw cause;
  }
  return self;
}

/** Tells a watcher what ended it. What its `onError` throws is told to the stream. */
export function tellError<T>(origin: Origin<T>, { onError }: WatchOptions, error: TipstreamError): void {
  try {
    onError?.(error);
  } catch (cause) {
    origin.emit('error', threw('an onError', cause));
  }
}
