import { inspect } from 'node:util';
import type { Line } from './faults.ts';

/** With `TRACE=stripchat` everything that happens to that line is printed, to be read beside a seed that is red. */
export function trace(line: Line, ...words: unknown[]): void {
  if (process.env.TRACE !== line) return;
  console.log(
    words.map((word) => (typeof word === 'string' ? word : inspect(word, { breakLength: Infinity }))).join(' '),
  );
}
