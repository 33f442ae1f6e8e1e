import { beforeAll, describe, expect, it } from 'vitest';
import { withPublished } from '../../scripts/published.ts';
import { budgets, kilobytes, measure, table, weigh } from '../../scripts/size.ts';
import { read } from '../support/source.ts';

let rows: Awaited<ReturnType<typeof measure>>;
let loaded: { later: number; never: number };
beforeAll(async () => {
  await withPublished(async (folder) => {
    rows = await measure(folder);
    const later = await weigh("export const load = () => import('zod/mini');", folder);
    loaded = { later, never: await weigh('export const load = () => undefined;', folder) };
  });
}, 60_000);

describe('the size of a bundle of the built package', () => {
  it.each(budgets)('of $what is at most $kilobytes kB', ({ what, kilobytes: most }) => {
    expect(rows.find((row) => row.what === what)?.bytes).toBeLessThanOrEqual(most * 1000);
  });

  it('is what the README says', () => {
    const [said] = /(?<=<!-- sizes[^>]*-->\n).*(?=\n<!-- \/sizes -->)/s.exec(read('README.md')) ?? [];
    expect(said).toBe(table(rows));
  });

  it('counts every chunk that the program can load', () => {
    expect(loaded.later).toBeGreaterThan(loaded.never + 3000);
  });

  it('is told in kilobytes of a thousand', () => {
    expect(kilobytes(17_449)).toBe('17.4');
  });
});
