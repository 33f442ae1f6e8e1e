import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);
tips.subscribe((tip) => console.log(tip.amount), { observe: true, label: 'the log' });
