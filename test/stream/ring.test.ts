import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRing, pushInto, shiftFrom } from '../../src/stream/ring.ts';

describe('the ring', () => {
  it('is first in, first out, whatever the order of pushing and taking, and however full it gets', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 40 }), (steps) => {
        const ring = createRing();
        const model: number[] = [];
        let next = 0;
        for (const step of steps) {
          for (let n = 0; n < step; n += 1) {
            pushInto(ring, next, undefined);
            model.push(next++);
          }
          for (let n = 0; n > step; n -= 1) expect(shiftFrom(ring, (event) => event)).toBe(model.shift());
          expect(ring.size).toBe(model.length);
        }
      }),
    );
  });

  it('keeps each ticket beside its event, and nothing of what was taken out', () => {
    const ring = createRing();
    const seen: unknown[] = [];
    const desk = { patient: true, counting: 0, generation: 0, settled() {}, stalled() {}, behind() {} };
    const ticket = {
      desk,
      event: 1,
      owner: undefined,
      sequence: 0,
      generation: 0,
      holds: 1,
      passed: false,
      left: 'no' as const,
      again: false,
    };
    pushInto(ring, { n: 1 }, ticket);
    pushInto(ring, { n: 2 }, undefined);
    while (ring.size > 0) shiftFrom(ring, (...pair) => seen.push(pair));
    expect(seen).toEqual([
      [{ n: 1 }, ticket],
      [{ n: 2 }, undefined],
    ]);
    expect(shiftFrom(ring, () => 'never')).toBeUndefined();
  });
});
