import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { files, read } from '../support/source.ts';

const packed = inject('packed');
const home = join(inject('app'), 'node_modules/tipstream');

test('what is packed is what the snapshot says: the entries, their types and maps, the commands, the papers', () => {
  // What entries share has names that change with its content.
  const shared = /^dist\/.+-[\w-]{8}(\.d\.ts|\.js|\.js\.map)$/;
  const names = packed
    .filter((file) => !file.startsWith('src/'))
    .map((file) => file.replace(shared, 'dist/(shared)$1'));
  expect([...new Set(names)].sort()).toMatchSnapshot();
});

test('the sources are packed whole, and nothing beside them', () => {
  expect(packed.filter((file) => file.startsWith('src/'))).toEqual(files('src', ''));
});

test('only tipstream/schemas loads zod, and no type of the package names it', () => {
  const built = packed.filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file));
  const naming = built.filter((file) => /["']zod(\/mini)?["']/.test(readFileSync(join(home, file), 'utf8')));
  expect(naming).toEqual(['dist/schemas.js']);
});

test('every file that package.json names for imports within the package is there', () => {
  const targets = [...JSON.stringify(JSON.parse(read('package.json')).imports).matchAll(/\.\/(dist\/[^"]+)/g)];
  expect(targets.length).toBeGreaterThan(4);
  expect(targets.map(([, file]) => file).filter((file) => !packed.includes(file ?? ''))).toEqual([]);
});
