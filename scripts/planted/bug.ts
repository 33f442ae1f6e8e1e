/** A bug that is planted on purpose where money or a secret is at stake, to see that a test finds it. */
export interface PlantedBug {
  /** What somebody might do by mistake. */
  readonly name: string;
  /** What the library promises, and no longer holds. */
  readonly breaks: string;
  /** The file that it is planted in, from the project's root. */
  readonly file: string;
  /** Text of the file that stands there exactly once. */
  readonly from: string;
  /** What takes its place. */
  readonly to: string;
  /** The test files that have to find it. */
  readonly tests: readonly string[];
}

/** The file with the bug in it; `undefined` where the text that it takes the place of does not stand there exactly once. */
export function plant({ from, to }: Pick<PlantedBug, 'from' | 'to'>, source: string): string | undefined {
  const [before, after, more] = source.split(from);
  return before === undefined || after === undefined || more !== undefined ? undefined : before + to + after;
}
