import { expect, test } from 'vitest';
import { type Asked, longestOverlap, silences, takeover } from './fleet-measures.ts';

const by = (who: string, ...times: number[]): Asked[] => times.map((at) => ({ at, by: who }));

test('a silence is the longest time between two questions, whoever asks, or since the last one', () => {
  const rooms = [by('a', 0, 5, 10), [...by('a', 0, 5), ...by('b', 18, 20)]];
  expect(silences(rooms, 22).map(({ length, from, to }) => `${from.by}${from.at} ${to.by}${to.at} ${length}`)).toEqual([
    'a5 b18 13',
    'a10 the end22 12',
  ]);
  expect(silences([by('a', 0, 5)], 30)[0]?.length).toBe(25);
});

test('an overlap is the time in which two asked, and one after the other is none', () => {
  expect(longestOverlap([[...by('a', 0, 5, 10), ...by('b', 11, 16)]])).toBe(0);
  expect(longestOverlap([[...by('a', 0, 5, 10, 15), ...by('b', 8, 13)]])).toBe(5);
  expect(longestOverlap([[...by('a', 0, 20), ...by('b', 5, 6), ...by('c', 12, 30)]])).toBe(8);
});

test('a takeover is the time until the last room of a dead worker is asked again', () => {
  const rooms = [
    [...by('a/1', 0, 5), ...by('b/1', 12)],
    [...by('a/2', 1, 6), ...by('b/2', 15)],
    [...by('a/3', 1), ...by('c/1', 6, 30)],
  ];
  expect(takeover(rooms, 'a', 7)).toBe(8);
});
