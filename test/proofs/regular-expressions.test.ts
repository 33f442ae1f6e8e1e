import { expect, it } from 'vitest';
import { expressionsOf, worstOf } from '../security/regular-expressions.ts';

/** Those whose text is the app's own; test/security/regular-expressions.test.ts says why. */
const own =
  /^(src\/(chaturbate\/events-api|stream\/contract|twitch\/(beside|helix))\.ts \/\\\/[+*]\$\/|src\/adapters\/redis\/keys\.ts|src\/mock\/tipping\/jwt\.ts)/;

it('no regular expression takes longer for a text of 100 kB than a quarter of a second, whatever it is made of', () => {
  const slow = expressionsOf()
    .written.filter(({ file, expression }) => !own.test(`${file} ${expression}`))
    .map(({ file, expression }) => ({ file, expression, ...worstOf(expression, 100_000, 250) }))
    .filter(({ ms }) => ms > 250)
    .map(({ file, expression, ms, text }) => `${file} ${expression}: ${ms.toFixed(0)} ms for ${text}`);
  expect(slow).toEqual([]);
});
