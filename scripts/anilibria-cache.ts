/**
 * What the levels of a cache let through: 10,000 requests for 500 titles over a day, the n-th title wanted 1/n as often as the first. Prints a
 * table. Needs `redis-server`.
 */
import { type Outcome, plans, spend, table } from '../test/anilibria/cache-evening.ts';

const outcomes: Outcome[] = [];
for (const plan of plans) outcomes.push(await spend(plan));
console.log(table(outcomes));
