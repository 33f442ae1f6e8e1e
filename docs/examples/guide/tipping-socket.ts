// #region socket
import { createTipping, livePantyStaging } from 'tipstream/tipping';

const tipping = createTipping({
  baseUrl: livePantyStaging,
  socket: {
    url: (streamId) => `wss://events.example.com/v1/streams/${streamId}/events`,
    auth: 'message',
    message: (token) => ({ type: 'auth', token }),
    heartbeat: { every: 30_000, message: '{"type":"ping"}' },
    silence: 90_000,
  },
});
// #endregion
await tipping.auth.login({ email: 'ada@example.test', password: process.env.TIPPING_PASSWORD ?? '' });
const [stream] = (await tipping.streams.list()).items;
const tips = tipping.tips({ streamId: stream?.id ?? '' });
tips.subscribe((tip) => console.log(tip.amount));
await tips.ready();
console.log('ready');
