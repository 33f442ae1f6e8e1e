import Keyv from 'keyv';
import { memoryCache, minutes, tiered } from 'tipstream';
import { createTwitch } from 'tipstream/twitch';

const cache = tiered([
  { store: memoryCache({ max: 500 }), ttl: minutes(5) },
  { store: new Keyv(), ttl: minutes(30) },
]);
const twitch = createTwitch({
  clientId: process.env.TWITCH_CLIENT_ID ?? '',
  token: process.env.TWITCH_TOKEN ?? '',
  cache,
});

await twitch.users({ logins: ['mira'] });
const { meta } = await twitch.users.withMeta({ logins: ['mira'] });
console.log(meta.cache, cache.stats());
