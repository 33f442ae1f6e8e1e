/**
 * Alerts, one at a time: a tip that comes while another is shown waits, and is not taken before its turn is over.
 *
 *   node docs/examples/alert-queue.ts [milliseconds per alert]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, type TipEvent } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';
import { runUntilSignal } from 'tipstream/node';

const [shownFor = '4000'] = process.argv.slice(2);

async function show(tip: TipEvent, signal: AbortSignal): Promise<void> {
  console.log(`> ${tip.tipper} gave ${describe(tip)}${tip.message && `: ${tip.message}`}`);
  await wait(Number(shownFor), undefined, { signal });
  console.log('<');
}

await runUntilSignal(async (signal) => {
  for await (const tip of tipsFromEnv(process.env).iterate({ signal, label: 'alerts' })) await show(tip, signal);
});
