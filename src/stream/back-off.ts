import type { TipstreamError } from '../core/errors.ts';
import { seconds } from '../core/time.ts';

/** The waits after one, two, ... timeouts or server errors in a row; the last one stays (EV-15). */
export const timeoutWaits: readonly number[] = [5, 10, 20, 40, 60].map(seconds);
/** The wait after a connection that could not be made or broke (EV-16). */
const connectionWait = seconds(10);
/** The wait after a 429 that does not say how long (EV-17). */
const rateLimitWait = seconds(30);

/** How long a poller waits after a failure, in milliseconds; a wait that the upstream asked for is never cut short. */
export function waitAfter(error: TipstreamError, timeoutsBefore: number, interval: number): number {
  const asked = error.retryAfterMs ?? 0;
  switch (error.code) {
    case 'RATE_LIMITED':
      return Math.max(error.retryAfterMs ?? rateLimitWait, 2 * interval);
    case 'TIMEOUT':
    case 'SERVER':
    case 'UNAVAILABLE':
      return Math.max(asked, timeoutWaits[Math.min(timeoutsBefore, timeoutWaits.length - 1)] ?? 0);
    case 'NETWORK':
      return Math.max(asked, connectionWait);
    default:
      return Math.max(asked, interval);
  }
}

/** Whether a failure lengthens the row of `timeoutWaits`. */
export const isTimeoutLike = (error: TipstreamError): boolean =>
  error.code === 'TIMEOUT' || error.code === 'SERVER' || error.code === 'UNAVAILABLE';
