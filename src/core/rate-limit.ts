import type { RateLimit } from './errors.ts';
import { readDate } from './timestamp.ts';

/** What a timer can wait, and longer than any honest hint: about 25 days. */
const longest = 2 ** 31 - 1;

const present = <T>(value: T | undefined): value is T => value !== undefined;

/** The values of a header that came once or several times. The comma of a date separates nothing. */
const values = (headers: Headers, name: string): string[] =>
  headers.get(name)?.match(/(?:[a-z]{3}(?:[a-z]*day)?, )?[^\s,][^,]*/gi) ?? [];

/** The number of `100`, `0.5`, `-3` or `100;w=60`; nothing else is one. */
const number = (value: string): number | undefined => {
  const digits = /^-?\d*\.?\d+(?=\s*(;|$))/.exec(value);
  return digits ? Number(digits[0]) : undefined;
};

/** Milliseconds from `now` to a time printed as seconds from now, epoch in seconds or milliseconds, or date; these by the answer's own clock. */
const wait = (value: string, headers: Headers, now: number): number | undefined => {
  const amount = number(value);
  if (present(amount) && amount <= 1e9) return amount < 0 ? undefined : amount * 1000;
  const at = present(amount) ? amount * (amount > 1e12 ? 1 : 1000) : readDate(value);
  return present(at) ? at - (readDate(headers.get('date') ?? '') ?? now) : undefined;
};

/** `r` of `"name";r=5;t=1`, or `remaining` of the older `limit=10, remaining=5, reset=1`. */
const parameter = (text: string, name: string): number | undefined =>
  text ? number(new RegExp(`\\b(?:${name})=([^;,\\s]+)`).exec(text)?.[1] ?? '') : undefined;

/**
 * The rate limit in the headers of an answer (XS-2): `X-RateLimit-*`, `RateLimit-*`, or `RateLimit` with `RateLimit-Policy`. Of what is
 * said twice the stricter counts; what is no number is ignored, a reset more than 25 days away too.
 *
 * @param now - When the answer came, Unix time in milliseconds on the client's clock; `resetAt` is on the same clock.
 */
export function readRateLimit(headers: Headers, now: number): RateLimit | undefined {
  const combined = headers.get('ratelimit') ?? '';
  const left = (text: string): number => parameter(text, 'r|remaining') ?? Number.MAX_VALUE;
  const [strictest = ''] = (/limit=/.test(combined) ? [combined] : values(headers, 'ratelimit')).sort(
    (a, b) => left(a) - left(b),
  );
  const policies = values(headers, 'ratelimit-policy');
  const policy = policies.find((each) => each.split(';')[0] === strictest.split(';')[0]) ?? policies[0] ?? '';
  const all = (field: string, read: (value: string) => number | undefined, other: number | undefined): number[] => {
    const found = ['x-ratelimit-', 'ratelimit-']
      .flatMap((family) => values(headers, family + field).map(read))
      .filter(present);
    return found.length || !present(other) ? found : [other];
  };
  const limit = Math.min(
    ...all('limit', number, parameter(strictest, 'limit') ?? parameter(policy, 'q') ?? number(policy)),
  );
  const remaining = Math.min(...all('remaining', number, parameter(strictest, 'r|remaining')));
  const seconds = parameter(strictest, 't|reset');
  const reset = Math.max(...all('reset', (value) => wait(value, headers, now), seconds && seconds * 1000));
  const rate = {
    ...(limit < Number.POSITIVE_INFINITY && { limit: Math.max(0, limit) }),
    ...(remaining < Number.POSITIVE_INFINITY && { remaining: Math.max(0, remaining) }),
    ...(Math.abs(reset) <= longest && { resetAt: now + reset }),
  };
  return Object.keys(rate).length ? rate : undefined;
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/**
 * The wait that an answer asks for (EV-17): `Retry-After` in seconds, whole or not, or as date, `Retry-After-Ms`, or `retry_after` in
 * the body; failing these, the reset time where nothing is left. The longest counts, so that none is undercut.
 *
 * @returns Milliseconds from now: 0 for a time that has passed, at most 2^31 - 1; `undefined` where nothing sensible is said.
 */
export function readRetryAfter(headers: Headers, body: unknown, now: number): number | undefined {
  const said = [body, member(body, 'details')].map((each) => member(each, 'retry_after'));
  const waits = [
    ...values(headers, 'retry-after'),
    ...values(headers, 'retry-after-ms').map((ms) => String((number(ms) ?? -1) / 1000)),
    ...said.map((each) => (typeof each === 'object' ? '' : String(each))),
  ]
    .map((value) => wait(value, headers, now))
    .filter(present);
  if (!waits.length) {
    const { remaining, resetAt } = readRateLimit(headers, now) ?? {};
    if (remaining !== 0 || !present(resetAt)) return undefined;
    waits.push(resetAt - now);
  }
  return Math.min(longest, Math.max(0, ...waits));
}
