import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { testClock } from '../support/clock.ts';

test('core-15 a memory cache keeps a value for its time', async () => {
  const clock = testClock();
  const cache = memoryCache({ clock, ttl: 500 });
  cache.set('a', 1, 1000);
  cache.set('b', 2);
  await clock.advance(499);
  expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
  await clock.advance(1);
  expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  await clock.advance(500);
  expect(cache.get('a')).toBeUndefined();
  expect(cache.stats()).toEqual({ size: 0, max: 1000, hits: 3, misses: 2 });
});

test('core-15 a memory cache is bounded and keeps what is used', () => {
  const cache = memoryCache({ max: 10 });
  for (let key = 0; key < 8; key += 1) cache.set(`early ${key}`, key);
  expect(cache.stats().size).toBe(8);
  cache.set('kept', true);
  for (let key = 0; key < 1000; key += 1) {
    cache.set(`key ${key}`, key);
    expect(cache.get('kept')).toBe(true);
    expect(cache.stats().size).toBeLessThanOrEqual(10);
    for (let back = 0; back < Math.min(key, 4); back += 1) expect(cache.get(`key ${key - back}`)).toBe(key - back);
  }
});

test('core-15 a memory cache behaves like a Map as long as there is room', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.option(fc.integer()) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const cache = memoryCache({ max: 8 });
      const map = new Map<string, number>();
      for (const { key, value } of steps) {
        if (value === null) expect(cache.delete(key)).toBe(map.delete(key));
        else {
          cache.set(key, value);
          map.set(key, value);
        }
        for (const each of 'abcd') expect(cache.get(each)).toBe(map.get(each));
        expect(cache.stats().size).toBe(map.size);
      }
    }),
  );
});

test('a memory cache without room is a mistake, said at once', () => {
  for (const max of [0, -1, Number.NaN]) expect(() => memoryCache({ max })).toThrow(RangeError);
  const one = memoryCache({ max: 1 });
  one.set('a', 1);
  one.set('b', 2);
  expect([one.get('a'), one.get('b'), one.stats().size]).toEqual([undefined, 2, 1]);
});
