import { beforeAll, describe, expect, it } from 'vitest';
import { budgets, kilobytes, measure, table, weigh } from '../../scripts/size.ts';
import { read } from '../support/source.ts';

let rows: Awaited<ReturnType<typeof measure>>;
beforeAll(async () => {
  rows = await measure();
});

describe('the size of a bundle', () => {
  it.each(budgets)('of $what is at most $kilobytes kB', ({ what, kilobytes: most }) => {
    expect(rows.find((row) => row.what === what)?.bytes).toBeLessThanOrEqual(most * 1000);
  });

  it('is what the README says', () => {
    const [said] = /(?<=<!-- sizes[^>]*-->\n).*(?=\n<!-- \/sizes -->)/s.exec(read('README.md')) ?? [];
    expect(said).toBe(table(rows));
  });

  it('counts every chunk that the program can load', async () => {
    const loaded = await weigh("export const load = () => import('zod/mini');");
    expect(loaded).toBeGreaterThan((await weigh('export const load = () => undefined;')) + 3000);
  });

  it('is told in kilobytes of a thousand', () => {
    expect(kilobytes(17_449)).toBe('17.4');
  });
});
