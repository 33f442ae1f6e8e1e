/**
 * Tips trigger effects of an AR filter. Each range of amounts has an effect, an effect rests after it was shown, and a tip whose effect rests
 * gets the next smaller one that does not.
 *
 *   node docs/examples/ar-filter.ts
 */
import { filter, real, seconds, type TipEvent } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';
import { runUntilSignal } from 'tipstream/node';

/** The dearest first. */
const effects = [
  { name: 'confetti', from: 200, cooldown: seconds(30) },
  { name: 'crown', from: 50, cooldown: seconds(10) },
  { name: 'hearts', from: 1, cooldown: 0 },
];
const restsUntil = new Map<string, number>();

/** The effect for a tip, by the tip's own time, so that a replayed evening looks the same. */
function effectFor({ amount, timestamp }: TipEvent): string | undefined {
  const now = timestamp * 1000;
  const effect = effects.find(({ name, from }) => amount >= from && now >= (restsUntil.get(name) ?? 0));
  if (effect?.cooldown) restsUntil.set(effect.name, now + effect.cooldown);
  return effect?.name;
}

await runUntilSignal(async (signal) => {
  // A filter on a face must not move for a test, and 100 tokens are not 100 bits: here only tokens count.
  const tips = filter(tipsFromEnv(process.env), (tip) => real(tip) && tip.unit === 'token');
  for await (const tip of tips.iterate({ signal })) {
    const effect = effectFor(tip);
    if (effect) console.log(JSON.stringify({ effect, tip: tip.id, amount: tip.amount }));
  }
});
