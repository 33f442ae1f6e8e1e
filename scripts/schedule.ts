import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Report } from '../test/support/schedule/evening.ts';
import { growth } from '../test/support/schedule/heap.ts';
import { replayOf, runSeeds } from '../test/support/schedule/run.ts';
import { addReport, emptySums, summary, tables } from '../test/support/schedule/table.ts';

// Runs the random schedule: `npm run schedule -- --seeds 1000 --write` writes docs/proofs.md.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    /** So many processes share the seeds. */
    jobs: { type: 'string', default: '1' },
    job: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const [count, from, jobs] = [Number(values.seeds), Number(values.from), Number(values.jobs)];
const sums = emptySums();
const began = performance.now();
const told = (report: Report): void => {
  addReport(sums, report);
  const { seed, broken } = report;
  if (broken.length > 0) console.error(`seed ${seed}: ${replayOf(seed)}\n  ${broken.join('\n  ')}`);
};
/** The seeds of one process: each has every so-manieth. */
const share = (job: number): string[] =>
  Array.from({ length: count }, (_, index) => index)
    .filter((index) => index % jobs === job)
    .map((index) => String(from + index));

if (values.job !== undefined) {
  const heap = await runSeeds(share(Number(values.job)), (report) => process.send?.({ report }));
  process.send?.({ heap });
  process.exit();
}
const heap = jobs > 1 ? await inProcesses() : await runSeeds(share(0), told);
const { from: least, to: most } = growth(heap);
console.log(`${summary(sums)}; ${Math.round((performance.now() - began) / 1000)} s`);
const heaps =
  heap.length < 10
    ? ''
    : `the heap after a collection was ${mega(least)} MB in the first third of one process, and ${mega(most)} MB in the last, of which some are the engine's own code`;
if (heaps) console.log(heaps);
if (sums.red.length > 0) process.exit(1);
if (values.write) writeFileSync('docs/proofs.md', page());

/** Runs the seeds in several processes; the heap is that of the first. */
async function inProcesses(): Promise<readonly number[]> {
  const heaps = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const child = fork(
        fileURLToPath(import.meta.url),
        ['--seeds', `${count}`, '--from', `${from}`, '--jobs', `${jobs}`, '--job', `${job}`],
        {
          serialization: 'advanced',
        },
      );
      return new Promise<readonly number[]>((resolve, reject) => {
        let heap: readonly number[] | undefined;
        child.on('message', (said: { report?: Report; heap?: readonly number[] }) => {
          if (said.report) told(said.report);
          heap ??= said.heap;
        });
        child.on('exit', () => (heap ? resolve(heap) : reject(new Error('a process of the schedule ended early'))));
      });
    }),
  );
  return heaps[0] ?? [];
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function page(): string {
  return `# What the random schedule saw

Made by \`npm run schedule -- --seeds ${count} --write\`. ${sums.seeds} evenings, ${Math.round(sums.lasted / 3_600_000)} simulated hours: all seven platforms at once, against
the answers of \`tipstream/mock\`, on a clock that is run as fast as the machine can. Chance, drawn from the seed, decides what is given, who is asked, and
what fails. Every seed was green; ${heaps || 'the heap was not measured'}.

What every seed holds:

- Nothing is lost. Every event carries a number; what an upstream handed out and nobody received lies within a gap that was said. Nothing that arrived is missing.
- Nothing is counted twice, by its number and by its id, also where a process dies or is started anew, where pages and frames come again, and where streaks of gifts go on
  over a lost connection. After a crash only what was not committed comes again, under the same id.
- Transfers of the tipping platform are paid once for each key, and the balances of both sides are the sum of what was given. \`sent: 'no'\` is true.
- No limit is exceeded, as the upstreams count, and no wait that a 429 named is cut short. A session is lost only where the answer to its renewal was, on a platform that forgives no
  second use.
- The name behind an anonymous tip stands in no tip, checkpoint or error. No request goes to another host.
- No call takes longer than its deadline, no rejection is unhandled, and after \`close()\` no timer, socket or request is left.

A seed that is red is printed with the command that plays it again: \`SEED=17 npx vitest run --project proofs test/proofs/schedule.test.ts\`. What can happen stands in
\`test/support/schedule/faults.ts\`, \`wires.ts\` and in the \`strike\` of each platform.

Twenty more seeds hold the same over real connections: \`test/proofs/schedule-live.test.ts\`, through a proxy that cuts, slows, freezes and changes what passes.

What it leaves out:

- A cursor that leads back across a restart gives events again, under their ids, as those are remembered by a process.
- A page that an endpoint without ids hands out twice is two pages, as two equal tips are two tips.
- An AniLibria subscription is on its way for a moment after the connection counts as live; what is told in this moment is missed. A frozen connection of AniLibria or of the
  tipping platform is noticed when the network gives it up, as nothing says how often they speak.
- The combined header \`RateLimit\` is read where it may come, which is TikTok and AniLibria; a 429 at EventSub holds a new session back by its own waits.

${tables(sums)}
`;
}
