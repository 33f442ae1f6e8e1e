/** `npm run bench` measures every subject, prints what it found, and writes docs/benchmarks.md, or where `--page` says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pageOf } from './page.ts';
import { installPeers, root } from './peers.ts';
import type { Outcome } from './report.ts';
import { subjects } from './subjects.ts';
import { thorough } from './turns.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, short: { type: 'boolean', default: false }, page: { type: 'string' } },
});
const chosen = values.only?.split(',');
const unknown = chosen?.filter((name) => !(name in subjects)) ?? [];
if (unknown.length) throw new Error(`no subject is called ${unknown}; there are ${Object.keys(subjects).join(', ')}`);
if (values.short) Object.assign(thorough, { warm: 1000, processes: 1, rounds: 11, milliseconds: 20 });

installPeers();
const began = Date.now();
const outcomes: Outcome[] = [];
for (const [name, measure] of Object.entries(subjects)) {
  if (chosen && !chosen.includes(name)) continue;
  const since = Date.now();
  const outcome = await measure();
  outcomes.push(outcome);
  console.log(`\n${name}, ${((Date.now() - since) / 1000).toFixed(0)} s`);
  for (const { heading, head, rows } of outcome.tables) {
    console.log(`\n${heading}\n${head.join(' | ')}`);
    for (const row of rows) console.log(row.join(' | '));
  }
  for (const goal of outcome.goals ?? []) console.log(`goal: ${goal.what}: ${goal.measured} (${goal.limit})`);
}
const page = values.page ?? (chosen || values.short ? undefined : join(root, 'docs/benchmarks.md'));
if (page) writeFileSync(page, pageOf(outcomes, Date.now() - began));
