import { fileStore } from 'tipstream/node';
import { createTwitch, userToken } from 'tipstream/twitch';

const twitch = createTwitch({
  clientId: process.env.TWITCH_CLIENT_ID ?? '',
  auth: userToken({
    refreshToken: process.env.TWITCH_REFRESH_TOKEN ?? '',
    clientSecret: process.env.TWITCH_CLIENT_SECRET ?? '',
    store: fileStore('./tokens-of-mira.json'),
  }),
});
const { ok, message } = await twitch.verify({ scopes: ['bits:read', 'channel:read:subscriptions'] });
console.log(ok, message); // true 'twitch: the token of mira works', or what it lacks, and for what
