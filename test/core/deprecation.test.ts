import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDeprecations, readDeprecation } from '../../src/core/deprecation.ts';

it.each([
  [{ deprecation: '@1688169599' }, 'the upstream calls this outdated since 2023-06-30; look for what follows'],
  [
    { deprecation: 'Fri, 30 Jun 2023 23:59:59 GMT' },
    'the upstream calls this outdated since 2023-06-30; look for what follows',
  ],
  [{ deprecation: 'true' }, 'the upstream calls this outdated; look for what follows'],
  [{ sunset: 'Wed, 31 Dec 2031 23:59:59 GMT' }, 'the upstream ends this; it ends on 2031-12-31; look for what follows'],
  [
    { deprecation: '?1', link: '<https://a.test/x>; rel="help", <https://a.test/v2>; rel="successor-version"' },
    'the upstream calls this outdated; look for what follows at https://a.test/v2',
  ],
  [{ deprecation: 'false' }, undefined],
  [{ deprecation: '?0' }, undefined],
  [{ sunset: 'soon' }, undefined],
  [{ link: '<https://a.test/v2>; rel="successor-version"' }, undefined],
  [{}, undefined],
])('XS-2 the headers %j say: %s', (headers, said) => {
  expect(readDeprecation(new Headers(headers))).toBe(said);
});

it('XS-2 any headers are read', () => {
  const word = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replace(/[^\x20-\x7e]/g, ''));
  fc.assert(
    fc.property(word, word, word, (deprecation, sunset, link) => {
      expect(typeof (readDeprecation(new Headers({ deprecation, sunset, link })) ?? '')).toBe('string');
    }),
  );
});

it('XS-2 each endpoint is told of once', () => {
  const told: string[] = [];
  const tell = createDeprecations((text) => told.push(text));
  const old = new Headers({ deprecation: 'true' });
  tell('users', new Headers());
  tell('users', old);
  tell('users', old);
  tell('chatters', old);
  expect(told.map((text) => text.split(':')[0])).toEqual(['users', 'chatters']);
});
