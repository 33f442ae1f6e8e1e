import { expect, inject, test } from 'vitest';
import { files } from '../support/source.ts';

const packed = inject('packed');

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
