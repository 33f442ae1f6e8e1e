import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRateFields } from '../../src/core/rate-fields.ts';
import { numberOf, readRateLimit, readRetryAfter, untilReset } from '../../src/core/rate-limit.ts';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);
const date = (at: number): string => new Date(at).toUTCString();
const rate = (headers: Record<string, string>) => {
  const all = new Headers(headers);
  return readRateLimit(all, now, readRateFields(all));
};
const retry = (headers: Record<string, string>, body?: unknown): number | undefined =>
  readRetryAfter(new Headers(headers), body, now) ?? untilReset(rate(headers), false, now);
const longest = 2 ** 31 - 1;

/** Text that a server may print where a number is due. */
const junk = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom(
    '',
    '-1',
    'NaN',
    'Infinity',
    '1e400',
    '0x10',
    ';;;',
    '=',
    ',,',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    '"',
    '1;w=',
    'limit=',
    'remaining=x',
  ),
  fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) }),
);

describe('rate limit', () => {
  test('XS-2 reads limit, remaining and reset of both families, whatever their case', () => {
    const seen = { limit: 100, remaining: 45, resetAt: now + 30_000 };
    expect(rate({ 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '45', 'X-RateLimit-Reset': '30' })).toEqual(
      seen,
    );
    expect(rate({ 'Ratelimit-Limit': '100', 'Ratelimit-Remaining': '45', 'Ratelimit-Reset': '30' })).toEqual(seen);
    expect(rate({ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '45', 'ratelimit-reset': '30' })).toEqual(
      seen,
    );
    expect(rate({ 'x-ratelimit-remaining': '7' })).toEqual({ remaining: 7 });
    expect(rate({ 'content-type': 'application/json' })).toBeUndefined();
  });

  test('XS-2 takes a reset above 1e12 as epoch milliseconds, above 1e9 as epoch seconds, else as seconds from now, and dates', () => {
    const at = now + 90_000;
    const headers = (reset: string) => ({ date: date(now), 'x-ratelimit-reset': reset });
    for (const reset of [String(at), String(at / 1000), '90', date(at), new Date(at).toISOString()])
      expect(rate(headers(reset)), reset).toEqual({ resetAt: at });
  });

  test('core-7 measures resets that name a point in time by the clock of the answer', () => {
    const ahead = 3_600_000;
    expect(rate({ date: date(now + ahead), 'x-ratelimit-reset': String((now + ahead + 20_000) / 1000) })).toEqual({
      resetAt: now + 20_000,
    });
    expect(rate({ date: date(now - ahead), 'x-ratelimit-reset': '20' })).toEqual({ resetAt: now + 20_000 });
  });

  test('XS-2 reads the combined header, and of several policies the strictest', () => {
    expect(rate({ ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' })).toEqual({
      limit: 100,
      remaining: 50,
      resetAt: now + 30_000,
    });
    expect(
      rate({
        ratelimit: '"burst";r=5;t=1, "day";r=0;t=3600',
        'ratelimit-policy': '"burst";q=10;w=1, "day";q=1000;w=86400',
      }),
    ).toEqual({
      limit: 1000,
      remaining: 0,
      resetAt: now + 3_600_000,
    });
    expect(rate({ ratelimit: 'limit=100, remaining=50, reset=30', 'ratelimit-policy': '100;w=60' })).toEqual({
      limit: 100,
      remaining: 50,
      resetAt: now + 30_000,
    });
    expect(rate({ ratelimit: '"default";r=3', 'ratelimit-policy': '20;w=1' })).toEqual({ limit: 20, remaining: 3 });
  });

  test('XS-2 of a header that came twice the stricter value counts', () => {
    const headers = new Headers();
    for (const value of ['10', '4']) headers.append('x-ratelimit-remaining', value);
    for (const value of ['10', '60']) headers.append('x-ratelimit-reset', value);
    expect(readRateLimit(headers, now)).toEqual({ remaining: 4, resetAt: now + 60_000 });
    expect(rate({ 'x-ratelimit-remaining': 'plenty, 4' })).toEqual({ remaining: 4 });
    expect(rate({ 'x-ratelimit-remaining': '3', ratelimit: '"default";r=50' })).toEqual({ remaining: 3 });
  });

  test('EV-26 ignores what is no number', () => {
    expect(
      rate({ 'x-ratelimit-remaining': 'plenty', 'x-ratelimit-limit': 'NaN', 'x-ratelimit-reset': 'later' }),
    ).toBeUndefined();
    expect(rate({ 'x-ratelimit-remaining': '-3' })).toEqual({ remaining: 0 });
    expect(rate({ 'x-ratelimit-reset': '999999999', 'x-ratelimit-remaining': '0' })).toEqual({ remaining: 0 });
  });

  test('XS-2 gives only sensible numbers, whatever the headers say', () => {
    const names = [
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'ratelimit',
      'ratelimit-policy',
      'date',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), junk), (headers) => {
        const { limit = 0, remaining = 0, resetAt = now } = rate(headers) ?? {};
        expect(limit >= 0 && Number.isFinite(limit)).toBe(true);
        expect(remaining >= 0 && Number.isFinite(remaining)).toBe(true);
        expect(Math.abs(resetAt - now)).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 500 },
    );
  });
});

