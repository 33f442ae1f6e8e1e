import type { Report } from './evening.ts';
import { type Line, lines } from './faults.ts';

/** What many evenings came to, added up. */
export interface Sums {
  seeds: number;
  red: string[];
  lasted: number;
  readonly faults: Map<string, Map<Line, number>>;
  readonly columns: Map<string, Map<Line, number>>;
}

export const emptySums = (): Sums => ({ seeds: 0, red: [], lasted: 0, faults: new Map(), columns: new Map() });

const add = (sums: Map<string, Map<Line, number>>, name: string, line: Line, count: number): void => {
  const row = sums.get(name) ?? new Map<Line, number>();
  sums.set(name, row.set(line, (row.get(line) ?? 0) + count));
};

/** Adds a report. */
export function addReport(sums: Sums, { seed, broken, lasted, faults, asked, tallies }: Report): void {
  sums.seeds += 1;
  sums.lasted += lasted;
  if (broken.length > 0) sums.red.push(seed);
  for (const [kind, counts] of faults) for (const [line, count] of counts) add(sums.faults, kind, line, count);
  for (const [line, count] of asked) add(sums.columns, 'requests', line, count);
  for (const [line, { given, counted, said, answered = 0, refused = 0 }] of tallies) {
    add(sums.columns, 'events given', line, given);
    add(sums.columns, 'events counted, each once', line, counted);
    add(sums.columns, 'events lost, and said to be a gap', line, said);
    add(sums.columns, 'calls answered', line, answered);
    add(sums.columns, 'calls failed with an error of ours', line, refused);
  }
}

const total = (row: ReadonlyMap<Line, number>): number => [...row.values()].reduce((sum, count) => sum + count, 0);
const number = (count: number): string => (count === 0 ? '' : count.toLocaleString('en'));

const tableOf = (title: string, rows: readonly (readonly [string, ReadonlyMap<Line, number>])[]): string =>
  [
    `| ${title} | ${lines.join(' | ')} | all |`,
    `|---|${lines.map(() => '--:').join('|')}|--:|`,
    ...rows.map(
      ([name, row]) =>
        `| ${name} | ${lines.map((line) => number(row.get(line) ?? 0)).join(' | ')} | ${number(total(row))} |`,
    ),
  ].join('\n');

/** The two tables. */
export function tables({ faults, columns }: Sums): string {
  const byName = [...faults].sort(([one], [other]) => one.localeCompare(other));
  const all = new Map(lines.map((line) => [line, byName.reduce((sum, [, row]) => sum + (row.get(line) ?? 0), 0)]));
  return [tableOf('what happened', [...columns]), '', tableOf('fault', [...byName, ['**all**', all]])].join('\n');
}

/** Two lines for a terminal. */
export function summary({ seeds, red, lasted, faults, columns }: Sums): string {
  const injected = [...faults.values()].reduce((sum, row) => sum + total(row), 0);
  const counted = total(columns.get('events counted, each once') ?? new Map());
  const said = total(columns.get('events lost, and said to be a gap') ?? new Map());
  return `${seeds} seeds, ${red.length} red; ${Math.round(lasted / 3_600_000)} simulated hours, ${injected} faults, ${counted} events counted once, ${said} lost and said`;
}
