import { batch, filter, goal, real, seconds, tally } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

const tips = filter(tipsFromEnv(process.env), real); // without test tips
const large = filter(tips, (tip) => tip.amount >= 100);

large.subscribe((tip) => console.log(`a large one: ${tip.amount} from ${tip.tipper}`));
tally(tips).subscribe(({ count, top }) => console.log(`${count} tips, ${top[0]?.tipper ?? 'nobody'} leads`));
goal(tips, { target: 100, rates: { token: 0.05 } }).subscribe(({ percent }) => console.log(`${percent} % of the goal`));
batch(tips, { size: 50, within: seconds(5) }).subscribe((page) => console.log(`${page.length} tips at once`));
