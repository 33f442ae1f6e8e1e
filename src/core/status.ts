import type { ErrorCode, Problem } from './errors.ts';

/** What an error reader made of an answer. */
export interface ReadProblem extends Problem {
  /** The code that the upstream's own words stand for, where they are known. Not enumerable. */
  means?: ErrorCode;
}

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
