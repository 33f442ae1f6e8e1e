import { expect, it } from 'vitest';
import { dealt, pick, seededRandom, shuffled } from '../../src/mock/random.ts';

const row = (...seed: (string | number)[]) => Array.from({ length: 50 }, seededRandom(...seed));

it('EV-31 the same seed gives the same row, another seed another one', () => {
  expect(row(7, 'stripchat')).toEqual(row(7, 'stripchat'));
  expect(row(7, 'stripchat')).not.toEqual(row(8, 'stripchat'));
  expect(row(7, 'stripchat')).not.toEqual(row(7, 'camsoda'));
  expect(row('ab', 'c')).not.toEqual(row('a', 'bc'));
});

it('every number lies from 0 to below 1, in all tenths alike', () => {
  const tenths = new Array(10).fill(0);
  const random = seededRandom('tenths');
  for (let draw = 0; draw < 10_000; draw += 1) tenths[Math.floor(random() * 10)] += 1;
  expect(tenths).toHaveLength(10);
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1150);
});

it('picks every choice', () => {
  const random = seededRandom('pick');
  const seen = new Set(Array.from({ length: 200 }, () => pick(random, ['a', 'b', 'c'])));
  expect([...seen].sort()).toEqual(['a', 'b', 'c']);
});

it('shuffling keeps each thing once', () => {
  const things = [1, 2, 3, 4, 5, 6, 7, 8];
  const other = shuffled(seededRandom('cards'), things);
  expect(other).not.toEqual(things);
  expect([...other].sort()).toEqual(things);
});

it('a dealt row holds each thing once in every run', () => {
  const row = dealt(seededRandom('deal'), ['x', 'y', 'z']);
  for (let run = 0; run < 5; run += 1) {
    expect([row.next().value, row.next().value, row.next().value].sort()).toEqual(['x', 'y', 'z']);
  }
  expect(() => dealt(seededRandom(1), []).next()).toThrow(RangeError);
});
