/**
 * A tip menu for a toy: some amounts are a pattern of their own, everything else is as strong as it is large. One pattern at a time, in order.
 *
 *   node docs/examples/toy-menu.ts [speed]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { filter, real, seconds, type TipEvent } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';
import { runUntilSignal } from 'tipstream/node';

const [speed = '1'] = process.argv.slice(2);

interface Pattern {
  name: string;
  /** From 1 to 20. */
  strength: number;
  length: number;
}

const menu: Readonly<Record<number, Pattern>> = {
  25: { name: 'wave', strength: 8, length: seconds(5) },
  55: { name: 'pulse', strength: 12, length: seconds(8) },
  101: { name: 'fireworks', strength: 20, length: seconds(15) },
};

const patternFor = ({ amount }: TipEvent): Pattern =>
  menu[amount] ?? {
    name: 'hum',
    strength: Math.min(20, Math.ceil(amount / 10)),
    length: Math.min(seconds(30), amount * 100),
  };

/** The place for the toy's own library. */
const buzz = (strength: number): void => console.log(`strength ${strength}`);

await runUntilSignal(async (signal) => {
  const tips = filter(tipsFromEnv(process.env), real);
  try {
    for await (const tip of tips.iterate({ signal, label: 'the toy' })) {
      const { name, strength, length } = patternFor(tip);
      console.log(`${tip.amount} from ${tip.tipper}: ${name}`);
      buzz(strength);
      await wait(length / Number(speed), undefined, { signal });
    }
  } finally {
    // Whatever ends the program, the toy comes to rest.
    buzz(0);
  }
});
