import type { RateLimit } from './errors.ts';
import { readDate } from './timestamp.ts';

/** What a timer can wait, and longer than any honest hint: about 25 days. */
const longest = 2 ** 31 - 1;

const present = <T>(value: T | undefined): value is T => value !== undefined;

/** The values of a header that came once or several times. The comma of a date separates nothing. */
const values = (headers: Headers, name: string): string[] =>
  headers
    .get(name)
    ?.match(/\s*(?:[a-z]{3,9}, )?[^,]+/gi)
    ?.map((value) => value.trim()) ?? [];

/** The number of `100`, `0.5`, `-3` or `100;w=60`; nothing else is one. */
const number = (value: string): number | undefined => {
  const digits = /^-?\d*\.?\d+(?=\s*(?:;|$))/.exec(value)?.[0];
  return digits === undefined ? undefined : Number(digits);
};

/** Milliseconds from `now` to a time printed as seconds from now, epoch in seconds or milliseconds, or date; these by the answer's own clock. */
const wait = (value: string, headers: Headers, now: number): number | undefined => {
  const amount = number(value);
  if (present(amount) && amount <= 1e9) return amount < 0 ? undefined : amount * 1000;
  const at = present(amount) ? amount * (amount > 1e12 ? 1 : 1000) : readDate(value, now);
  return at && at - (readDate(headers.get('date') ?? '', now) ?? now);
};

/** The numbers of one header family, e.g. `x-ratelimit-`. Of a header that came twice the stricter value counts. */
const readFamily = (headers: Headers, family: string, now: number): RateLimit => {
  const least = (field: string): number =>
    Math.min(
      ...values(headers, family + field)
        .map(number)
        .filter(present),
    );
  const limit = least('limit');
  const remaining = least('remaining');
  const reset = Math.max(
    ...values(headers, `${family}reset`)
      .map((value) => wait(value, headers, now))
      .filter(present),
  );
  return tidy(limit, remaining, reset, now);
};

/** Leaves out what was not said or makes no sense. */
const tidy = (limit = Number.NaN, remaining = Number.NaN, reset = Number.NaN, now = 0): RateLimit => ({
  ...(limit >= 0 && limit < Number.POSITIVE_INFINITY && { limit }),
  ...(remaining < Number.POSITIVE_INFINITY && { remaining: Math.max(0, remaining) }),
  ...(Math.abs(reset) <= longest && { resetAt: now + reset }),
});

/** `RateLimit: "name";r=50;t=30` with `RateLimit-Policy: "name";q=100;w=60`, or the older `limit=100, remaining=50, reset=30`: the strictest member. */
const readCombined = (headers: Headers, now: number): RateLimit => {
  const field = (text: string, name: string): number | undefined =>
    number(new RegExp(`(?:^|[;,\\s])(?:${name})=([^;,\\s]*)`, 'i').exec(text)?.[1] ?? '');
  const text = headers.get('ratelimit') ?? '';
  const policies = values(headers, 'ratelimit-policy');
  const members = (/remaining=/i.test(text) ? [text] : values(headers, 'ratelimit')).map((member) => {
    const policy = policies.find((each) => each.split(';')[0] === member.split(';')[0]) ?? policies[0] ?? '';
    const reset = field(member, 't|reset');
    const limit = field(member, 'limit') ?? field(policy, 'q') ?? number(policy);
    return tidy(limit, field(member, 'r|remaining'), reset && reset * 1000, now);
  });
  const left = ({ remaining = Number.MAX_VALUE }: RateLimit): number => remaining;
  return members.sort((a, b) => left(a) - left(b) || (b.resetAt ?? 0) - (a.resetAt ?? 0))[0] ?? {};
};

/**
 * The rate limit in the headers of an answer (XS-2): `X-RateLimit-*`, `RateLimit-*`, or `RateLimit` with `RateLimit-Policy`.
 * What is no number is ignored, a reset more than 25 days away too.
 *
 * @param now - When the answer came, Unix time in milliseconds on the client's clock; `resetAt` is on the same clock.
 */
export function readRateLimit(headers: Headers, now: number): RateLimit | undefined {
  const rate = {
    ...readCombined(headers, now),
    ...readFamily(headers, 'ratelimit-', now),
    ...readFamily(headers, 'x-ratelimit-', now),
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
  const said = [member(body, 'retry_after'), member(member(body, 'details'), 'retry_after')];
  const inBody = said.filter((value) => typeof value === 'number' || typeof value === 'string');
  const waits = [
    ...[...values(headers, 'retry-after'), ...inBody.map(String)].map((value) => wait(value, headers, now)),
    ...values(headers, 'retry-after-ms')
      .map(number)
      .filter((ms) => present(ms) && ms >= 0),
  ].filter(present);
  const rate = waits.length ? undefined : readRateLimit(headers, now);
  if (rate?.remaining === 0 && present(rate.resetAt)) waits.push(rate.resetAt - now);
  return waits.length ? Math.min(longest, Math.max(0, ...waits)) : undefined;
}
