import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { mutantsOf } from '../../scripts/mutation/mutants.ts';
import { weave } from '../../scripts/mutation/weave.ts';

const source = `import { a } from './a.ts';
export function grade(points: number, names?: readonly string[]): string {
  if (points >= 90 && names?.some((name) => name.startsWith('a'))) return 'high';
  let total = 0;
  for (const name of names ?? []) {
    if (!name) continue;
    total += name.length;
  }
  return total > a ? \`\${total} letters\` : 'low';
}
`;
const mutants = mutantsOf('grade.ts', source);
const changes = mutants.map(({ start, end, text }) => [source.slice(start, end), text]);

/** The function with all mutants in it, of which one is on. */
async function graded(on: number, ...given: [points: number, names?: string[]]): Promise<string> {
  const woven = weave(
    source,
    mutants.map((mutant, id) => ({ ...mutant, id })),
  );
  const { code } = await transform(woven, { loader: 'ts' });
  const run = new Function(
    'a',
    'globalThis',
    `${code.replace(/^import.*$/m, '').replace('export ', '')}; return grade;`,
  );
  return run(5, { __mutant: (id: number) => id === on })(...given);
}

describe('what is broken on purpose', () => {
  it('is an operator, a condition, a method, a text, a result, a statement, a block, a chain', () => {
    for (const change of [
      ['points >= 90', '(points) > (90)'],
      ['points >= 90', 'false'],
      ["name.startsWith('a')", "name.endsWith('a')"],
      ["'high'", "''"],
      ["'low'", "''"],
      ['names ?? []', '(names) && ([])'],
      ['!name', 'name'],
      ['continue;', undefined],
      ['total += name.length;', undefined],
      ["names?.some((name) => name.startsWith('a'))", "names.some((name) => name.startsWith('a'))"],
    ])
      expect(changes).toContainEqual(change);
  });

  it('is no import and no type', () => {
    const imports = source.indexOf('\n');
    expect(mutants.filter(({ start }) => start < imports)).toEqual([]);
    expect(mutantsOf('types.ts', "export type A = 'a' | { b: true };\nexport interface B { c?: 'd'[] }\n")).toEqual([]);
  });

  it('changes nothing while it is off, and one thing while it is on', async () => {
    const names = ['anna', 'ben'];
    expect(await graded(-1, 90, names)).toBe('high');
    expect(await graded(-1, 10, names)).toBe('7 letters');
    expect(await graded(-1, 10)).toBe('low');
    const at = (from: string, to?: string): number => changes.findIndex(([old, text]) => old === from && text === to);
    expect(await graded(at('points >= 90', '(points) > (90)'), 90, names)).toBe('7 letters');
    expect(await graded(at('total += name.length;'), 10, names)).toBe('low');
    expect(await graded(at("'low'", "''"), 10)).toBe('');
    const cases: [points: number, names?: string[]][] = [[90, names], [10, names], [89, ['']], [10]];
    const all = async (id: number): Promise<string> =>
      Promise.all(cases.map((given) => graded(id, ...given))).then(String, () => 'thrown');
    const usual = await all(-1);
    const outcomes = await Promise.all(mutants.map((_, id) => all(id)));
    const same = outcomes.filter((outcome) => outcome === usual).length;
    expect(mutants.length - same).toBeGreaterThan(20);
  });
});
