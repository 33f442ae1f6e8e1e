import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson, refused } from '../../src/adapters/twitch-proxy/failure.ts';
import { readAnilibriaProblem } from '../../src/anilibria/problem.ts';
import { maskAnonymous } from '../../src/core/anonymous.ts';
import { errorCodes } from '../../src/core/error-codes.ts';
import { readProblem, saysFailure } from '../../src/core/problem.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { errorCodeOf, explain, type ReadProblem } from '../../src/core/status.ts';
import { excerpt } from '../../src/core/words.ts';
import { problemOf } from '../../src/stream/tip-page.ts';
import { readTikTokProblem } from '../../src/tiktok/problem.ts';
import { limited } from '../../src/tipping/manner.ts';
import { readTwitchProblem } from '../../src/twitch/problem.ts';
import { readProxyProblem } from '../../src/twitch/proxy-problem.ts';
import { body, text, tries } from './setting.ts';

const fields = [
  'error',
  'message',
  'detail',
  'details',
  'errors',
  'code',
  'error_code',
  'status',
  'reason',
  'success',
  'retry_after',
  'loc',
  'msg',
  'type',
  'request_id',
  'correlation_id',
  'timestamp',
];

const readers: Readonly<
  Record<string, (status: number, headers: Headers, text: string, body: unknown) => ReadProblem>
> = {
  'of the core': readProblem,
  'of the polled platforms': problemOf,
  'of TikTok': readTikTokProblem,
  'of Twitch': readTwitchProblem,
  'of a Twitch proxy': readProxyProblem,
  'of AniLibria': readAnilibriaProblem,
  'of the tipping platform': limited('tipping').problem,
};

const parsed = (said: string): unknown => {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
};

const answer = fc.oneof(
  { weight: 3, arbitrary: body(fields) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('twitch API error: 401 x - ', 'twitch API error: 999', 'rate limit context error ', '<html>'),
        body(fields),
      )
      .map((parts) => parts.join('')),
  },
);
const status = fc.oneof(
  fc.constantFrom(200, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503),
  fc.integer({ min: 0, max: 999 }),
);

describe('a failure that an upstream describes as it likes', () => {
  it.each(Object.entries(readers))(
    'XS-1 %s has a message of one bounded line, a known code, and a wait that is a wait',
    (_, read) => {
      fc.assert(
        fc.property(status, answer, (said, words) => {
          const problem = read(said, new Headers(), words, parsed(words));
          expect(typeof problem.message).toBe('string');
          expect(problem.message.length).toBeLessThanOrEqual(1200);
          const code = errorCodeOf(problem.status ?? said, problem);
          expect(errorCodes).toHaveProperty(code);
          const line = explain(code, {}, problem, problem.retryAfterMs);
          expect(line).not.toMatch(/[\n\r]/);
          expect(problem.retryAfterMs === undefined || problem.retryAfterMs >= 0).toBe(true);
          for (const { path, message } of problem.fields ?? [])
            expect([typeof path, typeof message]).toEqual(['string', 'string']);
          expect(Object.keys(problem)).not.toContain('details');
          JSON.stringify(problem);
        }),
        tries(400),
      );
    },
  );

  it('is passed on by the proxy as JSON, or not at all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), answer, (said, words) => {
        const reply = refused(said, words, []);
        expect(isJson(String(reply.body))).toBe(true);
      }),
      tries(300),
    );
  });

  it('is quoted in one line of at most 500 characters, masked twice as once', () => {
    const redactor = createRedactor();
    redactor.add('not-a-secret-token');
    fc.assert(
      fc.property(answer, fc.constantFrom('', 'not-a-secret-token'), (words, secret) => {
        const quoted = excerpt(words + secret);
        expect(quoted.length).toBeLessThanOrEqual(500);
        expect(quoted).not.toMatch(/[\n\r\p{Cc}]/u);
        expect(redactor.text(words + secret + words)).not.toContain('not-a-secret-token');
        expect(typeof maskAnonymous(words)).toBe('string');
        expect(typeof saysFailure(parsed(words))).toBe('boolean');
        redactor.value(parsed(words));
      }),
      tries(600),
    );
  });

  it('of any text leaves nothing of a name that it gives to somebody anonymous', () => {
    const name = 'canary_visitor';
    const event = fc.record({
      isAnon: fc.constantFrom(true, 1, 'yes'),
      user: fc.record({ username: fc.constant(name), more: text() }),
      note: text().map((said) => `${said} ${name} ${said}`),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), text(), (events, said) => {
        const whole = JSON.stringify({ said, events });
        expect(String(maskAnonymous(whole))).not.toContain(name);
        expect(String(maskAnonymous(whole.slice(0, -3)))).not.toContain(name);
        expect(excerpt(`400 ${whole}`)).not.toContain(name);
      }),
      tries(400),
    );
  });
});
