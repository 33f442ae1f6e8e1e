import { createTipping } from 'tipstream/tipping';

const tipping = createTipping({ baseUrl: process.env.TIPPING_BASE_URL ?? '' });
await tipping.auth.login({ email: 'ada@example.test', password: process.env.TIPPING_PASSWORD ?? '' });

const [stream] = (await tipping.streams.list()).items;
if (!stream) throw new Error('nobody is live');
const tips = tipping.tips({ streamId: stream.id });
tips.subscribe((tip) => console.log(`${tip.tipper} gave ${tip.amount}: ${tip.message}`)); // Ada gave 25: for the next song
await tips.ready();

await tipping.wallet.transfer({
  toUserId: stream.host_id,
  tokens: 25,
  streamId: stream.id,
  message: 'for the next song',
});
await tipping.auth.logout();
await tipping.close();
