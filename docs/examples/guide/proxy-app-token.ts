import { appToken } from 'tipstream/twitch';
import { twitchProxyHandler } from 'tipstream/twitch-proxy';

export const handler = twitchProxyHandler({
  clientId: process.env.TWITCH_CLIENT_ID ?? '',
  auth: appToken({ clientSecret: process.env.TWITCH_CLIENT_SECRET ?? '' }),
});
