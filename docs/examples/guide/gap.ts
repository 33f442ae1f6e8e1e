import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);
tips.on('gap', ({ platform, from, to, reason }) => {
  console.error(`${platform}, ${reason}: perhaps tips are missing`, from && new Date(from), new Date(to));
});
tips.subscribe((tip) => console.log(tip.amount));
