import { twitchProxyHandler } from 'tipstream/twitch-proxy';

const handler = twitchProxyHandler({
  clientId: process.env.TWITCH_CLIENT_ID ?? '',
  cors: { origins: ['https://overlay.example.com'] },
  rate: { perSecond: 10, per: 'token' },
});
export const worker = { fetch: (request: Request) => handler(request) }; // Workers, Bun; Deno.serve(handler)
