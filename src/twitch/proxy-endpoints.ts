import { get, platform } from '../core/endpoint.ts';
import { seconds } from '../core/time.ts';
import { isWire } from '../stream/tip-wire.ts';
import { twitch } from './endpoints.ts';
import { readProxyProblem } from './proxy-problem.ts';

/** The proxy says some failures with status 200 and a line of text. */
const accepts = (_status: number, body: unknown): false | undefined =>
  isWire(body) && 'data' in body ? undefined : false;

const { users, chatters, moderatedChannels } = twitch.endpoints;

/** What can be asked of a Twitch proxy: three questions of Helix, and whether it lives. */
export const twitchProxy = platform({
  name: 'twitch-proxy',
  auth: twitch.auth,
  rates: twitch.rates,
  problem: readProxyProblem,
  renews: twitch.renews,
  circuit: twitch.circuit,
  advice: twitch.advice,
  endpoints: {
    /** Whether the proxy lives. Needs no token and asks nothing of Twitch. */
    health: get('/healthz', {
      text: true,
      auth: false,
      timeout: seconds(10),
      accepts: (status) => status === 200,
      response: (text) => String(text).trim() === 'ok',
    }),
    /** Users by id or login. Who does not exist is not in the answer. */
    users: { ...users, accepts },
    /** Who is in a chat. Needs a user token of a moderator with the scope `moderator:read:chatters`. */
    chatters: { ...chatters, path: '/chatters', accepts },
    /** The channels that the token's user moderates. Needs the scope `user:read:moderated_channels`. */
    moderatedChannels: { ...moderatedChannels, path: '/moderated-channels', accepts },
  },
});
