import { createLimiter } from 'tipstream';
import { createTwitch } from 'tipstream/twitch';

const limiter = createLimiter(); // for clients that share a credential
const credential = { clientId: process.env.TWITCH_CLIENT_ID ?? '', token: process.env.TWITCH_TOKEN ?? '' };
const chat = createTwitch({ ...credential, limiter });
const shop = createTwitch({ ...credential, limiter });

await Promise.all([chat.users({ logins: ['mira'] }), shop.users({ logins: ['noor'] })]);
console.log(chat.rateLimits()); // { helix: { limit: ..., remaining: ..., waiting: 0 } }
