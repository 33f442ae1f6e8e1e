import { bearer } from '../core/auth.ts';
import { cached } from '../core/cached.ts';
import { circuit } from '../core/circuit.ts';
import { get, platform } from '../core/endpoint.ts';
import { minutes, seconds } from '../core/time.ts';
import { pageOf } from './page.ts';
import { readTwitchProblem } from './problem.ts';
import { chattersQuery, moderatedChannelsQuery, usersQuery } from './queries.ts';
import { listOf, readChatter, readModeratedChannel, readUser } from './shapes.ts';

/** What can be asked of Helix. */
export const twitch = platform({
  name: 'twitch',
  baseUrl: 'https://api.twitch.tv/helix',
  auth: bearer(),
  // Twitch allows 800 points a minute; what came back was 600 a minute for years (TW-16).
  rates: { helix: { limit: 10, per: seconds(1), kind: 'bucket', burst: 20, counts: 'answered' } },
  problem: readTwitchProblem,
  renews: ({ problem }) => problem?.reason === undefined,
  circuit: circuit(),
  advice: {
    AUTH: 'the token was refused; renew the token',
    PERMISSION: 'the token may not do this; look at its scopes and at whose it is',
  },
  endpoints: {
    /** Users by id or login. Who does not exist is not in the answer. */
    users: get('/users', {
      query: usersQuery,
      wire: { ids: 'id', logins: 'login' },
      response: pageOf(listOf(readUser)),
      rate: 'helix',
      cache: cached(minutes(5)),
    }),
    /** Who is in a chat. Needs a user token of a moderator with the scope `moderator:read:chatters`. */
    chatters: get('/chat/chatters', {
      query: chattersQuery,
      wire: { broadcasterId: 'broadcaster_id', moderatorId: 'moderator_id' },
      response: pageOf(listOf(readChatter)),
      rate: 'helix',
    }),
    /** The channels that the token's user moderates. Needs the scope `user:read:moderated_channels`. */
    moderatedChannels: get('/moderation/channels', {
      query: moderatedChannelsQuery,
      wire: { userId: 'user_id' },
      response: pageOf(listOf(readModeratedChannel)),
      rate: 'helix',
      cache: cached(minutes(1)),
    }),
  },
});
