import { cpus, totalmem } from 'node:os';
import { versionsUsed } from './peers.ts';
import type { Goal, Outcome, Table } from './report.ts';
import { thorough } from './turns.ts';

const lines = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const kept = ({ measured, limit, atLeast }: Goal): boolean => (atLeast ? measured >= limit : measured <= limit);

const number = (value: number, unit?: string): string =>
  `${value >= 100 ? Math.round(value) : Number(value.toPrecision(value < 10 ? 3 : 4))}${unit ? ` ${unit}` : ''}`;

const goalsOf = (goals: readonly Goal[]): string =>
  lines(
    ['goal', 'measured', 'limit', '', 'what was done'],
    goals.map((goal) => [
      goal.what,
      number(goal.measured, goal.unit),
      `${goal.atLeast ? 'at least' : 'at most'} ${number(goal.limit, goal.unit)}`,
      kept(goal) ? 'kept' : '**missed**',
      goal.done,
    ]),
  );

const section = ({ heading, text, head, rows }: Table): string => `## ${heading}\n\n${text}\n\n${lines(head, rows)}\n`;

/** The whole page, from what every subject found. */
export function pageOf(outcomes: readonly Outcome[], took: number): string {
  const { processes, rounds, milliseconds, warm } = thorough;
  const goals = outcomes.flatMap((outcome) => outcome.goals ?? []);
  const behind = outcomes.flatMap((outcome) => outcome.behind ?? []);
  const missed = goals.filter((goal) => !kept(goal)).length;
  const machine = `${cpus().length} processors (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const standing = behind.length
    ? lines(
        ['subject', 'who is ahead', 'its cost, of ours', 'why'],
        behind.map(({ what, peer, ratio, reason }) => [what, peer, ratio.toFixed(2), reason]),
      )
    : 'Nobody who does the same job does it for less.';
  return `# How fast it is

Every figure on this page was measured in one run of one command, beside the libraries that people use for the same things, and can be
measured again by anybody: \`npm run bench\`. It takes about six minutes and writes this page.

A library that is compared does the **same** job, or **less**: then the last column says what is left out, and that it costs less is no
surprise. Lines of ours are bold; there the last column says what was done to get there.

## The goals

${goals.length - missed} of ${goals.length} are kept.

${goalsOf(goals)}

## Who is ahead

${standing}

${outcomes
  .flatMap(({ tables }) => tables)
  .map(section)
  .join('\n')}
## How it was measured

- Each contender runs in a process of its own, ${processes === 1 ? 'once' : `${processes} times anew`}, and all take turns of about ${milliseconds} ms, ${rounds} rounds for each process,
  once they have worked for ${warm / 1000} s and are compiled. Before every turn the young garbage is collected, outside of the measurement; a
  whole collection would throw compiled code away.
- Processor time is that of the whole process, compiler and collector included. It is given as the median and the two quartiles of all rounds,
  beside it the median of the wall clock. A ratio is that of the lower quartiles, the rounds in which the machine had least else to do; in
  brackets the quartiles of the ratios round by round.
- \`npm run bench -- --only merge\` measures one subject and prints it; a comma separates several. \`npm run bench -- --short\` measures
  everything in half of the time and writes no page, unless \`--page\` says where.
- \`npm run bench:proxy\` measures the Twitch proxy, under load, beside a bare Node server.

${machine}, ${process.platform} ${process.arch}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; the run took
${Math.round(took / 1000)} s.

${versionsUsed()
  .map(([name, version]) => `${name} ${version}`)
  .join(' · ')}
`;
}
