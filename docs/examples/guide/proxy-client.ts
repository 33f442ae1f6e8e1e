import { createTwitchProxyClient } from 'tipstream/twitch';

const twitch = createTwitchProxyClient({
  baseUrl: 'http://twitch-api:8081',
  token: () => process.env.TWITCH_TOKEN ?? '',
});
const { data, meta } = await twitch.users.withMeta({ logins: ['mira', 'grace'] });
console.log(data.items.length, meta.cache); // 2 'MISS'
const [mira] = data.items;
if (mira)
  for await (const { user_name } of twitch.chatters.all({ broadcasterId: mira.id, moderatorId: mira.id }))
    console.log(user_name);
