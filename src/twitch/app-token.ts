import { configError } from '../core/errors.ts';
import { endOf, keepOffPages, single, type TwitchAuth } from './auth.ts';

/** What `appToken` takes. */
export interface AppTokenOptions {
  /** The secret of the app, from the developer console. */
  clientSecret: string;
}

/**
 * A token of the app itself, made when it is first needed and renewed a minute before it expires, once for everybody. It is good for
 * `users` only: everything else on Twitch asks for the token of a user.
 *
 * @throws TipstreamError `CONFIG` in a page, or without a secret
 *
 * @example
 * ```ts
 * import { appToken, createTwitch } from 'tipstream/twitch';
 * const twitch = createTwitch({ clientId: 'yourclientid', auth: appToken({ clientSecret: 'not-a-secret-client' }) });
 * const { items } = await twitch.users({ logins: ['mira'] });
 * ```
 */
export function appToken({ clientSecret }: AppTokenOptions): TwitchAuth {
  keepOffPages('appToken');
  if (!clientSecret)
    throw configError('twitch', 'clientSecret is missing; it stands in the developer console of Twitch');
  return {
    kind: 'app',
    account: 'app',
    open({ clientId, clock, redactor, calls }) {
      let held: { token: string; until: number } | undefined;
      redactor.add(clientSecret);
      const ask = single(async () => {
        const began = clock.now();
        const answer = await calls.appToken({ clientId, clientSecret, grantType: 'client_credentials' });
        held = { token: answer.access_token, until: endOf(answer, began) };
        return answer.access_token;
      });
      return {
        get: () => (held && clock.now() < held.until ? held.token : ask()),
        refresh: (stale) => (held && held.token !== stale ? held.token : ask()),
        forget() {
          held = undefined;
        },
      };
    },
  };
}
