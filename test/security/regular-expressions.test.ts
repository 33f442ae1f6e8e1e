import { describe, expect, it } from 'vitest';
import { expressionsOf, worstOf } from './regular-expressions.ts';

const { written, built } = expressionsOf();

/** What takes the square of its text, and whose text that is: nobody's but the app's own. */
const own: Readonly<Record<string, readonly string[]>> = {
  'the option baseUrl or eventsUrl': [
    'src/chaturbate/events-api.ts /\\/+$/',
    'src/stream/contract.ts /\\/+$/',
    'src/twitch/beside.ts /\\/*$/',
    'src/twitch/helix.ts /\\/*$/',
  ],
  'what a store says of a failure, cut to 2,000 characters before': [
    'src/stream/checkpoint.ts /(:\\/\\/)\\S*(?=@)|(\\?|password\\W{1,4})[^\\s"\'<>]+/gi',
  ],
  'keys that the app chose': ['src/adapters/redis/keys.ts /\\{[^}]+\\}/'],
  'a token that the mock made itself': ['src/mock/tipping/jwt.ts /=+$/'],
};
const excused = new Set(Object.values(own).flat());

/** Expressions that are built, and what shows that no foreign text makes them slow. */
const builders: Readonly<Record<string, string>> = {
  'src/core/redact.ts': 'test/security/hostile-secrets.test.ts',
  'src/core/anonymous.ts': 'test/security/hostile-events.test.ts',
  'src/twitch/anonymous.ts': 'test/security/hostile-events.test.ts',
  'src/core/rate-fields.ts': 'the names of parameters are ours',
  'src/tiktok/avatars/html.ts': 'the names of tags are ours; test/tiktok/profile-page.test.ts',
  'src/mock/msw-sockets.ts': 'the address is that of the app',
};

describe('a regular expression of the sources', () => {
  it('takes no longer than its text is long, whatever the text is made of', () => {
    expect(written.length).toBeGreaterThan(200);
    const slow = written
      .filter(({ file, expression }) => !excused.has(`${file} ${expression}`))
      .map(({ file, expression }) => ({ file, expression, ...worstOf(expression, 8000, 20) }))
      .filter(({ ms }) => ms > 20)
      .map(({ file, expression, ms, text }) => `${file} ${expression}: ${ms.toFixed(0)} ms for ${text}`);
    expect(slow).toEqual([]);
  });

  it('that is excused is there, and only where it is', () => {
    const all = new Set(written.map(({ file, expression }) => `${file} ${expression}`));
    expect([...excused].filter((one) => !all.has(one))).toEqual([]);
  });

  it('that is built of other texts is one of those that are looked at by hand', () => {
    expect([...new Set(built)].sort()).toEqual(Object.keys(builders).sort());
  });

  it.each([
    ['(a+)+$', /(a+)+$/],
    ['^\\s*(x)?\\s*$', /^\s*(x)?\s*$/],
  ])('%s, which is known to be slow, is found', (_, expression) => {
    expect(worstOf(expression, expression.source === '(a+)+$' ? 25 : 30_000, 20).ms).toBeGreaterThan(20);
  });
});
