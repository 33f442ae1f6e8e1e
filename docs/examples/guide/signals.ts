import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);

tips.on('status', ({ platform, state, reason }) => console.log(platform, state, reason ?? '')); // connecting, live, waiting, behind, stalled, ended
tips.on('gap', ({ from, to, reason }) => console.log('perhaps missing', from, to, reason));
tips.on('error', (error) => console.log(error.code, error.message)); // every one; only a fatal one ends the stream
tips.on('invalid', ({ path, code }) => console.log('could not be read', path, code));

tips.subscribe((tip) => console.log(tip.amount));
await tips.ready(); // the first answers came; without a watcher nothing is asked
console.log(tips.stats().polls, 'questions so far');
