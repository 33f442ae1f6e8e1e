import { type RateLimit, TipstreamError } from './errors.ts';
import { createLane, type Lane } from './lane.ts';
import { createSchedule } from './schedule.ts';
import { type Clock, minutes, type Stop, seconds } from './time.ts';

/** How often an upstream lets itself be asked. */
export interface RateClass {
  /** Calls in every `per`. */
  limit: number;
  /** The length of the window, in milliseconds. */
  per: number;
  /**
   * `'window'`: never more than `limit` in any window of this length. `'bucket'`: refills evenly and holds `burst`, for
   * upstreams known to count so.
   * @default 'window'
   */
  kind?: 'window' | 'bucket' | undefined;
  /**
   * What a full bucket holds.
   * @default `limit`
   */
  burst?: number | undefined;
  /**
   * Strictly even: one call every `per / limit`, no burst. For windows.
   * @default false
   */
  spacing?: boolean | undefined;
  /**
   * When a call counts: as it is sent, or not before it is answered, for upstreams that count exactly and may get a call late. For buckets.
   * @default 'sent'
   */
  counts?: 'sent' | 'answered' | undefined;
}

/** Leave to send one call. */
export interface Slot {
  /**
   * Says that the call ended; a second time does nothing. `rateLimit` is what the answer's headers said. `holdMs`, after a
   * 429, holds back everything queued under the same key for so long, and nothing else.
   */
  release(rateLimit?: RateLimit, holdMs?: number): void;
}

/** How to wait for a slot. */
export interface AcquireOptions {
  /** The client's clock. The one given to `createLimiter` wins. */
  clock: Clock;
  /** Gives the place in the queue back: the promise rejects at once with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * A longer wait, in milliseconds, rejects at once with `RATE_LIMITED`.
   * @default Infinity
   */
  maxWait?: number | undefined;
}

/** Counts calls by key, first come, first served. Hand one to several clients and they share its counts. */
export interface Limiter {
  /** Resolves when the call may be sent. Errors: `RATE_LIMITED` with `retryAfterMs` where the wait exceeds `maxWait`. */
  acquire(key: string, rateClass: RateClass, options: AcquireOptions): Promise<Slot>;
  /** The last known state of a key and the number of calls that wait; `undefined` before its first call. */
  state(key: string): (RateLimit & { waiting: number }) | undefined;
}

/** Calls of one key that wait, in their order. */
interface Queue {
  acquire(options: AcquireOptions): Promise<Slot>;
  waiting(): number;
  idle(): boolean;
}

/** A call that is under way for longer than any poll is held has ended without a word. */
const longestCall = minutes(2);
/** A call that no answer came to for so long has been counted by the upstream, or has ended without a word. */
const longestWay = seconds(3);

const tooLong = ({ limit, per }: RateClass, retryAfterMs: number): TipstreamError =>
  new TipstreamError({
    code: 'RATE_LIMITED',
    message: `${limit} calls in ${per / 1000} s are allowed and used up, the next may go in ${Math.ceil(retryAfterMs / 100) / 10} s; call less often, allow a longer deadline, or share one createLimiter() between the clients of a credential`,
    retryAfterMs,
  });

function createQueue(lane: Lane, rateClass: RateClass, clock: Clock): Queue {
  const { limit, burst = limit, counts } = rateClass;
  const late = counts === 'answered';
  /** Whoever waits, as the look whether the turn has come; it says whether the queue is one shorter. */
  const queue: (() => boolean)[] = [];
  let open: number[] = [];
  const lookAll = (): void => {
    for (const look of [...queue]) look();
  };
  /** Calls that the upstream may not have counted yet. */
  const onTheWay = (now: number): number => (late ? open.filter((since) => since > now - longestWay).length : 0);
  const at = (ahead: number, now: number): number => lane.at(ahead + onTheWay(now), now);
  const take = (now: number): Slot => {
    let held = true;
    if (!late) lane.take(now);
    open.push(now);
    return {
      release(rateLimit, holdMs = 0) {
        if (!held) return;
        held = false;
        if (open.includes(now)) open.splice(open.indexOf(now), 1);
        if (late) lane.take(lane.time());
        if (!rateLimit && !holdMs) return;
        // In workerd a call may have died without a word.
        open = open.filter((since) => since > lane.time() - longestCall);
        lane.learn(rateLimit ?? {}, holdMs, late ? 0 : open.length);
        lookAll();
      },
    };
  };
  return {
    waiting: () => queue.length,
    idle: () => !queue.length && !open.length && (lane.state().remaining ?? 0) >= Math.max(limit, burst),
    acquire({ signal, maxWait = Number.POSITIVE_INFINITY }) {
      const since = lane.time();
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (!queue.length && at(0, since) <= since) return Promise.resolve(take(since));
      return new Promise((resolve, reject) => {
        const stops: Stop[] = [];
        let earliest = Number.POSITIVE_INFINITY;
        const leave = (): void => {
          for (const stop of stops) stop();
          signal?.removeEventListener('abort', abort);
          queue.splice(queue.indexOf(look), 1);
        };
        const abort = (): void => {
          leave();
          reject(signal?.reason);
          lookAll();
        };
        const look = (): boolean => {
          const now = lane.time();
          const due = at(queue.indexOf(look), now);
          const wait = Math.ceil(due - now);
          if (due <= now || due > since + maxWait) {
            leave();
            if (due <= now) resolve(take(now));
            else reject(tooLong(rateClass, wait));
            return true;
          }
          // Everybody has a timer, and nobody puts that of another off: in workerd it dies with the request that set it.
          if (due < earliest) {
            earliest = due;
            stops.push(
              clock.after(wait, () => {
                earliest = Number.POSITIVE_INFINITY;
                while (queue[0]?.());
                if (queue.includes(look)) look();
              }),
            );
          }
          return false;
        };
        queue.push(look);
        signal?.addEventListener('abort', abort);
        look();
      });
    },
  };
}

/**
 * Makes a limiter. A client has one of its own; give the same to all clients that use one credential, and together they keep
 * its limits. It keeps time with the clock of the client that asks first, unless you give one.
 */
export function createLimiter(options: { clock?: Clock | undefined } = {}): Limiter {
  const lanes = new Map<string, { lane: Lane; queue: Queue }>();
  let sweepAt = 100;
  return {
    acquire(key, rateClass, acquireOptions) {
      let found = lanes.get(key);
      if (!found) {
        // Credentials come and go: a key that nothing is known of any more is forgotten.
        if (lanes.size >= sweepAt) {
          for (const [name, { queue }] of lanes) if (queue.idle()) lanes.delete(name);
          sweepAt = Math.max(100, lanes.size * 2);
        }
        const { clock = acquireOptions.clock } = options;
        const lane = createLane(rateClass, createSchedule(rateClass), clock);
        found = { lane, queue: createQueue(lane, rateClass, clock) };
        lanes.set(key, found);
      }
      return found.queue.acquire(acquireOptions);
    },
    state(key) {
      const { lane, queue } = lanes.get(key) ?? {};
      return lane && { ...lane.state(), waiting: queue?.waiting() ?? 0 };
    },
  };
}
