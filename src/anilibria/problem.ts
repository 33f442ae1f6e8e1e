import type { ProblemReader } from '../core/endpoint.ts';
import { readProblem } from '../core/problem.ts';
import type { ReadProblem } from '../core/status.ts';
import { minutes } from '../core/time.ts';

/** What the service says of a token, in words that its own code has and no translator touches. */
const reasons: readonly [RegExp, string][] = [
  [/^(token expired|TOKEN_EXPIRED)$/i, 'expired'],
  [/^(invalid token|INVALID_TOKEN)$/i, 'invalid'],
];

/** Reads the service's own errors, FastAPI's, slowapi's, and those of the proxy in front (AL-19, AL-20). */
export const readAnilibriaProblem: ProblemReader = (status, headers, text, body): ReadProblem => {
  const problem = readProblem(status, headers, text, body);
  const reason =
    status === 401 && reasons.find(([words]) => words.test(problem.code ?? '') || words.test(problem.message));
  if (reason) problem.reason = reason[1];
  // slowapi counts a window of a minute and says no header of its own: nobody who waits that long is refused again.
  if (status === 429 && !/ratelimit-reset/.test([...headers.keys()].join())) problem.retryAfterMs ??= minutes(1);
  return problem;
};
