import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProxyProblem } from '../../src/twitch/proxy-problem.ts';

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json(),
  fc
    .record({ error: fc.json(), status: fc.anything(), message: fc.anything() })
    .map((body) => JSON.stringify(body) ?? ''),
  fc
    .tuple(fc.integer({ min: 0, max: 9999 }), fc.string({ unit: 'binary' }))
    .map(([code, rest]) => `twitch API error: ${code} ${rest}`),
  fc
    .tuple(fc.integer({ min: 400, max: 599 }), fc.json())
    .map(([code, rest]) => `twitch API error: ${code} X - ${rest}`),
);

describe('what a proxy says', () => {
  it('TW-11 is read whatever it is: always a sentence of at most 500 characters and a status of HTTP', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), texts, (status, text) => {
        const problem = readProxyProblem(status, new Headers(), text, parsed(text));
        expect(problem.message.length).toBeGreaterThan(0);
        expect(problem.message.length).toBeLessThanOrEqual(500);
        expect(problem.status).toBeGreaterThanOrEqual(100);
        expect(problem.status).toBeLessThan(600);
        if (status >= 300 && status < 500) expect(problem.status).toBe(status);
      }),
    );
  });

  it.each([200, 500, 502, 503, 504])(
    'TW-11 behind a %i the status of Twitch counts, with whatever stands behind it',
    (status) => {
      fc.assert(
        fc.property(fc.integer({ min: 400, max: 599 }), fc.string(), (code, rest) => {
          const text = `twitch API error: ${code} ${rest.replace(/\d/g, '')}`;
          expect(readProxyProblem(status, new Headers(), text, undefined).status).toBe(code);
        }),
      );
    },
  );
});
