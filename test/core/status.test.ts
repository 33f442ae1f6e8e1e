import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCodeOf } from '../../src/core/status.ts';

test('XS-1 a status has one code', () => {
  const table = {
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

test('XS-1 what the upstream calls it counts more than the status', () => {
  const code = (name: string, status = 400) => errorCodeOf(status, { message: '', code: name });
  expect(code('INSUFFICIENT_BALANCE', 409)).toBe('INSUFFICIENT_BALANCE');
  expect(code('KYC_REQUIRED', 403)).toBe('KYC_REQUIRED');
  expect(code('RATE_LIMIT_EXCEEDED')).toBe('RATE_LIMITED');
  expect(code('AUTHENTICATION_REQUIRED')).toBe('AUTH');
  expect(code('PERMISSION_DENIED')).toBe('PERMISSION');
  expect(code('STREAM_NOT_FOUND')).toBe('NOT_FOUND');
  expect(code('TITLE_NOT_FOUND')).toBe('NOT_FOUND');
  expect(code('VALIDATION_ERROR', 500)).toBe('VALIDATION');
  expect(errorCodeOf(409, { message: '', code: 'SOMETHING_ELSE', subCode: 'INSUFFICIENT_BALANCE' })).toBe(
    'INSUFFICIENT_BALANCE',
  );
  expect(code('SOMETHING_ELSE', 503)).toBe('UNAVAILABLE');
});

test('XS-1 a failure said with a 2xx is the upstream’s, unless it says what it means', () => {
  expect(errorCodeOf(200, { message: 'no' })).toBe('UPSTREAM');
  expect(errorCodeOf(200, { message: 'no', code: 'HTTP_401' })).toBe('AUTH');
  expect(errorCodeOf(200, { message: 'no', code: 'HTTP_200' })).toBe('UPSTREAM');
  expect(errorCodeOf(200, { message: 'no', fields: [{ path: 'name', message: 'missing' }] })).toBe('VALIDATION');
  expect(errorCodeOf(418, { message: 'no', fields: [{ path: 'name', message: 'missing' }] })).toBe('VALIDATION');
});

test('XS-1 every status and every problem has a code', () => {
  const problem = fc.record(
    { message: fc.string(), code: fc.string(), subCode: fc.string() },
    { requiredKeys: ['message'] },
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), problem, (status, said) => {
      expect(errorCodeOf(status, said)).toMatch(/^[A-Z_]+$/);
    }),
  );
});
