import { describe, expect, it } from 'vitest';
import { overlapOf } from '../../src/stream/overlap.ts';
import { pageOf } from '../../src/stream/tip-page.ts';
import { unpack } from '../../src/stream/unpack.ts';
import { listOf, model } from '../../src/tipping/readers.ts';
import { nested, timed } from './support.ts';

describe('a payload that is made to be slow', () => {
  it('of spaces, as a webhook may bring it, is read in the time of its length', () => {
    expect(timed(() => unpack(`${' '.repeat(1_000_000)}x`))).toBeLessThan(500);
    expect(unpack(' \n{ }\n\t{}\r\n 5 ')).toEqual([5]);
  });

  it('of a million events is refused: a real page has hundreds', () => {
    const body: unknown = JSON.parse(`{"events":[${'{},'.repeat(1_000_000)}{}]}`);
    expect(() => pageOf(body)).toThrow('events: more than 100000');
    expect(pageOf({ events: Array.from({ length: 100_000 }, () => ({})) }).events).toHaveLength(100_000);
  });

  it('of a window that nearly repeats itself is compared in the time of its length', () => {
    const same = Array.from({ length: 50_000 }, () => 'a');
    const broken = [...same.slice(0, 25_000), 'b', ...same.slice(25_000)];
    expect(timed(() => overlapOf(same, broken))).toBeLessThan(500);
    expect(timed(() => overlapOf(broken, same))).toBeLessThan(500);
    expect(overlapOf(same, broken)).toBe(25_000);
  });

  it('of wrappings in wrappings is read in the time of its size', () => {
    let body: unknown = { items: [] };
    for (let depth = 0; depth < 1500; depth += 1)
      body = { data: body, ...Object.fromEntries(Array.from({ length: 50 }, (_, nth) => [`k${depth}-${nth}`, 1])) };
    expect(timed(() => listOf('tips', model())(body))).toBeLessThan(500);
    expect(listOf('tips', model())(nested(3, { items: [], total: 7 }, 'data')).total).toBe(7);
  });
});
