import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemory } from '../../src/stream/memory.ts';

describe('the memory against duplicates', () => {
  it('delivery-1 is exact: it knows the last `size` ids, and says no of every id that was never added', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 60 }), fc.string(), (ids, other) => {
        const memory = createMemory(10);
        for (const id of ids) memory.add(id);
        for (const id of ids.slice(-10)) expect(memory.has(id)).toBe(true);
        expect(memory.has(`${other}?`)).toBe(ids.includes(`${other}?`) && memory.has(`${other}?`));
      }),
    );
  });

  it('delivery-1 is bounded: of more than two generations the first is forgotten', () => {
    const memory = createMemory();
    for (let id = 0; id < 12_000; id += 1) memory.add(`${id}`);
    const known = Array.from({ length: 12_000 }, (_, id) => memory.has(`${id}`)).filter(Boolean).length;
    expect(known).toBeGreaterThanOrEqual(4_000);
    expect(known).toBeLessThanOrEqual(8_000);
    expect(memory.has('11999')).toBe(true);
  });

  it('delivery-1 forgets on request, whichever generation the id is in', () => {
    const memory = createMemory(2);
    for (const id of ['a', 'b', 'c']) memory.add(id);
    memory.delete('a');
    memory.delete('c');
    expect(['a', 'b', 'c'].map(memory.has)).toEqual([false, true, false]);
  });
});
