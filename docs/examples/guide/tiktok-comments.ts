import { createTikTok } from 'tipstream/tiktok';

const tiktok = createTikTok({ baseUrl: 'http://localhost:8002', apiKey: process.env.TIKTOK_API_KEY });
console.log(await tiktok.verify());

const { session_id } = await tiktok.live.connectWhenLive({ username: '@mira' });
const comments = tiktok.comments(session_id, { autoConnect: true });
comments.on('gap', ({ from, to }) => console.log('comments may be missing', from, to));
for await (const { user, comment } of comments) console.log(user.username, comment);
