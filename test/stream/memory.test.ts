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

  it('delivery-1 is exact in whatever order ids come: ascending, mixed, again', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.nat({ max: 30 }).map(String) },
      { weight: 1, arbitrary: fc.constant('rise') },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const memory = createMemory(5);
        /** The last ids that were added, each once. */
        let last: string[] = [];
        const ever = new Set<string>();
        steps.forEach((step, index) => {
          const id = step === 'rise' ? `~${1000 + index}` : step;
          const known = memory.has(id);
          if (last.includes(id)) expect(known).toBe(true);
          if (!ever.has(id)) expect(known).toBe(false);
          expect(memory.add(id)).toBe(!known);
          ever.add(id);
          last = [...last.filter((one) => one !== id), id].slice(-5);
          for (const one of last) expect(memory.has(one)).toBe(true);
        });
      }),
      { numRuns: 1000 },
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
});
