import { expect, it } from 'vitest';
import type { Report } from '../support/schedule/evening.ts';
import { runLive } from '../support/schedule/live.ts';
import { addReport, emptySums, summary } from '../support/schedule/table.ts';

const { LIVE_SEED: one } = process.env;
const seeds = one === undefined ? Array.from({ length: 20 }, (_, index) => `live ${index + 1}`) : [one];
/** They mostly wait for their clocks: so many share the machine. */
const atOnce = 10;

it(`delivery-1 the same holds over real connections, through a proxy that does what a network can: ${seeds.length} seeds`, async () => {
  const sums = emptySums();
  const letters: string[] = [];
  const told = (report: Report): void => {
    addReport(sums, report);
    const { seed, broken } = report;
    const replay = `LIVE_SEED='${seed}' vitest run --project proofs test/proofs/schedule-live.test.ts`;
    if (broken.length > 0) letters.push([`${seed}: ${replay}`, ...broken].join('\n  '));
  };
  for (let from = 0; from < seeds.length; from += atOnce)
    for (const report of await Promise.all(seeds.slice(from, from + atOnce).map(runLive))) told(report);
  console.log(summary(sums));
  expect(letters.join('\n')).toBe('');
}, 600_000);
