import type { ErrorCode, Problem } from './errors.ts';
import { oneLine } from './words.ts';

/** What an error reader made of an answer. */
export interface ReadProblem extends Problem {
  /** The code that the upstream's own words stand for, where they are known. Not enumerable. */
  means?: ErrorCode;
  /** What to do, where the upstream's own words tell it better than the code. Not enumerable. */
  advice?: string;
  /** The status that counts, where a proxy says in words what the upstream behind it answered. Not enumerable. */
  status?: number;
}

/** What to do about an error, by its code. */
export type Advice = Readonly<Partial<Record<ErrorCode, string>>>;

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION',
  401: 'AUTH',
  402: 'INSUFFICIENT_BALANCE',
  403: 'PERMISSION',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  422: 'VALIDATION',
  429: 'RATE_LIMITED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

/** The `code` of an error: what the upstream calls it where that is known, else by status (XS-1). A failure said with a 2xx is `UPSTREAM`. */
export const errorCodeOf = (status: number, problem?: ReadProblem): ErrorCode =>
  problem?.means ?? codes[status] ?? (status > 499 ? 'SERVER' : status < 300 ? 'UPSTREAM' : 'HTTP');

const general: Advice = {
  AUTH: 'the credential is refused; make a new one',
  PERMISSION: 'the credential may not do this; check its scopes',
  NOT_FOUND: 'no such thing; check the address and its names',
  RATE_LIMITED: 'too many requests',
  SERVER: 'the upstream failed',
  UNAVAILABLE: 'the upstream is not available',
};

/** What an answer that is an error means: the platform's advice or ours, the wait, and what the upstream itself says. */
export function explain(code: ErrorCode, own: Advice = {}, problem?: ReadProblem, retryAfterMs?: number): string {
  const wait = retryAfterMs === undefined ? '' : `; wait ${Math.ceil(retryAfterMs / 100) / 10} s`;
  const said = problem?.message ? ` (upstream: ${oneLine(problem.message)})` : '';
  return (problem?.advice ?? own[code] ?? general[code] ?? 'the upstream refused') + wait + said;
}
