import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plant } from '../../scripts/planted/bug.ts';
import { plantedBugs } from '../../scripts/planted/index.ts';

test('every bug can still be planted: its place stands in the source exactly once', () => {
  const lost = plantedBugs.filter((bug) => plant(bug, readFileSync(bug.file, 'utf8')) === undefined);
  expect(lost.map(({ name, file }) => `${name}: ${file}`)).toEqual([]);
});

test('a planted bug changes something, and names tests that exist', () => {
  for (const { name, from, to, tests } of plantedBugs) {
    expect(from, name).not.toBe(to);
    expect(tests.length, name).toBeGreaterThan(0);
    expect(
      tests.filter((file) => !existsSync(file)),
      name,
    ).toEqual([]);
  }
});

test('at least twenty bugs are planted, each under a name of its own', () => {
  expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length);
  expect(plantedBugs.length).toBeGreaterThanOrEqual(20);
});

test('a text that stands nowhere, or twice, is no place for a bug', () => {
  expect(plant({ from: 'b', to: 'x' }, 'abc')).toBe('axc');
  expect(plant({ from: 'd', to: 'x' }, 'abc')).toBeUndefined();
  expect(plant({ from: 'a', to: 'x' }, 'aba')).toBeUndefined();
});
