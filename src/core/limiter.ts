import type { RateLimit } from './errors.ts';
import type { Clock } from './time.ts';

/** How often an upstream lets itself be asked. */
export interface RateClass {
  /** Calls in every `per`. */
  limit: number;
  /** The length of the window, in milliseconds. */
  per: number;
  /**
   * `'window'`: never more than `limit` in any window of this length. `'bucket'`: refills evenly, holds `burst`.
   * @default 'window'
   */
  kind?: 'window' | 'bucket' | undefined;
  /** What a full bucket holds. @default `limit` */
  burst?: number | undefined;
  /** Strictly even: one call every `per / limit`, no burst. @default false */
  spacing?: boolean | undefined;
}

/** Leave to send one call. */
export interface Slot {
  /**
   * Says that the call ended; calling it again does nothing. `rateLimit` is what the answer's headers said. `holdMs` (after a 429) holds back
   * everything queued under the same key for so long, and nothing else.
   */
  release(rateLimit?: RateLimit, holdMs?: number): void;
}

/** How to wait for a slot. */
export interface AcquireOptions {
  /** The client's clock; that of `createLimiter` wins. */
  clock: Clock;
  /** Gives up the place in the queue; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** A longer wait, in ms, rejects at once with `RATE_LIMITED`. @default Infinity */
  maxWait?: number | undefined;
}

/** Counts calls by key, first come, first served. Hand one to several clients and they share its counts. */
export interface Limiter {
  acquire(key: string, rateClass: RateClass, options: AcquireOptions): Promise<Slot>;
  /** The last known state of a key, with the number of calls that wait. */
  state(key: string): (RateLimit & { waiting: number }) | undefined;
}

export function createLimiter(_options: { clock?: Clock | undefined } = {}): Limiter {
  throw new Error('not yet');
}
