import { loadHttp } from '../../../src/core/http.node.ts';
import { instantDigest, turn } from './clock.ts';
import { type Report, runEvening } from './evening.ts';
import { collect } from './heap.ts';

/** The command that runs one seed again. */
export const replayOf = (seed: string): string =>
  `SEED=${seed} vitest run --project proofs test/proofs/schedule.test.ts`;

/** What is loaded with its first use is loaded before: time stands still for it. */
const load = (): Promise<unknown> =>
  Promise.all([
    import('../../../src/twitch/eventsub.ts'),
    import('../../../src/anilibria/notifications.ts'),
    loadHttp(),
  ]);

/** Runs one seed, and hears what nobody else hears. */
export async function runSeed(seed: string): Promise<Report> {
  await load();
  const unheard: string[] = [];
  const hear = (reason: unknown): void => void unheard.push(`a rejection that nobody handled: ${reason}`);
  process.on('unhandledRejection', hear);
  const restore = instantDigest();
  try {
    const report = await runEvening(seed);
    // A rejection is told a turn after it happened.
    for (let waited = 0; waited < 3; waited += 1) await turn();
    return { ...report, broken: [...report.broken, ...unheard] };
  } finally {
    restore();
    process.off('unhandledRejection', hear);
  }
}

/** Every so many seeds the heap is measured. */
const measured = 20;

/**
 * Runs seeds one after the other.
 *
 * @param told - Told of every report. What it does not keep is let go of.
 */
export async function runSeeds(seeds: Iterable<string>, told: (report: Report) => void): Promise<readonly number[]> {
  const heap: number[] = [];
  let done = 0;
  for (const seed of seeds) {
    told(await runSeed(seed));
    done += 1;
    if (done % measured !== 0) continue;
    // What is let go of with a request is let go of a turn after a collection.
    collect();
    await turn();
    heap.push(collect());
  }
  return heap;
}
