import { describe, expect, it } from 'vitest';
import { imports, titles } from './source.ts';

describe('the reader of titles', () => {
  it.each([
    ["it('a', () => {})", ['a']],
    ['it.each([1, 2])(`b`, () => {})', ['b']],
    ["test.runIf(there)(\n  'c',\n run)", ['c']],
    ["describe('d', () => {\n  it(`e ${1} f`, () => {}) })", ['d', 'e … f']],
    ["it.each([['XX-1 row', 1], ['other', 2]])('%s', () => {})", ['%s', 'XX-1 row']],
    ["it.each<[string]>([['x']])('g', () => {})", ['g']],
    ["emit('h'); submit('i'); 'it'.at('j')", []],
    ["// it('k')\nconst a = 'XX-2 l';", []],
  ])('finds in %j the titles %j', (source, expected) => {
    expect(titles(source)).toEqual(expected);
  });
});

describe('the reader of imports', () => {
  it.each([
    ["import { a } from 'a'", [{ from: 'a', typeOnly: false }]],
    ["import type { a } from 'a'", [{ from: 'a', typeOnly: true }]],
    ["import { type a } from 'a'", [{ from: 'a', typeOnly: false }]],
    [
      "export * from 'a'; export type { b } from 'b'",
      [
        { from: 'a', typeOnly: false },
        { from: 'b', typeOnly: true },
      ],
    ],
    ["const a = await import('a')", [{ from: 'a', typeOnly: false }]],
    ["type A = import('a').A", [{ from: 'a', typeOnly: true }]],
    ["import 'a'", [{ from: 'a', typeOnly: false }]],
    ["// import 'a'\nconst b = \"import 'a'\"", []],
  ])('finds in %j the imports %j', (source, expected) => {
    expect(imports(source)).toEqual(expected);
  });
});
