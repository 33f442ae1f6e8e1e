import { readProblem } from '../core/problem.ts';
import type { ReadProblem } from '../core/status.ts';

/** Reads what Twitch says of a failure. */
export function readTwitchProblem(status: number, headers: Headers, text: string, body: unknown): ReadProblem {
  return readProblem(status, headers, text, body);
}
