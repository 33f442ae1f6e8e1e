/**
 * The Twitch proxy with a cache that several proxies share:
 *
 *     REDIS_URL=redis://127.0.0.1:6379 TWITCH_CLIENT_ID=... node twitch-proxy.ts
 *
 * Keys hold a SHA-256 of the token and never the token. Without Redis it asks Twitch.
 */
import { once } from 'node:events';
import KeyvRedis from '@keyv/redis';
import Keyv from 'keyv';
import { runUntilSignal } from 'tipstream/node';
import { serveTwitchProxy } from 'tipstream/twitch-proxy/node';

const { REDIS_URL = 'redis://127.0.0.1:6379', TWITCH_CLIENT_ID = '', TWITCH_API_URL, APP_PORT = '8081' } = process.env;
const cache = new Keyv({ store: new KeyvRedis(REDIS_URL), namespace: 'twitch-proxy' });
cache.on('error', (error) => console.error(`redis: ${error.message}`));

await runUntilSignal(async (signal) => {
  const server = await serveTwitchProxy({
    clientId: TWITCH_CLIENT_ID,
    baseUrl: TWITCH_API_URL,
    port: Number(APP_PORT),
    cache,
    logger: { info: console.log, warn: console.warn, error: console.error },
  });
  console.log(`listening on ${server.url}`);
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
  await cache.disconnect();
});
