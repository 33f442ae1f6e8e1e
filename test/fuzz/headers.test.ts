import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passed } from '../../src/adapters/twitch-proxy/failure.ts';
import { bareError } from '../../src/core/bare-error.ts';
import { readDeprecation } from '../../src/core/deprecation.ts';
import { readNetworkFailure } from '../../src/core/network.ts';
import { readRateFields } from '../../src/core/rate-fields.ts';
import { readRateLimit, readRetryAfter, untilReset } from '../../src/core/rate-limit.ts';
import { readDate, readTimestamp } from '../../src/core/timestamp.ts';
import { json, text, tries } from './setting.ts';

const names = [
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'retry-after',
  'retry-after-ms',
  'date',
  'deprecation',
  'sunset',
  'link',
];

const value = fc.oneof(
  text(),
  fc.integer().map(String),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom(
    'limit=10, remaining=5, reset=1',
    '"a";r=5;t=1, "b";r=1e999;t=-5',
    '"a";q=10;w=60',
    '10, 20',
    '1;w=1',
    '@1688169599',
    '@-99999999999',
    '<https://a.example>; rel="sunset"',
  ),
);

/** Headers with anything in them that a header can hold. */
const headers = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 }).map((pairs) => {
  const made = new Headers();
  for (const [name, said] of pairs) {
    try {
      made.append(name, said);
    } catch {
      // No server can send it.
    }
  }
  return made;
});

const now = Date.UTC(2026, 0, 1);
const longest = 2 ** 31 - 1;

describe('headers of any answer', () => {
  it('XS-2 say of a rate limit finite numbers that can be waited for, or nothing', () => {
    fc.assert(
      fc.property(headers, (all) => {
        const rate = readRateLimit(all, now, readRateFields(all)) ?? {};
        for (const each of Object.values(rate)) expect(Number.isFinite(each)).toBe(true);
        expect(rate.limit ?? 0).toBeGreaterThanOrEqual(0);
        expect(rate.remaining ?? 0).toBeGreaterThanOrEqual(0);
        expect(Math.abs((rate.resetAt ?? now) - now)).toBeLessThanOrEqual(longest);
        const wait = untilReset(rate, true, now) ?? 0;
        expect(wait >= 0 && wait <= longest).toBe(true);
      }),
      tries(1500),
    );
  });

  it('EV-17 ask with a body of any kind for a wait from 0 to 25 days, or for none', () => {
    fc.assert(
      fc.property(headers, json(['retry_after', 'details']), (all, body) => {
        const wait = readRetryAfter(all, body, now);
        expect(wait === undefined || (wait >= 0 && wait <= longest)).toBe(true);
      }),
      tries(1500),
    );
  });

  it('say of their end a sentence of one line, or nothing', () => {
    fc.assert(
      fc.property(headers, (all) => {
        const said = readDeprecation(all);
        expect(said === undefined || (typeof said === 'string' && !/[\r\n]/.test(said))).toBe(true);
      }),
      tries(800),
    );
  });

  it('of Twitch that the proxy passes on are harmless', () => {
    fc.assert(
      fc.property(headers, (all) => {
        for (const each of passed(all)) expect(each).toMatch(/^[\w :,;=.+-]{1,100}$/);
      }),
      tries(500),
    );
  });
});

describe('a time that an upstream prints', () => {
  it('XS-12 is a finite number of milliseconds, or none', () => {
    const printed = fc.oneof(text(), value, json(), fc.anything());
    fc.assert(
      fc.property(printed, (said) => {
        const at = readTimestamp(said);
        expect(at === undefined || (Number.isFinite(at) && (typeof said !== 'object' || said === null))).toBe(true);
        if (typeof said === 'string') expect(Number.isNaN(readDate(said) ?? 0)).toBe(false);
      }),
      tries(3000),
    );
  });

  it('XS-12 of a date is the date', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(1e12), max: new Date(4e12), noInvalidDate: true }), (date) => {
        expect(readTimestamp(date.toISOString())).toBe(date.getTime());
        expect(readDate(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
      tries(500),
    );
  });
});

describe('whatever fetch throws', () => {
  it('core-1 is rebuilt without what it held, and has a code', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.record({
        name: text(),
        message: fc.oneof(text(), fc.anything()),
        code: fc.anything(),
        cause: fc.anything(),
        errors: fc.anything(),
        request: fc.constant('not-a-secret-token'),
      }),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        const bare = bareError(error, (said) => said);
        expect(bare).toBeInstanceOf(Error);
        expect(Reflect.get(bare, 'request')).toBeUndefined();
        expect(['NETWORK', 'TLS']).toContain(readNetworkFailure(bare).code);
      }),
      tries(1500),
    );
  });
});
