import type { Credential } from '../core/auth.ts';
import type { RateClass } from '../core/limiter.ts';
import type { ClientOptions } from '../core/options.ts';
import type { LoginInput } from './inputs.ts';

/** What the service counts, each on its own (TT-34). */
export type TikTokRate = 'api' | 'auth' | 'connect' | 'strict' | 'websocket';

/** What `createTikTok` takes. */
export interface TikTokOptions extends ClientOptions {
  /** Where the service is. @default 'http://localhost:8002' */
  baseUrl?: string | undefined;
  /** The key of the service, or a function that looks it up for every request. Sockets need it. */
  apiKey?: Credential | undefined;
  /** A bearer token of the service, instead of a key or beside it. */
  token?: Credential | undefined;
  /** Logs in when a token is needed, and again when it is over: the service has no refresh token. @default none */
  login?: LoginInput | undefined;
  /** Calls that the service allows, where they are not as documented. @default api 100, auth 10, connect 5, strict 10, websocket 20 a minute */
  rates?: Partial<Record<TikTokRate, RateClass>> | undefined;
  /** What comes of a name that nobody has: the picture that the service drew, with `found: false`, or `NOT_FOUND`. @default 'drawn' */
  unknownUsers?: 'drawn' | 'error' | undefined;
  /** How often a socket is asked for a sign of life, in milliseconds; without one twice it is given up. @default seconds(30) */
  heartbeat?: number | undefined;
}
