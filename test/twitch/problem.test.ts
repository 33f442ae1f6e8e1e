import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCodeOf } from '../../src/core/status.ts';
import { readTwitchProblem } from '../../src/twitch/problem.ts';
import { fixtures } from '../support/fixtures.ts';

interface Sample {
  status: number;
  body: unknown;
  code: string;
  reason?: string;
  advice?: string;
}

const problemOf = (status: number, body: unknown) =>
  readTwitchProblem(status, new Headers(), typeof body === 'string' ? body : JSON.stringify(body), body);

describe('what Twitch says of a failure', () => {
  const samples = fixtures('twitch/failures') as unknown as Record<string, Sample>;

  it.each(Object.entries(samples))('TW-11 TW-33 TW-34 %s', (_name, { status, body, code, reason, advice }) => {
    const problem = problemOf(status, body);
    expect(errorCodeOf(status, problem)).toBe(code);
    expect(problem.reason).toBe(reason);
    expect(problem.message).toBe((body as { message: string }).message);
    if (advice) expect(problem.advice).toContain(advice);
    else expect(problem.advice).toBeUndefined();
  });

  it('TW-11 plain text and nothing at all are read, too', () => {
    expect(problemOf(503, '<html><h1>down</h1></html>').message).toContain('down');
    expect(problemOf(500, '')).toMatchObject({ message: 'HTTP 500' });
  });

  it('TW-33 is a sentence, whatever comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), (status, body) => {
        const problem = problemOf(status, body);
        expect(problem.message.length).toBeGreaterThan(0);
        expect(errorCodeOf(status, problem)).toMatch(/^[A-Z_]+$/);
      }),
      { numRuns: 300 },
    );
  });
});