describe('retry after', () => {
  test('EV-17 core-7 reads whole seconds, fractions and milliseconds', () => {
    expect(retry({ 'retry-after': '30' })).toBe(30_000);
    expect(retry({ 'retry-after': '1.5' })).toBe(1500);
    expect(retry({ 'retry-after': '0' })).toBe(0);
    expect(retry({ 'retry-after-ms': '250' })).toBe(250);
    expect(retry({})).toBeUndefined();
  });

  test('EV-17 core-7 reads the three forms of a date, by the clock of the answer and not by ours', () => {
    const server = Date.UTC(1994, 10, 6, 8, 49, 7);
    for (const value of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
      expect(retry({ date: date(server), 'retry-after': value }), value).toBe(30_000);
    expect(retry({ 'retry-after': date(now + 45_000) })).toBe(45_000);
  });

  test('core-7 a time that has passed is no wait, a negative number is no hint', () => {
    expect(retry({ 'retry-after': date(now - 60_000) })).toBe(0);
    expect(retry({ 'retry-after': '-5' })).toBeUndefined();
    expect(retry({ 'retry-after-ms': '-5' })).toBeUndefined();
    expect(retry({ 'retry-after': 'soon' })).toBeUndefined();
  });

  test('core-7 an absurd hint is held to what a timer can wait, and never overflows into none', () => {
    expect(retry({ 'retry-after': '999999999' })).toBe(longest);
    expect(retry({ 'retry-after-ms': '99999999999999' })).toBe(longest);
    expect(retry({ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' })).toBe(longest);
  });

  test('core-7 seconds since 1970 in place of a wait are a point in time', () => {
    expect(retry({ date: date(now), 'retry-after': String(now / 1000 + 20) })).toBe(20_000);
  });

  test('core-6 of several hints the longest counts, so that none is undercut', () => {
    const twice = new Headers();
    for (const value of ['5', '40']) twice.append('retry-after', value);
    expect(readRetryAfter(twice, undefined, now)).toBe(40_000);
    twice.append('retry-after', date(now + 50_000));
    expect(readRetryAfter(twice, undefined, now)).toBe(50_000);
    expect(retry({ 'retry-after': '2', 'retry-after-ms': '2500' })).toBe(2500);
    expect(retry({ 'retry-after': '2' }, { retry_after: 45.2 })).toBe(45_200);
  });

  test('core-7 reads the wait in a body', () => {
    expect(retry({}, { error: 'RATE_LIMIT_EXCEEDED', retry_after: 45.2 })).toBe(45_200);
    expect(retry({}, { details: { retry_after: 3 } })).toBe(3000);
    expect(retry({}, { retry_after: '7' })).toBe(7000);
    for (const body of [
      null,
      'text',
      5,
      [],
      { retry_after: null },
      { retry_after: {} },
      { retry_after: { toString: null } },
      { retry_after: -1 },
      { retry_after: Number.NaN },
      { details: null },
    ])
      expect(retry({}, body), JSON.stringify(body)).toBeUndefined();
  });

  test('core-6 without a hint the reset counts, but only where nothing is left', () => {
    expect(retry({ 'ratelimit-remaining': '0', 'ratelimit-reset': '12' })).toBe(12_000);
    expect(retry({ 'ratelimit-remaining': '3', 'ratelimit-reset': '12' })).toBeUndefined();
    expect(retry({ 'retry-after': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '12' })).toBe(1000);
  });

  test('core-6 a reset that has passed, or that comes with a refusal while calls are left, says nothing', () => {
    const passed = { 'x-ratelimit-remaining': '0', date: date(now), 'x-ratelimit-reset': String(now / 1000 - 60) };
    expect(retry(passed)).toBeUndefined();
    const left = rate({ 'ratelimit-remaining': '3', 'ratelimit-reset': '12' });
    expect(untilReset(left, true, now)).toBeUndefined();
    expect(untilReset(rate({ 'ratelimit-reset': '12' }), true, now)).toBe(12_000);
    expect(untilReset(rate({ 'ratelimit-reset': '12' }), false, now)).toBeUndefined();
  });

  test('core-7 is undefined or a wait that a timer can keep, whatever the answer says', () => {
    const names = ['retry-after', 'retry-after-ms', 'date', 'x-ratelimit-reset', 'x-ratelimit-remaining'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), junk), fc.anything(), (headers, body) => {
        const wait = retry(headers, body);
        expect(wait === undefined || (wait >= 0 && wait <= longest)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test('core-10 a header of 200 kB is read in no time', () => {
  const began = performance.now();
  for (const text of [`${'1'.repeat(200_000)}x`, `1${' '.repeat(200_000)}x`, '1.'.repeat(100_000)])
    expect(numberOf(text)).toBeNaN();
  expect(performance.now() - began).toBeLessThan(1000);
  expect([' ', '5', '-3', '.5', '0.5', '100;w=60', '100 ; w=60', '5x'].map(numberOf)).toEqual([
    ...[Number.NaN, 5, -3, 0.5, 0.5, 100, 100, Number.NaN],
  ]);
});
