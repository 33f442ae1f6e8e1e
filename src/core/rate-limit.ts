import type { RateLimit } from './errors.ts';
import { readDate } from './timestamp.ts';

/** What a header says in the words of its own form; NaN is what it does not say. */
export interface RateWords {
  limit: number;
  remaining: number;
  /** Milliseconds from now. */
  reset: number;
}

/** Reads the combined header; `readRateFields`, for platforms that may send it. */
export type ReadRateWords = (headers: Headers) => RateWords;

/** What a timer can wait, and longer than any honest hint: about 25 days. */
const longest = 2_147_483_647;

/** The values of a header that came once or several times. The comma of a date separates nothing. */
export const values = (headers: Headers, name: string): string[] =>
  headers.get(name)?.match(/(?:[a-z]{3}(?:[a-z]*day)?, )?[^\s,][^,]*/gi) ?? [];

/** Spelled out: a name that is put together for each answer costs more than to look for it. */
const names = {
  limit: ['x-ratelimit-limit', 'ratelimit-limit'],
  remaining: ['x-ratelimit-remaining', 'ratelimit-remaining'],
  reset: ['x-ratelimit-reset', 'ratelimit-reset'],
};

/** The number of `100`, `0.5`, `-3` or `100;w=60`; NaN is what nothing else is. */
export const numberOf = (value: string): number =>
  Number(/^-?(\d+(\.\d+)?|\.\d+)(?=\s*(;|$))/.exec(value)?.[0] ?? Number.NaN);

/** Milliseconds from `now` to a time printed as seconds from now, epoch in seconds or milliseconds, or date; these by the answer's own clock. */
const waitOf = (value: string, headers: Headers, now: number): number => {
  const amount = numberOf(value);
  if (amount <= 1e9) return amount < 0 ? Number.NaN : amount * 1000;
  const at = amount ? amount * (amount > 1e12 ? 1 : 1000) : readDate(value);
  return at === undefined ? Number.NaN : at - (readDate(headers.get('date') ?? '') ?? now);
};

/**
 * The rate limit in the headers of an answer (XS-2): `X-RateLimit-*` and `RateLimit-*`, else what `combined` read. Of what is said
 * twice the stricter counts; what is no number is ignored, a reset more than 25 days away too.
 *
 * @param now - When the answer came, Unix time in milliseconds on the client's clock; `resetAt` is on the same clock.
 */
export function readRateLimit(headers: Headers, now: number, combined?: RateWords): RateLimit | undefined {
  const pick = (field: keyof RateWords, choose: (...all: number[]) => number, read: (value: string) => number) => {
    let found = Number.NaN;
    for (const name of names[field])
      for (const value of values(headers, name)) {
        const each = read(value);
        if (!Number.isNaN(each)) found = Number.isNaN(found) ? each : choose(found, each);
      }
    return Number.isNaN(found) && combined ? combined[field] : found;
  };
  const limit = pick('limit', Math.min, numberOf);
  const remaining = pick('remaining', Math.min, numberOf);
  const reset = pick('reset', Math.max, (value) => waitOf(value, headers, now));
  const rate = {
    ...(Number.isFinite(limit) && { limit: Math.max(0, limit) }),
    ...(Number.isFinite(remaining) && { remaining: Math.max(0, remaining) }),
    ...(Math.abs(reset) <= longest && { resetAt: now + reset }),
  };
  return Object.keys(rate).length ? rate : undefined;
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/**
 * The wait that a failure asks for (EV-17): `Retry-After` in seconds, whole or not, or as date, `Retry-After-Ms`, or `retry_after` in
 * the body. The longest counts, so that none is undercut.
 *
 * @returns Milliseconds from now: 0 for a time that has passed, at most 2^31 - 1; `undefined` where nothing sensible is said.
 */
export function readRetryAfter(headers: Headers, body: unknown, now: number): number | undefined {
  const waits = [
    ...values(headers, 'retry-after'),
    ...values(headers, 'retry-after-ms').map((ms) => String(numberOf(ms) / 1000)),
    ...[body, member(body, 'details')].map((each) => {
      const said = member(each, 'retry_after');
      return typeof said === 'object' ? '' : String(said);
    }),
  ]
    .map((value) => waitOf(value, headers, now))
    .filter((wait) => !Number.isNaN(wait));
  return waits.length ? Math.min(longest, Math.max(0, ...waits)) : undefined;
}

/**
 * The wait until the window starts anew: for whoever has nothing left, or was refused as `limited` without a word of what is left. Who was
 * refused with calls left has met another limit; a time that has passed says nothing.
 */
export function untilReset(rateLimit: RateLimit | undefined, limited: boolean, now: number): number | undefined {
  const { remaining = limited ? 0 : 1, resetAt = 0 } = rateLimit ?? {};
  return remaining === 0 && resetAt > now ? resetAt - now : undefined;
}
