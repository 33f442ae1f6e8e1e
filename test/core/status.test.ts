import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCodeOf, explain } from '../../src/core/status.ts';

test('XS-1 a status has one code', () => {
  const table = {
    200: 'UPSTREAM',
    302: 'HTTP',
    400: 'VALIDATION',
    401: 'AUTH',
    402: 'INSUFFICIENT_BALANCE',
    403: 'PERMISSION',
    404: 'NOT_FOUND',
    408: 'TIMEOUT',
    409: 'CONFLICT',
    418: 'HTTP',
    422: 'VALIDATION',
    429: 'RATE_LIMITED',
    500: 'SERVER',
    501: 'SERVER',
    502: 'UNAVAILABLE',
    503: 'UNAVAILABLE',
    504: 'UNAVAILABLE',
    599: 'SERVER',
  };
  for (const [status, code] of Object.entries(table)) expect(errorCodeOf(Number(status)), status).toBe(code);
});

test('XS-1 what the upstream’s own words stand for counts more than the status', () => {
  expect(errorCodeOf(400, { message: 'x', means: 'INSUFFICIENT_BALANCE' })).toBe('INSUFFICIENT_BALANCE');
  expect(errorCodeOf(400, { message: 'x', code: 'SOMETHING_ELSE' })).toBe('VALIDATION');
});

test('XS-1 every status has a code', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), (status) => {
      expect(errorCodeOf(status)).toMatch(/^[A-Z_]+$/);
    }),
  );
});

test('EV-46 what the upstream says stays one line of a message', () => {
  expect(explain('SERVER', {}, { message: 'down\u001b[2J\nfake' })).toBe(
    'the upstream failed (upstream: down [2J fake)',
  );
});
