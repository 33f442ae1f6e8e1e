import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fileStore } from '../../../src/adapters/node.ts';
import { child, folder } from './support.ts';

test('lock() lets processes take turns: none loses what another wrote, and none keeps the file', async () => {
  const path = join(await folder(), 'shared.json');
  const code = `const store = fileStore(${JSON.stringify(path)});
    for (let turn = 0; turn < 15; turn += 1)
      await store.lock('count', async (held) => held.set('count', ((await held.get('count')) ?? 0) + 1));
    console.log('done');`;
  const all = await Promise.all([child(code).ended, child(code).ended, child(code).ended]);
  expect(all.map(({ output }) => output.trim())).toEqual(['done', 'done', 'done']);
  const store = fileStore(path);
  expect(await store.get('count')).toBe(45);
  await store.close();
  expect((await readdir(dirname(path))).filter((name) => name.endsWith('.lock'))).toEqual([]);
});

test('lock() runs one after the other within a process too, and lets go after a failure', async () => {
  const path = join(await folder(), 'shared.json');
  const store = fileStore(path);
  let inside = 0;
  const add = (fails: boolean) =>
    store.lock('count', async (held) => {
      inside += 1;
      expect(inside).toBe(1);
      const before = Number((await held.get('count')) ?? 0);
      await held.set('count', before + 1);
      inside -= 1;
      if (fails) throw new Error('failed on purpose');
    });
  const results = await Promise.allSettled([add(false), add(true), add(false), add(false)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  const other = fileStore(path);
  expect(await other.get('count')).toBe(4);
  await other.close();
  await store.close();
});

test('a store that keeps its file for checkpoints has it after lock() too', async () => {
  const path = join(await folder(), 'shared.json');
  const store = fileStore(path);
  await store.set('checkpoint', 1);
  await store.lock('session', async (held) => held.set('session', 2));
  const other = fileStore(path);
  await expect(other.get('checkpoint')).rejects.toMatchObject({ code: 'STORE' });
  expect(await store.get('session')).toBe(2);
  await store.close();
  expect(await other.get('checkpoint')).toBe(1);
  await other.close();
});
