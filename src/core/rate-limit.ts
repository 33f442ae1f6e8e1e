import type { RateLimit } from './errors.ts';

/** The rate limit in the headers of an answer (XS-2), times on the clock of the client. `now` is the client's Unix time in ms. */
export function readRateLimit(_headers: Headers, _now: number): RateLimit | undefined {
  return undefined;
}

/** The wait that an answer asks for, in ms, 0 or more; dates are measured against the answer's own `Date` (EV-17). */
export function readRetryAfter(_headers: Headers, _body: unknown, _now: number): number | undefined {
  return undefined;
}
