import { take } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);

const stop = tips.subscribe((tip) => console.log('a callback', tip.amount));

for await (const tip of take(tips, 2)) console.log('a loop', tip.tipper);

const reader = tips.toReadableStream().getReader();
const { value } = await reader.read();
console.log('a web stream', value?.message);

await reader.cancel();
stop();
await tips.close();
