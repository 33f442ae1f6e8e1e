import { seconds } from './core/time.ts';

/** What is documented of one platform's limits. Durations in milliseconds. */
export interface PlatformRateLimit {
  /** Requests in a minute, about. */
  readonly perMinute: number;
  /** Whether several may come at once. */
  readonly burst: boolean;
  /** The headers that tell how many are left. */
  readonly headers: readonly string[];
  /** How often a stream asks by default. */
  readonly interval: number;
  /** What that makes in a minute. */
  readonly requestsPerMinute: number;
  /** The shortest interval that keeps a third of the limit free. */
  readonly safeInterval: number;
}

/**
 * The shortest sensible time between two requests, in **seconds**: half as long again as the limit asks for (EV-27).
 *
 * @param perMinute - Requests allowed in a minute.
 * @throws RangeError unless `perMinute` is finite and above 0
 * @example
 * ```ts
 * import { calculateSafeInterval, seconds } from 'tipstream';
 * console.log(seconds(calculateSafeInterval(120))); // 750 ms
 * ```
 */
export function calculateSafeInterval(perMinute: number): number {
  if (!(perMinute > 0 && Number.isFinite(perMinute)))
    throw new RangeError(
      `calculateSafeInterval: ${perMinute} is no number of requests in a minute; give a finite number above 0`,
    );
  // 60 / perMinute * 1.5, without its rounding: 100 gives 0.9 exactly.
  return 90 / perMinute;
}

const limits = (perMinute: number, burst: boolean, headers: readonly string[], interval: number): PlatformRateLimit =>
  Object.freeze({
    perMinute,
    burst,
    headers: Object.freeze(headers),
    interval,
    requestsPerMinute: 60_000 / interval,
    safeInterval: seconds(calculateSafeInterval(perMinute)),
  });

/** The documented limits of the polled platforms (EV-22). The clients keep them by themselves; this is for what stands beside them. */
export const rateLimits: Readonly<Record<'chaturbate' | 'stripchat' | 'camsoda', PlatformRateLimit>> =
  /* @__PURE__ */ (() =>
    Object.freeze({
      chaturbate: limits(120, true, ['X-RateLimit-Remaining'], seconds(5)),
      stripchat: limits(100, false, ['X-RateLimit-Limit', 'X-RateLimit-Remaining'], seconds(5)),
      camsoda: limits(60, true, [], seconds(10)),
    }))();
