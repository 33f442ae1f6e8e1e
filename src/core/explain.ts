import type { ErrorCode, Problem } from './errors.ts';

/** What to do about an answer that is no success, where the platform says nothing better. */
const advice: Readonly<Partial<Record<ErrorCode, string>>> = {
  AUTH: 'the credential is refused; make a new one',
  PERMISSION: 'the credential may not do this; check its scopes',
  NOT_FOUND: 'no such thing; check the address and its names',
  RATE_LIMITED: 'too many requests',
  SERVER: 'the upstream failed',
  UNAVAILABLE: 'the upstream is not available',
};

/** The sentence of an error that is an answer: status, what to do, and what the upstream itself says. */
export function explain(
  status: number,
  code: ErrorCode,
  own: Readonly<Partial<Record<ErrorCode, string>>> = {},
  problem?: Problem,
  retryAfterMs?: number,
): string {
  const wait = retryAfterMs === undefined ? '' : `; wait ${Math.ceil(retryAfterMs / 100) / 10} s`;
  return `${status}, ${own[code] ?? advice[code] ?? 'the upstream refused'}${wait}${problem?.message ? ` (upstream: ${problem.message})` : ''}`;
}
