/** One line of the table. */
export interface Figure {
  what: string;
  /** Ours divided by the other, above 1 is slower; or, with a `unit`, as measured. */
  value: number;
  unit?: string;
  /** What it is compared with. */
  beside: string;
  /** The goal: at most this. */
  budget: number;
}

/** What a quarter of the rounds stays below: the rounds in which the machine had least to do with something else. */
const quartile = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 2] ?? Number.NaN;

const time = async (run: () => unknown): Promise<number> => {
  const began = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(began);
  return user + system;
};

/**
 * What `subjects` cost over what `baseline` costs, in processor time and measured in turns within one process: a machine that is busy with
 * something else slows all of them down alike, and the rounds that it disturbed most do not count.
 */
export async function compare(
  baseline: () => unknown,
  subjects: readonly (() => unknown)[],
  rounds = 40,
): Promise<number[]> {
  const runs = [baseline, ...subjects];
  for (const run of runs) for (let warm = 0; warm < 3; warm += 1) await run();
  const times: number[][] = runs.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, run] of runs.entries()) times[index]?.push(await time(run));
  const [base = Number.NaN, ...others] = times.map(quartile);
  return others.map((other) => other / base);
}
