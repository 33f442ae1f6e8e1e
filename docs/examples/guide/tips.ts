import { describe } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

for await (const tip of tipsFromEnv(process.env)) {
  console.log(`${tip.tipper} gave ${describe(tip)} on ${tip.platform}`);
}
