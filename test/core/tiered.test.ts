import Keyv from 'keyv';
import { expect, test } from 'vitest';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { tiered } from '../../src/core/tiered.ts';
import { testClock } from '../support/clock.ts';
import { gate } from '../support/server.ts';

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

test('AL-34 what is set or deleted while a lower level looks does not come back out of it', async () => {
  const near = memoryCache();
  const { opened, open } = gate();
  const slow = {
    ...memoryCache(),
    get: async () => {
      await opened;
      return { value: 'old', until: null };
    },
  };
  const cache = tiered([near, slow]);
  const looks = [cache.get('a'), cache.get('b'), cache.get('c')];
  await cache.set('a', 'new');
  await cache.delete('b');
  open();
  await Promise.all(looks);
  expect(await cache.get('a')).toBe('new');
  expect([near.get('b'), near.get('c')]).toEqual([undefined, { value: 'old', until: null }]);
});

test('AL-34 what is stale is kept by the last level alone, so that nobody misses what another process has renewed', async () => {
  const clock = testClock();
  const [here, there, shared] = [memoryCache({ clock }), memoryCache({ clock }), memoryCache({ clock })];
  const one = tiered([{ store: here, ttl: 60_000 }, shared], { clock });
  const other = tiered([{ store: there, ttl: 60_000 }, shared], { clock });
  await one.set('a', 'old', 100_000, 10_000);
  await clock.advance(9000);
  expect(await other.get('a')).toBe('old');
  await clock.advance(1000);
  expect([here.get('a'), there.get('a')]).toEqual([undefined, undefined]);
  expect(await other.get('a')).toBe('old');
  expect(there.get('a')).toBeUndefined();
  await one.set('a', 'new', 100_000, 10_000);
  expect(await other.get('a')).toBe('new');
});
