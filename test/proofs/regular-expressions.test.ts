import { expect, it } from 'vitest';
import { expressionsOf, worstOf } from '../security/regular-expressions.ts';

/** Those whose text is the app's own; test/security/regular-expressions.test.ts says why. */
const own =
  /^(src\/(chaturbate\/events-api|stream\/contract|twitch\/(beside|helix))\.ts \/\\\/[+*]\$\/|src\/adapters\/redis\/keys\.ts|src\/mock\/tipping\/jwt\.ts|src\/stream\/checkpoint\.ts)/;

/** One that takes the square of its text takes five seconds at least. */
const most = 1000;

it('no regular expression takes longer for a text of 100 kB than a second, whatever it is made of', () => {
  const slow = expressionsOf()
    .written.filter(({ file, expression }) => !own.test(`${file} ${expression}`))
    .map(({ file, expression }) => ({ file, expression, ...worstOf(expression, 100_000, most) }))
    .filter(({ ms }) => ms > most)
    .map(({ file, expression, ms, text }) => `${file} ${expression}: ${ms.toFixed(0)} ms for ${text}`);
  expect(slow).toEqual([]);
});
