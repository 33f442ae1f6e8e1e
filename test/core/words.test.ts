import { describe, expect, test } from 'vitest';
import { maskAnonymous } from '../../src/core/anonymous.ts';
import { readProblem } from '../../src/core/problem.ts';
import { excerpt, oneLine } from '../../src/core/words.ts';
import { problemOf } from '../../src/stream/tip-page.ts';

const name = 'hidden_ada';
const event = `{"isAnon":true,"tokens":5,"message":"love, ${name}","user":{"username":"${name}"}}`;

/** What an upstream might print beside a failure, all with the name behind an anonymous tip in it. */
const quotes = [
  event,
  event.slice(0, -1),
  `\uFEFF[${event},`,
  `[27,{"is_tip":true,"subject_username":"${name}"`,
  `cannot store ${event}`,
  `cannot store ${event.replaceAll('"', "'")}`,
  `cannot store ${event.replaceAll('"', '\\"')}`,
  `cannot store ${event.replaceAll('"', '&quot;')}`,
  `cannot store { isAnon: true, user: { username: '${name}' } }`,
  `cannot store isAnon=true&username=${name}`,
  `could not book the anonymous tip of ${name}`,
  `${name} asked to be anonymous: ${'x'.repeat(20_000)} is_anon`,
];

const readers = { problemOf, readProblem };

describe('what an upstream says of a failure', () => {
  test.each(quotes)('CB-11 names nobody behind an anonymous tip: %s', (quote) => {
    expect(quote).toContain(name);
    for (const [reader, read] of Object.entries(readers)) {
      const headers = new Headers();
      const bodies = [{ error: quote }, { message: quote }, { detail: quote }, { status: quote }];
      const problems = [
        read(500, headers, quote, undefined),
        read(500, headers, `<html><pre>${quote}</pre></html>`, undefined),
        ...[...bodies, { errors: { [quote]: quote } }, { detail: [{ loc: ['body', quote], msg: quote }] }].map((body) =>
          read(500, headers, JSON.stringify(body), body),
        ),
      ];
      for (const problem of problems) expect(JSON.stringify(problem), reader).not.toContain(name);
    }
  });

  test.each(quotes)('EV-46 debug names nobody of an event that an error quotes: %s', (quote) => {
    for (const value of [{ error: quote }, [{ errors: [quote] }]]) {
      const shown = JSON.stringify(maskAnonymous(value)) + String(maskAnonymous(JSON.stringify(value)));
      // A frame whose flag was cut off says nothing of being anonymous.
      if (/isAnon/.test(quote)) expect(shown).not.toContain(name);
    }
    expect(maskAnonymous({ note: 'Anonymous {or} not' })).toEqual({ note: 'Anonymous {or} not' });
  });

  test('XS-1 plain words are quoted as they are', () => {
    for (const words of ['room: not found', '[Errno 5] Input/output error', 'user: too short', 'no {room} here'])
      expect(excerpt(words)).toBe(words);
    expect(readProblem(403, new Headers(), '', { error: 'ANONYMOUS_NOT_ALLOWED' }).code).toBe('ANONYMOUS_NOT_ALLOWED');
    expect(excerpt('no anonymous tips')).toBe('(17 characters, not quoted)');
    expect(problemOf(502, new Headers(), '<h1>Bad\n Gateway</h1>', undefined)).toEqual({ message: 'Bad Gateway' });
  });

  test('core-10 a page of 200 kB is read in no time', () => {
    const began = performance.now();
    for (const text of ['<', ' ', '<script>', '{', '{ ', '[ "', '{name', 'anon name:\\'])
      for (const read of Object.values(readers)) {
        const long = text.repeat(200_000 / text.length);
        read(500, new Headers(), long, undefined);
        read(500, new Headers(), '', { error: long });
      }
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('EV-46 nothing in it breaks a line or steers a terminal', () => {
    const odd = 'a\u001b[2J\r\nb\u202ec\u2028d\u0085e\u0000f';
    expect(oneLine(odd)).toBe('a [2J b c d e f');
    for (const read of Object.values(readers))
      expect(read(500, new Headers(), '', { error: odd }).message).toBe(oneLine(odd));
  });
});
