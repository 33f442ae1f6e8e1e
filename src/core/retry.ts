import { type Call, onFail } from './call.ts';
import { type ErrorCode, isTipstreamError, type TipstreamError } from './errors.ts';
import type { RetryOptions } from './options.ts';
import { type Clock, type Random, seconds } from './time.ts';

/** Decides about second attempts. */
export interface Retrier {
  /**
   * Runs `attempt` until it succeeds, or another one is useless, unsafe or too late.
   *
   * @param safe - Whether asking twice does no harm.
   * @param onRetry - Told before each wait.
   */
  run<T>(
    call: Call,
    safe: boolean,
    attempt: () => Promise<T>,
    onRetry: (error: TipstreamError, delayMs: number) => void,
  ): Promise<T>;
}

/** What may pass by itself (XS-3). */
const passing: readonly ErrorCode[] = ['NETWORK', 'TIMEOUT', 'RATE_LIMITED', 'UNAVAILABLE'];
/** Retries that a client may have open against an upstream that only fails. */
const budgetSize = 50;
/** What a call that needed no retry gives back to the budget. */
const refund = 0.2;

const pause = (call: Call, clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const forget = onFail(call, (error) => {
      stop();
      reject(error);
    });
    const stop = clock.after(ms, () => {
      forget();
      resolve();
    });
  });

/**
 * Makes the retrier of one client: back-off with full jitter, hints that are never undercut, and a budget against storms.
 *
 * @param more - How often these codes are tried again, where the platform says so.
 */
export function createRetrier(
  option: number | RetryOptions = {},
  clock: Clock,
  random: Random,
  more: Readonly<Partial<Record<ErrorCode, number>>> = {},
): Retrier {
  const {
    limit = 2,
    base = 300,
    cap = seconds(20),
    jitter = true,
    refused = false,
  } = typeof option === 'number' ? { limit: option } : option;
  let budget = budgetSize;
  return {
    async run(call, safe, attempt, onRetry) {
      for (let retries = 0; ; retries += 1) {
        try {
          const result = await attempt();
          budget = Math.min(budgetSize, budget + Math.max(retries, refund));
          return result;
        } catch (error) {
          if (
            call.failure ||
            !isTipstreamError(error) ||
            !(retries < Math.min(limit, more[error.code] ?? (passing.includes(error.code) ? limit : 0))) ||
            budget < 1
          )
            throw error;
          const { status, retryAfterMs, rateLimit } = error;
          // Refused with calls left, and no word of when: this is another limit, and no wait is known that would help.
          if (status === 429 && rateLimit?.remaining && retryAfterMs === undefined) throw error;
          const turnedAway = refused && (status === 429 || status === 503) && retryAfterMs !== undefined;
          if (!safe && error.sent !== 'no' && !turnedAway) throw error;
          const longest = Math.min(cap, base * 2 ** retries);
          const wait = Math.max(jitter ? random() * longest : longest, retryAfterMs ?? 0);
          const { deadlineAt } = call.facts;
          // Sleeping towards a deadline that is certain to be missed helps nobody.
          if (deadlineAt !== undefined && clock.now() + wait >= deadlineAt) throw error;
          budget -= 1;
          onRetry(error, wait);
          await pause(call, clock, wait);
        }
      }
    },
  };
}
