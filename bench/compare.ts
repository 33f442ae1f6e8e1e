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

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const time = async (run: () => unknown): Promise<number> => {
  const began = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(began);
  return user + system;
};

/**
 * The medians of `subjects` over `baseline`, in processor time and measured in turns within one process: a machine that is busy with
 * something else slows all of them down alike.
 */
export async function compare(
  baseline: () => unknown,
  subjects: readonly (() => unknown)[],
  rounds = 21,
): Promise<number[]> {
  for (const run of [baseline, ...subjects]) for (let warm = 0; warm < 3; warm += 1) await run();
  const ratios: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const base = await time(baseline);
    for (const [index, subject] of subjects.entries()) ratios[index]?.push((await time(subject)) / base);
  }
  return ratios.map(median);
}
