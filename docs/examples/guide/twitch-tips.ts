import { describe } from 'tipstream';
import { createTwitch } from 'tipstream/twitch';

const twitch = createTwitch({ clientId: process.env.TWITCH_CLIENT_ID ?? '', token: process.env.TWITCH_TOKEN ?? '' });
const tips = twitch.tips({ include: ['bits', 'subscriptions', 'gifts'] });
tips.on('gap', ({ from, to }) => console.log('perhaps missed', from, to));
tips.subscribe((tip) => console.log(tip.tipper, describe(tip)));
