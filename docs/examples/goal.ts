/**
 * One goal over all platforms. What a token is worth differs, so the rates are yours; what is no money by these rates is counted apart.
 *
 *   GOAL_STORE=goal.json node docs/examples/goal.ts [target]
 *
 * The file keeps the sum: without it, every start begins at nothing.
 */
import { goal } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';
import { fileStore, runUntilSignal } from 'tipstream/node';

const [target = '50'] = process.argv.slice(2);
const rates = { 'chaturbate:token': 0.05, 'stripchat:token': 0.05, 'camsoda:token': 0.04, bit: 0.01, USD: 1 };
const store = process.env.GOAL_STORE ? fileStore(process.env.GOAL_STORE) : undefined;

await runUntilSignal(async (signal) => {
  const progress = goal(tipsFromEnv(process.env), { target: Number(target), rates, store });
  for await (const { amount, percent, count, reached } of progress.iterate({ signal })) {
    const bar = '#'.repeat(Math.min(20, Math.floor(percent / 5))).padEnd(20, '.');
    console.log(`[${bar}] ${amount.toFixed(2)} of ${target} with ${count} tips${reached ? ', reached' : ''}`);
  }
});
