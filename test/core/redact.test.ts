import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';

const secret = 'not-a-secret+token/ä b"c\\d';

/** A redactor that knows these values. */
const knowing = (...secrets: string[]) => {
  const redactor = createRedactor();
  for (const each of secrets) redactor.add(each);
  return redactor;
};

/** Everything that a log can print of an error. */
const printed = (error: unknown): string =>
  inspect(error, { depth: 20, showHidden: true }) +
  JSON.stringify(error, Object.getOwnPropertyNames(error)) +
  String((error as Error).stack);

describe('redact', () => {
  test('XS-8 masks by position what no one told it: headers, query, body, userinfo', () => {
    const { text, url, value } = createRedactor();
    for (const name of ['authorization', 'x-api-key', 'cookie', 'set-cookie'])
      expect(value({ [name]: 'a', accept: 'b' })).toEqual({ [name]: '***', accept: 'b' });
    for (const name of ['api_key', 'apikey', 'token', 'access_token', 'key', 'refresh_token', 'client_secret'])
      expect(url(`https://host.test/p?a=1&${name}=x1y2&b=2`)).toBe(`https://host.test/p?a=1&${name}=***&b=2`);
    expect(url(new URL('https://who:what@host.test/p?key=k'))).toBe('https://***@host.test/p?key=***');
    expect(text('redis://who:wh@t@is@host.test:1 and a@b.test')).toBe('redis://***@host.test:1 and a@b.test');
    for (const name of [
      'password',
      'token',
      'access_token',
      'refresh_token',
      'api_key',
      'client_secret',
      'apiKey',
      'accessToken',
    ])
      expect(value({ [name]: 'x', other: [{ [name]: 7 }], [`${name}s`]: 1 })).toEqual({
        [name]: '***',
        other: [{ [name]: '***' }],
        [`${name}s`]: 1,
      });
    expect(text('{"token":"a\\"b","tokens":5,"password" : "it\'s", "api_key":12}')).toBe(
      '{"token":"***","tokens":5,"password" : "***", "api_key":***}',
    );
    expect(text('Authorization: Bearer abc.def')).toBe('Authorization: ***');
    expect(text('Invalid OAuth token.')).toBe('Invalid OAuth token.');
    expect(text('{"message":"Invalid OAuth token"}')).toBe('{"message":"Invalid OAuth token"}');
    expect(text('OAuth token-of-mira')).toBe('OAuth ***');
    expect(text("{ headers: { authorization: 'Bearer abc', 'x-api-key': 'k' } }")).toBe(
      "{ headers: { authorization: '***', 'x-api-key': '***' } }",
    );
    expect(text('{"a":"{\\"token\\":\\"abc\\"}"}')).not.toContain('abc');
    expect(text('{"access_token":"cut in the mid')).toBe('{"access_token":"***');
  });

  test('XS-8 leaves everything else as it was', () => {
    const { text, value } = knowing('not-a-secret-token');
    const plain =
      'chaturbate events: 401, the token was refused; make a new one with the scope "Events API" (https://host.test/a?timeout=5#x)';
    expect(text(plain)).toBe(plain);
    const data = {
      tokens: 100,
      message: 'a tip',
      token_type: 'bearer',
      at: null,
      list: [1, true, null],
      deep: { keys: 'no' },
    };
    expect(value(data)).toEqual(data);
  });

  test('core-10 masks a known value wherever it stands: raw, percent-encoded, form-encoded, in JSON, in other case', () => {
    const { text } = knowing(secret);
    const forms = [
      secret,
      secret.toUpperCase(),
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      new URLSearchParams({ a: secret }).toString().slice(2),
      JSON.stringify(secret).slice(1, -1),
      new URL(`https://host.test/${secret.replaceAll('\\', '%5C')}`).pathname.slice(1),
    ];
    for (const form of forms) expect(text(`<${form}>`), form).toBe('<***>');
  });

  test('core-10 no known value of 4 characters or more survives in any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 4, unit: 'binary' }), { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const { text } = knowing(...secrets);
          for (const each of secrets) {
            // Blanks at its ends are no part of it.
            fc.pre(each.trim().length >= 4 && !'******'.includes(each));
            expect(text(before + each + after).includes(each)).toBe(false);
          }
        },
      ),
    );
  });

  test('core-10 replaces nothing but known values where only those are asked for', () => {
    const { known } = knowing('not/a/secret');
    const address = '/p?next_token=abc&key=k1&s=***';
    expect(known(`${address}&a=not%2Fa%2Fsecret`, '{token}')).toBe(`${address}&a={token}`);
    expect(createRedactor().known(address, '{token}')).toBe(address);
  });

  test('core-10 the longest value is masked first, so that no rest of it stays', () => {
    expect(knowing('abcd', 'abcdefgh').text('x abcdefgh y')).toBe('x *** y');
    expect(knowing('abcdefgh', 'abcd').text('x abcdefgh y')).toBe('x *** y');
  });

  test('core-10 years of rotated tokens do not pile up, and the one in use is never forgotten', () => {
    const { add, text } = knowing('in-use-always');
    for (let nth = 0; nth < 600; nth += 1) {
      add(`rotated-token-${nth}.`);
      add('in-use-always');
    }
    const some = [599, 560, 530, 300, 20].map((nth) => `rotated-token-${nth}.`).join(' ');
    expect(text(`in-use-always ${some}`)).toBe('*** *** *** *** rotated-token-300. rotated-token-20.');
  });

  test('core-10 what a client was made with is never forgotten, however many tokens come after it', () => {
    const given = ['not-a-secret-key', 'not-a-secret-client', 'not-a-secret-refresh'];
    const { add, text } = knowing(...given);
    for (let nth = 0; nth < 1000; nth += 1) add(`rotated-token-${nth}.`);
    expect(text(given.join(' '))).toBe('*** *** ***');
  });

  test('core-10 a value is found without the line end that a file gave it: no header carries that along', () => {
    const redactor = createRedactor();
    redactor.add('not-a-secret-token\n');
    redactor.add('\r\nab ');
    expect(redactor.text('no such token: not-a-secret-token; ab')).toBe('no such token: ***; ab');
  });

  test('core-10 a value below 4 characters is masked by position only', () => {
    expect(knowing('abc').text('abc of the alphabet')).toBe('abc of the alphabet');
    expect(knowing('abcd').text('abcd of the alphabet')).toBe('*** of the alphabet');
  });

  test('core-10 an error is rebuilt from its words: nothing that it referred to stays', () => {
    const request = new Request('https://host.test/', {
      headers: { authorization: `Bearer ${encodeURIComponent(secret)}` },
    });
    const inner = Object.assign(new TypeError(`fetch failed for ${secret}`), {
      code: 'ECONNRESET',
      request,
      options: { secret },
    });
    const error = knowing(secret).error(
      Object.assign(new Error(`GET https://host.test/?token=abcd1234 ${secret}`, { cause: inner }), {
        request,
        response: { secret },
      }),
    );
    expect(error.message).toBe('GET https://host.test/?token=*** ***');
    expect(error.cause).toMatchObject({ name: 'TypeError', message: 'fetch failed for ***', code: 'ECONNRESET' });
    expect(Object.keys(error)).toEqual([]);
    expect(Object.getOwnPropertyNames(error).sort()).toEqual(['cause', 'message', 'name', 'stack']);
    expect(error.stack).toContain('redact.test');
    expect(printed(error)).not.toContain('not-a-secret');
    expect(printed(error)).not.toContain('abcd1234');
  });

  test('core-10 rebuilds whatever was thrown, and stops at a chain without end', () => {
    const { error, value } = knowing(secret);
    expect(error(secret).message).toBe('***');
    expect(error(undefined).message).toBe('undefined');
    expect(error(new DOMException('gone', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'gone' });
    expect(error(new AggregateError([new Error('refused')])).cause).toMatchObject({ message: 'refused' });
    const loop = new Error('round');
    loop.cause = loop;
    expect(inspect(error(loop)).match(/round/g)?.length).toBeLessThan(20);
    const circle: Record<string, unknown> = { secret };
    circle.self = circle;
    expect(JSON.stringify(value(circle))).not.toContain('not-a-secret');
    expect(value(new Request('https://host.test/'))).toEqual({});
    expect(value({ [secret]: 1 })).toEqual({ '***': 1 });
    expect(value(undefined)).toBeUndefined();
    expect(value(1n)).toBe('***');
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        expect(error(thrown)).toBeInstanceOf(Error);
        value(thrown);
      }),
    );
  });

  test('takes its time with no text', () => {
    const { text } = knowing(secret);
    const began = performance.now();
    for (const long of [
      'token'.repeat(100_000),
      '"token":"'.repeat(50_000),
      '://'.repeat(100_000),
      'Bearer '.repeat(50_000),
      `cookie:${' '.repeat(300_000)}`,
      '\\'.repeat(300_000),
    ])
      text(long);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

test('XS-8 a text of 200 kB of backslashes is masked in no time', () => {
  const redactor = createRedactor();
  redactor.add('-not-a-secret-token');
  const began = performance.now();
  expect(redactor.text('\\'.repeat(200_000))).toHaveLength(200_000);
  expect(performance.now() - began).toBeLessThan(1000);
});

test('XS-8 a secret of 10 MB is masked', () => {
  expect(createRedactor().text(`"token":"${'a'.repeat(10_000_000)}`)).toBe('***');
});

test.each(['auth', 'sig', 'signature', 'pass', 'passwd', 'pwd', 'session', 'session_id', 'sessionId'])(
  'XS-8 what stands behind %s is masked, though not behind a longer word that ends so',
  (name) => {
    const redactor = createRedactor();
    expect(redactor.url(`https://a.example/x?${name}=hush&room=mira`)).toBe(
      `https://a.example/x?${name}=***&room=mira`,
    );
    expect(redactor.value({ [name]: 'hush', [`x${name}`]: 'seen' })).toEqual({ [name]: '***', [`x${name}`]: 'seen' });
    expect(redactor.text(`{"${name}": "hush"} x${name}=seen`)).toBe(`{"${name}": "***"} x${name}=seen`);
  },
);
