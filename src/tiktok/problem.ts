import type { Problem } from '../core/errors.ts';
import { readProblem } from '../core/problem.ts';
import type { ReadProblem } from '../core/status.ts';
import { seconds } from '../core/time.ts';

/** Where a field stands, in our words: the place that it was sent in does not matter (TT-31). */
const placed = (path: string): string => path.replace(/^(?:body|query|path)\./, '');

const isList = (body: unknown): body is { detail: unknown[] } => Array.isArray(Object(body).detail);

/** Reads any of the seven forms in which the service says that it failed (TT-30). */
export function readTikTokProblem(status: number, headers: Headers, text: string, body: unknown): Problem {
  const problem = readProblem(status, headers, text, body);
  const { fields, message, means } = problem;
  const hidden = (name: keyof ReadProblem, value: unknown): void =>
    void Object.defineProperty(problem, name, { value, configurable: true });
  if (fields && isList(body)) {
    problem.fields = fields.map((field) => ({ ...field, path: placed(field.path) }));
    problem.message = placed(message);
    // The list as it came says where each field was sent.
    hidden('details', body.detail);
  }
  // TT-32: whoever is refused without a word waits a second.
  const said = ['retry-after', 'x-ratelimit-reset', 'ratelimit-reset', 'ratelimit'].some((name) => headers.has(name));
  if (status === 429 && problem.retryAfterMs === undefined && !said) problem.retryAfterMs = seconds(1);
  // Its own status says of the room what another's says of the server (TT-17).
  if (means === undefined && notLive.test(message)) {
    problem.reason = 'NOT_LIVE';
    hidden('means', 'UPSTREAM');
  }
  return problem;
}

/** TT-17: the one text that something depends on. */
const notLive = /^Failed to connect to @/;
