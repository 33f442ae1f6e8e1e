/** One contender in its process: sets it up, finds out how much it can do in one turn, and does so whenever it is asked. */
import type { Contender, Question, Run, Turn } from './turns.ts';

const [module = '', name = ''] = process.argv.slice(2);
const { contenders }: { contenders: Record<string, Contender> } = await import(module);
const contender = contenders[name];
if (!contender) throw new Error(`${module} has no contender ${name}`);
const run = await contender.open();

/** Microseconds of a processor so far. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * What one of `count` operations takes; the compiler and the collector work for it too. Before it only the young garbage goes: a whole
 * collection would throw compiled code away as well, and everybody would be measured without a compiler.
 */
async function turn(work: Run, count: number): Promise<Turn> {
  await globalThis.gc?.({ type: 'minor', execution: 'sync' });
  const [cpu, wall] = [used(), performance.now()];
  await work(count);
  return { cpu: (used() - cpu) / count, wall: ((performance.now() - wall) * 1000) / count };
}

/**
 * Works until everything is compiled: at least so many milliseconds of a processor, and then until half as many brought nothing any more. On
 * a busy machine that takes longer.
 */
async function warm(milliseconds: number): Promise<object> {
  const [began, latest] = [used(), performance.now() + 6 * milliseconds];
  let [count, best, bestAt] = [1, Number.POSITIVE_INFINITY, began];
  while (used() < began + 4000 * milliseconds && performance.now() < latest) {
    const { cpu, wall } = await turn(run, count);
    if (cpu < best * 0.95) [best, bestAt] = [cpu, used()];
    if (used() - began > 1000 * milliseconds && used() - bestAt > 500 * milliseconds) break;
    // What waits for a timer works little in a long time.
    if (wall * count < 25_000) count *= 2;
  }
  return {};
}

/** How many operations take about `milliseconds`. */
async function measure(milliseconds: number): Promise<{ count: number }> {
  for (let count = 1; ; ) {
    const began = performance.now();
    await run(count);
    const took = performance.now() - began;
    const next = Math.max(1, Math.round((count * milliseconds) / Math.max(took, 0.01)));
    if (took > milliseconds / 4) return { count: next };
    count = Math.min(next, count * 10);
  }
}

process.on('message', async ({ warm: warming, measure: measuring, count = 0 }: Question) => {
  // What was put aside meanwhile is fetched again before it counts.
  if (count) await run(count);
  process.send?.(await (warming ? warm(warming) : measuring ? measure(measuring) : turn(run, count)));
});
process.on('disconnect', () => process.exit());
