/** One contender in its process: sets it up, finds out how much it can do in one turn, and does so whenever it is asked. */
import type { Contender, Question, Run } from './turns.ts';

const [module = '', name = ''] = process.argv.slice(2);
const { contenders }: { contenders: Record<string, Contender> } = await import(module);
const contender = contenders[name];
if (!contender) throw new Error(`${module} has no contender ${name}`);
const run = await contender.open();

/**
 * Microseconds of a processor for one of `count` operations; the compiler and the collector work for it too. Before it only the young
 * garbage goes: a whole collection would throw compiled code away as well, and everybody would be measured without a compiler.
 */
async function turn(work: Run, count: number): Promise<number> {
  await globalThis.gc?.({ type: 'minor', execution: 'sync' });
  const began = used();
  await work(count);
  return (used() - began) / count;
}

/** Microseconds of a processor so far. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Works until everything is compiled: so many milliseconds of a processor, as on a busy machine the compiler has to wait too. */
async function warm(milliseconds: number): Promise<number> {
  let count = 1;
  const until = used() + milliseconds * 1000;
  for (const latest = performance.now() + 10 * milliseconds; used() < until && performance.now() < latest; ) {
    await run(count);
    count = Math.min(count * 2, 500);
  }
  return count;
}

/** How many operations take about `milliseconds`. */
async function measure(milliseconds: number): Promise<number> {
  for (let count = 1; ; ) {
    const began = performance.now();
    await run(count);
    const took = performance.now() - began;
    const next = Math.max(1, Math.round((count * milliseconds) / Math.max(took, 0.01)));
    if (took > milliseconds / 4) return next;
    count = Math.min(next, count * 10);
  }
}

process.on('message', async ({ warm: warming, measure: measuring, count = 0 }: Question) => {
  process.send?.(await (warming ? warm(warming) : measuring ? measure(measuring) : turn(run, count)));
});
process.on('disconnect', () => process.exit());
