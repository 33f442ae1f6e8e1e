import Keyv from 'keyv';
import { expect, test } from 'vitest';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { tiered } from '../../src/core/tiered.ts';
import { testClock } from '../support/clock.ts';

const broken = {
  get: () => Promise.reject(new Error('away')),
  set: () => Promise.reject(new Error('away')),
  delete: () => Promise.reject(new Error('away')),
};

test('core-15 a tiered cache looks level by level and copies what it finds into the nearer ones', async () => {
  const clock = testClock();
  const near = memoryCache({ clock });
  const far = memoryCache({ clock });
  const cache = tiered([{ store: near, ttl: 1000 }, far], { clock });
  await cache.set('a', 'value', 5000);
  expect(await cache.get('a')).toBe('value');
  await clock.advance(1000);
  expect(near.get('a')).toBeUndefined();
  expect(await cache.get('a')).toBe('value');
  expect(await cache.get('a')).toBe('value');
  expect(cache.stats()).toEqual({ hits: [2, 1], misses: 0 });
});

test('core-15 a copy in a nearer level lives no longer than the value', async () => {
  const clock = testClock();
  const near = memoryCache({ clock });
  const cache = tiered([{ store: near, ttl: 60_000 }, memoryCache({ clock })], { clock });
  await cache.set('a', 'value', 5000);
  near.delete('a');
  await clock.advance(4000);
  expect(await cache.get('a')).toBe('value');
  await clock.advance(1000);
  expect(await cache.get('a')).toBeUndefined();
  expect(cache.stats().misses).toBe(1);
});

test('core-15 a level that fails is told of and passed over; all levels failing is a failure', async () => {
  const errors: unknown[] = [];
  const cache = tiered([broken, memoryCache()], { onError: (error) => errors.push(error) });
  await cache.set('a', 1);
  expect(await cache.get('a')).toBe(1);
  expect(errors).toEqual(Array(3).fill(new Error('away')));
  expect(await cache.get('b')).toBeUndefined();
  const none = tiered([broken, broken]);
  await expect(none.get('a')).rejects.toMatchObject({ message: 'away' });
  await expect(none.set('a', 1)).rejects.toThrow('away');
  await expect(none.delete('a')).rejects.toThrow('away');
});

test('core-15 a Keyv fits as a level', async () => {
  const cache = tiered([memoryCache(), { store: new Keyv(), ttl: 60_000 }]);
  await cache.set('a', { list: [1, 2] }, 5000);
  expect(await cache.get('a')).toEqual({ list: [1, 2] });
  await cache.delete('a');
  expect(await cache.get('a')).toBeUndefined();
  const kept = tiered([new Keyv()]);
  await kept.set('forever', 1);
  expect(await kept.get('forever')).toBe(1);
});
