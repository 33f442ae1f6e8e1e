import { createAvatars, createTikTok } from 'tipstream/tiktok';

const tiktok = createTikTok({ apiKey: process.env.TIKTOK_API_KEY });
const avatars = createAvatars({ service: tiktok });

const { session_id } = await tiktok.live.connectWhenLive({ username: '@mira' });
tiktok.comments(session_id).subscribe(async ({ user }) => {
  const { avatar_data_url, avatar_url, source } = await avatars.resolve({
    username: user.username,
    displayName: user.nickname,
    liveAvatarUrl: user.avatar_url,
  });
  console.log(source, avatar_data_url ?? avatar_url);
});
