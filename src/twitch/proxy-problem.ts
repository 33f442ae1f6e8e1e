import { readRateLimit } from '../core/rate-limit.ts';
import type { ReadProblem } from '../core/status.ts';
import { seconds } from '../core/time.ts';
import { isWire } from '../stream/tip-wire.ts';
import { readTwitchProblem } from './problem.ts';

/** The wait after "too many" that nobody says the length of. */
const unsaidWait = seconds(1);

/** What the proxy says of an answer of Twitch, e.g. `twitch API error: 401 Unauthorized - {"message":"Invalid OAuth token"}`. */
const passedOn = /twitch API error:\s*([1-5]\d\d)\b[^{]*(\{.*\})?/is;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Twitch's own status, in a text that holds it or in a body that repeats it. */
function meant(text: string, body: unknown): { status?: number; inner?: string | undefined } {
  const [, code, inner] = passedOn.exec(text) ?? [];
  if (code !== undefined) return { status: Number(code), inner };
  return isWire(body) && typeof body.status === 'number' && body.status > 399 && body.status < 600
    ? { status: body.status }
    : {};
}

/**
 * Reads what the proxy says of a failure: Helix's own JSON, passed on; a line of plain text of the proxy; or nothing. Twitch's status,
 * where it is named, is believed before an HTTP status that is the proxy's own (200 or 5xx).
 */
export function readProxyProblem(status: number, headers: Headers, text: string, body: unknown): ReadProblem {
  const found = status < 300 || status > 499 ? meant(text, body) : {};
  const said = found.status ?? status;
  const limited = /rate limit context error/i.test(text);
  const problem = found.inner
    ? readTwitchProblem(said, headers, found.inner, parsed(found.inner))
    : readTwitchProblem(said, headers, text, body);
  if ((limited || said === 429) && problem.retryAfterMs === undefined && !readRateLimit(headers, 0)?.resetAt)
    problem.retryAfterMs = unsaidWait;
  const means = limited ? 'RATE_LIMITED' : said < 300 ? 'SCHEMA' : problem.means;
  return Object.defineProperties(problem, { means: { value: means }, status: { value: said } });
}
