import type { CacheStore } from '../../core/cache.ts';
import type { CircuitOptions } from '../../core/circuit.ts';
import { configError } from '../../core/errors.ts';
import type { ClientOptions } from '../../core/options.ts';
import { seconds } from '../../core/time.ts';
import type { TwitchAuth } from '../../twitch/auth.ts';
import type { CorsOptions } from './cors.ts';

/** How often the proxy asks Twitch. */
export interface TwitchProxyRate {
  /** Requests to Twitch in a second. @default 10 */
  perSecond?: number | undefined;
  /** So many may go at once after a pause. @default twice as many as in a second */
  burst?: number | undefined;
  /**
   * Who shares them. `'proxy'`: everybody, as one. `'token'`: each token has its own, as Twitch itself counts.
   * @default 'proxy'
   */
  per?: 'proxy' | 'token' | undefined;
}

/** What `twitchProxyHandler` takes. Durations are in milliseconds. */
export interface TwitchProxyOptions
  extends Pick<
    ClientOptions,
    'fetch' | 'retry' | 'limiter' | 'telemetry' | 'logger' | 'clock' | 'random' | 'allowInsecure' | 'signal'
  > {
  /** The client id of the app that the tokens belong to, from the developer console. */
  clientId: string;
  /** Answers `/users` without an `Authorization` with a token of the app: `appToken({ clientSecret })`. @default such a request is a 401 */
  auth?: TwitchAuth | undefined;
  /** How often Twitch is asked. What comes too fast waits. */
  rate?: TwitchProxyRate | undefined;
  /**
   * Where answers are kept: a Keyv, `tiered([...])`, your own; `false` keeps none. Keys hold a SHA-256 of the token.
   * @default in the memory of this process
   */
  cache?: CacheStore | false | undefined;
  /** How much the memory holds, in bytes. @default 64 MiB */
  cacheBytes?: number | undefined;
  /** Which pages may ask. @default none */
  cors?: CorsOptions | undefined;
  /** When Twitch is left alone for a while, because it is down; `false` never does. @default 5 failures in a row, 30 s */
  circuit?: CircuitOptions | false | undefined;
  /** Whether `/metrics` answers. @default true */
  metrics?: boolean | undefined;
  /** Whether answers from 1 kB on are compressed for whoever takes it. @default true, where the runtime can */
  gzip?: boolean | undefined;
  /** Where Helix is. @default 'https://api.twitch.tv/helix' */
  baseUrl?: string | undefined;
  /** Where id.twitch.tv is, for `auth`. @default 'https://id.twitch.tv/oauth2' */
  authUrl?: string | undefined;
  /** The time limit of one request to Twitch. @default seconds(10) */
  timeout?: number | undefined;
  /** The time limit of an answer: the wait for a turn, every attempt, and the waits between them. @default seconds(30) */
  deadline?: number | undefined;
  /** Who sent a request, as `ip:port`, for the log. @default not known */
  from?: ((request: Request) => string | undefined) | undefined;
}

/** Calls in a second, and how many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
  readonly perToken: boolean;
}

const positive = (name: string, value: number): number => {
  if (Number.isFinite(value) && value > 0) return value;
  throw configError('twitch-proxy', `${name}: ${value} is no number above 0`);
};

/**
 * Reads the rate.
 *
 * @throws TipstreamError `CONFIG`
 */
export function rateOf({ perSecond = 10, burst = 2 * perSecond, per = 'proxy' }: TwitchProxyRate = {}): Rate {
  if (per !== 'proxy' && per !== 'token')
    throw configError('twitch-proxy', `rate.per: '${String(per)}' is none of proxy, token`);
  return {
    perSecond: positive('rate.perSecond', perSecond),
    burst: Math.max(1, positive('rate.burst', burst)),
    perToken: per === 'token',
  };
}

/** What is not said. */
export const proxyDefaults = {
  timeout: seconds(10),
  deadline: seconds(30),
  retry: 3,
  cacheBytes: 64 * 2 ** 20,
} as const;
