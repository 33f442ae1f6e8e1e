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

/** How two things stand beside each other. */
export interface Ratio extends Spread {
  /** Of the lower quartiles: the rounds in which the machine had least else to do. */
  value: number;
}

/** Values beside those of the same rounds. */
export const beside = (values: readonly number[], base: readonly number[]): Ratio => ({
  ...spreadOf(values.map((value, round) => value / (base[round] ?? Number.NaN))),
  value: spreadOf(values).low / spreadOf(base).low,
});
