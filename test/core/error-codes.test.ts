import { expect, test } from 'vitest';
import { errorCodes } from '../../src/core/error-codes.ts';
import { type ErrorCode, TipstreamError } from '../../src/core/errors.ts';

test('EV-11 every code says what it means and what to do, and agrees with the errors themselves', () => {
  for (const [code, { fatal, retryable, meaning, action }] of Object.entries(errorCodes)) {
    const error = new TipstreamError({ code: code as ErrorCode, message: 'x' });
    expect({ code, fatal, retryable }).toEqual({ code, fatal: error.fatal, retryable: error.retryable });
    expect(meaning.length).toBeGreaterThan(10);
    expect(action.length).toBeGreaterThan(5);
  }
});
