import { expect, test } from 'vitest';
import { calculateSafeInterval, rateLimits } from '../src/rate-limits.ts';

test('EV-22 the documented limits are constants', () => {
  expect(rateLimits).toEqual({
    chaturbate: {
      perMinute: 120,
      burst: true,
      headers: ['X-RateLimit-Remaining'],
      interval: 5000,
      requestsPerMinute: 12,
      safeInterval: 750,
    },
    stripchat: {
      perMinute: 100,
      burst: false,
      headers: ['X-RateLimit-Limit', 'X-RateLimit-Remaining'],
      interval: 5000,
      requestsPerMinute: 12,
      safeInterval: 900,
    },
    camsoda: { perMinute: 60, burst: true, headers: [], interval: 10_000, requestsPerMinute: 6, safeInterval: 1500 },
  });
  for (const value of [rateLimits, ...Object.values(rateLimits), rateLimits.stripchat.headers])
    expect(Object.isFrozen(value)).toBe(true);
});

test('EV-27 the safe interval is half as long again as the limit asks for, in seconds', () => {
  expect([120, 100, 60].map(calculateSafeInterval)).toEqual([0.75, 0.9, 1.5]);
});

test('EV-27 a rate that is no rate is a RangeError', () => {
  for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(() => calculateSafeInterval(rate), String(rate)).toThrow(RangeError);
});
