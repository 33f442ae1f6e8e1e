import { describe, expect, it } from 'vitest';
import { files, read, titles } from './support/source.ts';

const prefixes = ['CB', 'SC', 'CS', 'EV', 'XS', 'TW', 'ES', 'TP', 'TT', 'AL'];
const number = new RegExp(`\\b(?:${prefixes.join('|')})-\\d+\\b`, 'g');

/** The numbers that a document lists: the first cells of its tables. */
const listed = (path: string) => [...read(path).matchAll(/^\| ([A-Z]{2}-\d+) \|/gm)].map((match) => match[1] ?? '');

const requirements = files('docs/requirements', '.md').flatMap(listed);
const excused = listed('docs/decisions/not-applicable.md');

/** Where each number stands in a title. */
const named = new Map<string, string>();
for (const file of files('test', '.test.ts')) {
  for (const title of titles(read(file)))
    for (const id of title.match(number) ?? []) named.set(id, `${file}: ${title}`);
}

describe('the requirements', () => {
  it('are numbered without a gap or a double', () => {
    const counts = { CB: 19, SC: 14, CS: 15, EV: 47, XS: 14, TW: 45, ES: 22, TP: 44, TT: 54, AL: 42 };
    const complete = Object.entries(counts).flatMap(([prefix, count]) =>
      Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`),
    );
    expect([...requirements].sort()).toEqual(complete.sort());
  });

  it('are each in the title of a test, or excused with a reason', () => {
    expect(requirements.filter((id) => !named.has(id) && !excused.includes(id))).toEqual([]);
  });

  it('are excused twelve times at most, and only where no test names them', () => {
    expect(excused.length).toBeLessThanOrEqual(12);
    expect(excused.filter((id) => named.has(id) || !requirements.includes(id))).toEqual([]);
  });

  it('are all that a title may name', () => {
    expect([...named].filter(([id]) => !requirements.includes(id))).toEqual([]);
  });
});
