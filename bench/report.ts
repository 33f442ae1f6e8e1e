import { beside, type Spread, spreadOf } from './samples.ts';
import type { Turns } from './turns.ts';

/** What is shown of one subject. */
export interface Table {
  heading: string;
  /** What was measured, and what the numbers mean. */
  text: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A number that we promised ourselves. */
export interface Goal {
  what: string;
  measured: number;
  /** Not more than this; or, with `atLeast`, not less. */
  limit: number;
  atLeast?: true;
  unit?: string;
  /** What was done for it, or why it is missed. */
  done: string;
}

/** A peer that does the same job, and does it for less. */
export interface Behind {
  what: string;
  peer: string;
  /** What it costs there, of what it costs here. */
  ratio: number;
  reason: string;
}

/** What a subject found. */
export interface Outcome {
  tables: readonly Table[];
  goals?: readonly Goal[];
  behind?: readonly Behind[];
}

/** A line of a table in which others stand beside us. */
export interface Line {
  /** The contender. */
  name: string;
  what: string;
  /** `ours`; a peer that does the `same`; one that does `less`, or only the least that must be done: a floor. */
  job: 'ours' | 'same' | 'less';
  /** What was done here; what a peer does less. */
  note: string;
  /** Which of ours does the same. @default the first of ours */
  as?: string;
}

const digits = (value: number): string =>
  value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toPrecision(2);
export const shown = ({ low, median, high }: Spread): [median: string, quartiles: string] => [
  digits(median),
  `${digits(low)} to ${digits(high)}`,
];

/** Closer than this nobody is ahead of anybody: the same program beside itself differs by as much. */
const tie = 0.97;

/** Sets what took turns beside `base`. */
export function compared(
  about: Omit<Table, 'head' | 'rows'>,
  { base, per = 1, unit = 'us' }: { base: string; per?: number; unit?: string },
  lines: readonly Line[],
  turns: Turns,
): { table: Table; behind: Behind[]; ratio: (name: string) => number; cost: (name: string) => number } {
  const of = (name: string): readonly number[] => (turns[name] ?? []).map(({ cpu }) => cpu);
  const wall = (name: string): Spread => spreadOf((turns[name] ?? []).map((turn) => (turn.wall / per) * scale));
  const scale = unit === 'ns' ? 1000 : 1;
  const cost = (name: string): Spread => spreadOf(of(name).map((value) => (value / per) * scale));
  const ratio = (name: string): number => beside(of(name), of(base)).value;
  const first = lines.find(({ job }) => job === 'ours')?.name ?? base;
  const title = lines.find(({ name }) => name === base)?.what ?? base;
  const behind: Behind[] = [];
  const rows = lines.map(({ name, what, job, note, as = first }) => {
    const { value: against, median } = beside(of(name), of(as));
    // What only some of the rounds say is chance.
    const ahead = job === 'same' && against < tie && median < tie;
    if (ahead) behind.push({ what: about.heading, peer: what, ratio: against, reason: note.replace(/^but /, '') });
    const does = job === 'ours' ? note : job === 'same' ? `the same${note && `: ${note}`}` : `less: ${note}`;
    const [middle, quartiles] = shown(cost(name));
    const [, between] = shown(beside(of(name), of(base)));
    return [
      job === 'ours' ? `**${what}**` : what,
      middle,
      quartiles,
      shown(wall(name))[0],
      name === base ? '1' : `${digits(ratio(name))} (${between})`,
      `${ahead ? '**ahead of us.** ' : ''}${does}`,
    ];
  });
  const head = [
    '',
    `processor, ${unit}`,
    'quartiles',
    `wall, ${unit}`,
    `times ${title}`,
    'what it does, what was done',
  ];
  return { table: { ...about, head, rows }, behind, ratio, cost: (name) => cost(name).median };
}
