import { appToken, createTwitch } from 'tipstream/twitch';

const twitch = createTwitch({
  clientId: process.env.TWITCH_CLIENT_ID ?? '',
  auth: appToken({ clientSecret: process.env.TWITCH_CLIENT_SECRET ?? '' }),
});
const { items } = await twitch.users({ logins: ['mira', 'noor'] });
for (const { login, display_name } of items) console.log(login, display_name);
await twitch.close();
