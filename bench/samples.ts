/** The middle of many measurements, and the two quarters that it lies between. */
export interface Spread {
  low: number;
  median: number;
  high: number;
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

/** The median and the quartiles: what disturbed a quarter of the rounds does not show. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { low: at(sorted, 0.25), median: at(sorted, 0.5), high: at(sorted, 0.75) };
}

/** Each value beside the one that was measured in the same round: a busy machine slows both down alike. */
export const beside = (values: readonly number[], base: readonly number[]): Spread =>
  spreadOf(values.map((value, round) => value / (base[round] ?? Number.NaN)));
