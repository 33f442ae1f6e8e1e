import { clientsFromEnv } from 'tipstream/env';

const { stripchat: client } = clientsFromEnv(process.env); // the one in question
if (!client) throw new Error('it is not set up: STRIPCHAT_TOKEN is missing, or STRIPCHAT_ENABLED=false');

const tips = client.tips();
tips.on('status', ({ state, reason, retryAt }) => console.log(state, reason ?? '', retryAt ? new Date(retryAt) : ''));
tips.on('error', (error) => console.log(error.message));
tips.on('invalid', ({ path, code }) => console.log(path, code));
tips.on('gap', (gap) => console.log(gap));
tips.subscribe((tip) => console.log(tip.amount));
console.log((await client.verify()).message);
