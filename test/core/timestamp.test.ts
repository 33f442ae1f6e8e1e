import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDate, readTimestamp } from '../../src/core/timestamp.ts';

const now = Date.UTC(2026, 10, 22);
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** A time in whole seconds, in the forms of RFC 9110. */
const forms = (at: number): Record<'fixed' | 'rfc850' | 'asctime', string> => {
  const date = new Date(at);
  const day = days[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const number = date.getUTCDate();
  const year = date.getUTCFullYear();
  return {
    fixed: `${day.slice(0, 3)}, ${two(number)} ${month} ${year} ${time} GMT`,
    rfc850: `${day}, ${two(number)}-${month}-${two(year % 100)} ${time} GMT`,
    asctime: `${day.slice(0, 3)} ${month} ${String(number).padStart(2, ' ')} ${time} ${year}`,
  };
};

const whole = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: from / 1000, max: to / 1000 }).map((s) => s * 1000);

describe('timestamp', () => {
  test('core-7 reads the three forms of an HTTP date, all as UTC', () => {
    const at = Date.UTC(1994, 10, 6, 8, 49, 37);
    expect(readDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(at);
    expect(readDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(at);
    expect(readDate('Sun Nov  6 08:49:37 1994')).toBe(at);
    fc.assert(
      fc.property(whole(Date.UTC(1980, 0, 1), Date.UTC(2049, 0, 1)), (time) => {
        const { fixed, rfc850, asctime } = forms(time);
        expect([readDate(fixed), readDate(rfc850), readDate(asctime)]).toEqual([time, time, time]);
      }),
    );
  });

  test('XS-12 reads ISO 8601 with and without milliseconds, and without offset as UTC', () => {
    const at = Date.UTC(2025, 0, 6, 12);
    for (const text of [
      '2025-01-06T12:00:00.000Z',
      '2025-01-06T12:00:00Z',
      '2025-01-06T12:00:00',
      '2025-01-06 12:00:00',
      '2025-01-06T12:00',
    ])
      expect(readTimestamp(text), text).toBe(at);
    expect(readTimestamp('2025-01-06T12:00:00.250')).toBe(at + 250);
    expect(readTimestamp('2025-01-06T15:00:00+03:00')).toBe(at);
    expect(readTimestamp('2025-01-06T15:00:00+0300')).toBe(at);
    expect(readTimestamp('2025-01-06')).toBe(Date.UTC(2025, 0, 6));
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(now), noInvalidDate: true }), (date) => {
        expect(readTimestamp(date.toISOString())).toBe(date.getTime());
        expect(readTimestamp(date.toISOString().slice(0, -1))).toBe(date.getTime());
      }),
    );
  });

  test('XS-12 tells epoch seconds from epoch milliseconds, as number and as text', () => {
    expect(readTimestamp(1_736_164_800)).toBe(1_736_164_800_000);
    expect(readTimestamp(1_736_164_800_123)).toBe(1_736_164_800_123);
    expect(readTimestamp('1736164800.5')).toBe(1_736_164_800_500);
    expect(readTimestamp(0)).toBe(0);
  });

  test('XS-12 gives undefined, and never throws, for what is no time', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1e300,
      '9'.repeat(30),
      -1,
      '',
      'soon',
      '2025-13-45T99:99:99Z',
      'Sun, 06 Xxx 1994 08:49:37 GMT',
      null,
      {},
      true,
    ])
      expect(readTimestamp(value), String(value)).toBeUndefined();
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const at = readTimestamp(value);
        expect(at === undefined || !Number.isNaN(new Date(at).getTime())).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const at = readDate(text);
        expect(at === undefined || Number.isFinite(at)).toBe(true);
      }),
    );
  });
});
