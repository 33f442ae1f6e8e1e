import type { Credential } from '../core/auth.ts';
import type { RateClass } from '../core/limiter.ts';
import type { ClientOptions } from '../core/options.ts';
import type { TwitchAuth } from './auth.ts';

/** What `createTwitch` takes beside the token. */
export interface TwitchSettings extends ClientOptions {
  /** The client id of your app, from the developer console. */
  clientId: string;
  /**
   * Where tokens are made and validated.
   * @default 'https://id.twitch.tv/oauth2'; with a `baseUrl` of your own, `oauth2` beside its `helix`
   */
  authUrl?: string | undefined;
  /**
   * Where the sockets of EventSub are. `?keepalive_timeout_seconds=30` in it sets how long Twitch may be silent.
   * @default 'wss://eventsub.wss.twitch.tv/ws'; with a `baseUrl` of your own, `ws` beside its `helix`
   */
  eventsubUrl?: string | undefined;
  /**
   * How often Helix may be asked with one token; what its answers say is heeded in any case.
   * @default { limit: 10, per: seconds(1), burst: 20 }
   */
  rate?: Partial<RateClass> | undefined;
}

/** What `createTwitch` takes: a token, or a way to come to one. */
export type TwitchOptions = TwitchSettings &
  (
    | {
        /** A user token or an app token, a function that looks it up for every request, or a provider that can renew it. */
        token: Credential;
        auth?: undefined;
      }
    | {
        /** `appToken({ clientSecret })` or `userToken({ ... })`. */
        auth: TwitchAuth;
        token?: undefined;
      }
  );
