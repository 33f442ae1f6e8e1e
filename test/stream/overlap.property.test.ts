import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overlapOf } from '../../src/stream/overlap.ts';

/** As it is said, and slow. */
function slowly(before: readonly string[], page: readonly string[]): number {
  for (let length = Math.min(before.length, page.length); length > 0; length -= 1)
    if (page.slice(0, length).every((text, index) => text === before[before.length - length + index])) return length;
  return 0;
}

it('the quick way finds the overlap that the slow one finds, so no tip of a window is lost or counted twice', () => {
  const window = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(window, window, window, (start, shared, end) => {
      const [before, page] = [
        [...start, ...shared],
        [...shared, ...end],
      ];
      expect(overlapOf(before, page)).toBe(slowly(before, page));
    }),
    { numRuns: 3000 },
  );
});
