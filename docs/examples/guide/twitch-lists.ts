import { createTwitch } from 'tipstream/twitch';

const twitch = createTwitch({ clientId: process.env.TWITCH_CLIENT_ID ?? '', token: process.env.TWITCH_TOKEN ?? '' });
const [me] = (await twitch.users({ logins: ['mira'] })).items; // whose token it is
if (!me) throw new Error('nobody has this name');
const here = { broadcasterId: me.id, moderatorId: me.id };

const page = await twitch.chatters({ ...here, first: 100 });
console.log(page.total, page.items.length, page.cursor);

for await (const { user_login } of twitch.chatters.all(here, { max: 5000 })) console.log(user_login);

const { data, meta } = await twitch.users.withMeta({ logins: ['mira', 'noor'] });
console.log(data.items.length, meta.cache, meta.rateLimit?.remaining);
