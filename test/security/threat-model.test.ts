import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The rows of the tables that name tests: what is threatened, and the tests. */
const rows = read('SECURITY.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts'))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return [cells[1] ?? '', cells[2] ?? '', cells[3] ?? ''] as const;
  });

/** A test, as a row names it: `file` "a part of its title". */
const named = /`([^`]+\.test\.ts)` "([^"]*)"/g;

describe('a line of the threat model', () => {
  it('is there for each kind of threat', () => {
    expect(rows.length).toBeGreaterThan(40);
    const all = rows.map(([threat]) => threat).join('\n');
    for (const word of [
      'redirect',
      'nextUrl',
      'reconnect_url',
      'log line',
      'telemetry',
      'cache key',
      'checkpoint',
      '__proto__',
      'regular expression',
      'gzip',
      'gigabyte',
      'million events',
      'SVG',
      'map',
      'headers',
      'ice servers',
      'dependency',
    ])
      expect(all).toContain(word);
  });

  it.each(rows)('"%s" names tests that are there', (_threat, promise, tests) => {
    expect(promise.length).toBeGreaterThan(5);
    const found = [...tests.matchAll(named)];
    expect(found.length).toBeGreaterThan(0);
    // Nothing stands beside them: a name that cannot be read would be checked by nobody.
    expect(tests.replace(named, '').replace(/[;\s]/g, '')).toBe('');
    for (const [, file = '', title = ''] of found) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(title.length, `${file}: say which test`).toBeGreaterThan(4);
      expect(read(file).replaceAll('\\"', '"'), `${file}: ${title}`).toSatisfy((said: string) => said.includes(title));
    }
  });
});

it('every test of this folder is named in a line of the threat model', async () => {
  const { readdirSync } = await import('node:fs');
  const text = read('SECURITY.md');
  const missing = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.test.ts') && !text.includes(`test/security/${file}`),
  );
  expect(missing).toEqual([]);
});
