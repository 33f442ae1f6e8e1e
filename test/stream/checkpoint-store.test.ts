import Keyv from 'keyv';
import { expect, test } from 'vitest';
import { type CheckpointStore, memoryStore } from '../../src/stream/checkpoint-store.ts';

test('keeps a value until it is deleted', async () => {
  const store = memoryStore();
  expect(await store.get('a')).toBeUndefined();
  await store.set('a', { cursor: 1 });
  expect(await store.get('a')).toEqual({ cursor: 1 });
  await store.delete('a');
  expect(await store.get('a')).toBeUndefined();
});

test('a value changed after it was given, or after it was read, changes no checkpoint', async () => {
  const store = memoryStore();
  const given = { taken: ['x'] };
  await store.set('a', given);
  given.taken.push('y');
  const read = (await store.get('a')) as typeof given;
  read.taken.push('z');
  expect(await store.get('a')).toEqual({ taken: ['x'] });
});

test('a Keyv is a checkpoint store', async () => {
  const store: CheckpointStore = new Keyv();
  await store.set('a', { cursor: 1 });
  expect(await store.get('a')).toEqual({ cursor: 1 });
});
