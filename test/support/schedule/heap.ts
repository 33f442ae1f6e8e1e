import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/** The bytes that are in use once everything that nobody holds is gone. */
export function collect(): number {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
  return process.memoryUsage().heapUsed;
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * By how much measurements have grown: the middle of the last third above that of the first, once the first tenth, in which everything is
 * made that is made once, is left out. Middles, as a single measurement may fall into anything.
 */
export function growth(measurements: readonly number[]): { from: number; to: number; by: number } {
  const warm = measurements.slice(Math.ceil(measurements.length / 10));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const [from, to] = [middle(warm.slice(0, third)), middle(warm.slice(-third))];
  return { from, to, by: to - from };
}
