import type { Credential } from '../core/auth.ts';
import { type Client, clientOf, connect, openWhole } from '../core/client.ts';
import type { Connection } from '../core/connection.ts';
import { configError } from '../core/errors.ts';
import { createLog, type Log } from '../stream/log.ts';
import type { TwitchTokens } from './auth.ts';
import { twitchAuth } from './auth-endpoints.ts';
import { besideOf } from './beside.ts';
import { twitch } from './endpoints.ts';
import type { TwitchOptions } from './options.ts';
import type { TwitchValidation } from './schemas.ts';

/** An open way to Helix: what every part of a Twitch client stands on. */
export interface Helix {
  readonly options: TwitchOptions;
  readonly connection: Connection;
  /** One call per endpoint. */
  readonly calls: Client<typeof twitch>;
  /** What kind of token it is, where that is known beforehand. */
  readonly kind: 'app' | 'user' | undefined;
  readonly log: Log;
  /** Asks id.twitch.tv whose token it is, and with which scopes. Errors: `AUTH` for a token that is no more. */
  validate(): Promise<TwitchValidation>;
  /** Forgets what the tokens were made of. */
  forgetTokens(): Promise<void>;
}

/**
 * Opens the way to Helix. Sends nothing.
 *
 * @throws TipstreamError `CONFIG`
 */
export function openHelix(options: TwitchOptions): Helix {
  const { token, auth, authUrl, rate, ...given } = options ?? {};
  // Whoever names the original means the original of everything.
  const original = given.baseUrl?.replace(/\/*$/, '') === twitch.baseUrl;
  const rest = original ? { ...given, baseUrl: undefined } : given;
  const { clientId } = rest;
  if (!clientId) throw configError('twitch', 'clientId is missing; it stands in the developer console of Twitch');
  if (!token === !auth) throw configError('twitch', 'give either token or auth, and not both');
  if (typeof token === 'string' && /^(oauth:|bearer )/i.test(token))
    throw configError('twitch', 'token begins with its kind; give only what follows "oauth:" or "Bearer "');
  if (Object.values(rate ?? {}).some((part) => typeof part === 'number' && !(part > 0)))
    throw configError('twitch', 'rate: limit, per and burst must be more than 0');
  const rates = { helix: { ...twitch.rates.helix, ...rate } };

  // Its secrets belong to the redactor of the connection, which is opened with it.
  let tokens: TwitchTokens | undefined;
  const credential: Credential | undefined = auth
    ? {
        get: (signal) => tokens?.get(signal) ?? '',
        refresh: (stale, signal) => tokens?.refresh(stale, signal) ?? '',
      }
    : token;
  const connection = openWhole({ ...twitch, rates }, rest, {
    credential,
    headers: { 'Client-Id': clientId },
    account: auth?.account && `${clientId} ${auth.account}`,
  });
  const id = connect(
    twitchAuth,
    {
      ...rest,
      baseUrl: authUrl ?? (rest.baseUrl && besideOf(rest.baseUrl, 'oauth2')),
      cache: false,
      // It closes with the connection, which waits for a renewal that is under way.
      signal: connection.closed ? rest.signal : undefined,
    },
    { credential },
  );
  connection.onClose(async () => {
    await tokens?.close?.();
    await id.close();
  });
  const { clock, logger } = connection.options;
  const log = createLog('twitch', clock, logger);
  tokens = auth?.open({
    clientId,
    clock,
    redactor: connection.redactor,
    calls: id,
    warn: (text) => log('warn', text),
  });
  return {
    options,
    connection,
    calls: clientOf(twitch, connection),
    kind: auth?.kind,
    log,
    validate: () => id.validate(),
    async forgetTokens() {
      await tokens?.forget();
      await id.forget();
    },
  };
}
