import { expect, test } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { waitAfter } from '../../src/stream/back-off.ts';

const failure = (code: TipstreamError['code'], retryAfterMs?: number): TipstreamError =>
  new TipstreamError({ code, message: 'pretend: failed', retryAfterMs });

test.each([
  ['NETWORK', 10_000],
  ['SERVER', 5000],
  ['SCHEMA', 1000],
] as const)('EV-17 a wait that the upstream asks for is never cut short, whatever failed: %s', (code, usual) => {
  expect(waitAfter(failure(code), 0, 1000)).toBe(usual);
  expect(waitAfter(failure(code, 77_000), 0, 1000)).toBe(77_000);
  expect(waitAfter(failure(code, 1), 0, 1000)).toBe(usual);
});
