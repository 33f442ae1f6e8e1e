/**
 * Once through everything that a TikTok service of your own can do: health, key, profile, connect, sessions, disconnect, metrics; and between them the
 * room itself, with its comments, its gifts and the pictures of its people.
 *
 *   npx tipstream-mock                                        a service to try it with
 *   TIKTOK_BASE_URL=http://127.0.0.1:5000/tiktok TIKTOK_API_KEY=dev-api-key-12345 node docs/examples/tiktok.ts [username]
 */
import { describe, take } from 'tipstream';
import { createAvatars, createTikTok } from 'tipstream/tiktok';

const [username = 'test_user'] = process.argv.slice(2);
const tiktok = createTikTok({ baseUrl: process.env.TIKTOK_BASE_URL, apiKey: process.env.TIKTOK_API_KEY });
const avatars = createAvatars({ service: tiktok });
const sessionId = 'test-123';

const { status, version } = await tiktok.health();
console.log(`1. the service is ${status}, version ${version}`);

const { ok, message } = await tiktok.verify();
console.log(`2. ${message}`);
if (!ok) process.exit(1);

const { nickname, source } = await tiktok.profile.get({ username });
console.log(`3. ${username} is ${nickname}, with a picture from the ${source}`);

await tiktok.live.connectWhenLive({ sessionId, username });
console.log(`4. connected to @${username}`);

const comments = tiktok.comments(sessionId);
const gifts = (async () => {
  for await (const gift of take(tiktok.tips(sessionId), 1))
    console.log(`   ${gift.tipper} gave ${gift.message}: ${describe(gift)}`);
})();
for await (const { user, comment } of take(comments, 3)) {
  const picture = await avatars.resolve({ username: user.username, displayName: user.nickname });
  console.log(`   ${user.username} (${picture.source}): ${comment}`);
}
await gifts;

const { active_sessions: sessions } = await tiktok.live.sessions();
const session = sessions.find(({ session_id }) => session_id === sessionId);
console.log(`5. session ${sessionId} is ${session?.status}, ${session?.comment_count} comments`);

await tiktok.live.disconnect({ sessionId });
console.log(`6. disconnected`);

const { metrics } = await tiktok.monitoring.metrics({ timeWindow: 1 });
console.log(`7. ${metrics.requests?.total} requests in the last minute`);

avatars.close();
await tiktok.close();
