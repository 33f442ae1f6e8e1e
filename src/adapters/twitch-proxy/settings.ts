import { appToken } from '../../twitch/app-token.ts';
import { type Env, envError, type Variables, variables } from '../env/variables.ts';
import type { TwitchProxyOptions } from './options.ts';
import type { ListenOptions } from './server.ts';

/** A number that is there, or none. */
function numberOf(on: Variables, name: string, fits: (value: number) => boolean, what: string): number | undefined {
  const text = on.text(name);
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text) && fits(Number(text))) return Number(text);
  throw envError(`${on.prefix}_${name} is no ${what}; write e.g. ${what === 'port' ? 8081 : 10}`);
}

/**
 * The settings of the command, from its environment.
 *
 * @throws TipstreamError `CONFIG` that names the variable and never its value
 */
export function settingsOf(env: Env): TwitchProxyOptions & ListenOptions {
  const [app, twitch, rate] = [variables(env, 'APP'), variables(env, 'TWITCH'), variables(env, 'RATE_LIMIT')];
  const [cors, cache] = [variables(env, 'CORS'), variables(env, 'CACHE')];
  const clientId = twitch.needed('CLIENT_ID', 'it stands in the developer console of Twitch');
  const clientSecret = twitch.needed('CLIENT_SECRET', 'it stands in the developer console of Twitch');
  const origins = cors.text('ORIGINS');
  const megabytes = numberOf(cache, 'MEGABYTES', (value) => value >= 1, 'number of megabytes');
  return {
    clientId,
    auth: app.flag('TOKEN_FOR_USERS') ? appToken({ clientSecret }) : undefined,
    port: numberOf(app, 'PORT', (value) => Number.isInteger(value) && value < 65_536, 'port'),
    host: app.text('HOST'),
    rate: {
      perSecond: numberOf(rate, 'REQUESTS_PER_SECOND', (value) => value > 0, 'number of requests in a second'),
      per: rate.flag('PER_TOKEN') ? 'token' : 'proxy',
    },
    cors:
      origins === undefined
        ? undefined
        : { origins: origins === '*' ? '*' : origins.split(',').map((one) => one.trim()) },
    cacheBytes: (megabytes ?? 256) * 2 ** 20,
    baseUrl: twitch.address('API_URL'),
    authUrl: twitch.address('AUTH_URL'),
  };
}
