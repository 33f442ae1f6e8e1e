import type { TokenProvider } from '../core/auth.ts';
import type { Client } from '../core/client.ts';
import { configError } from '../core/errors.ts';
import type { Redactor } from '../core/redact.ts';
import { type Clock, seconds } from '../core/time.ts';
import type { twitchAuth } from './auth-endpoints.ts';
import type { TwitchToken } from './schemas.ts';

/** What a way to come to tokens works with; `createTwitch` brings it. */
export interface TwitchAuthSetting {
  clientId: string;
  clock: Clock;
  redactor: Redactor;
  /** The calls to id.twitch.tv. */
  calls: Pick<Client<typeof twitchAuth>, 'appToken' | 'refreshToken'>;
  warn(text: string): void;
}

/** Tokens of one client. */
export interface TwitchTokens extends Required<TokenProvider> {
  /** Forgets the tokens, stored ones too. */
  forget(): void | Promise<void>;
  /** What must not be lost and is under way at id.twitch.tv, which can be asked until then. */
  close?(): Promise<void>;
}

/** A way to come to tokens: `appToken` or `userToken`. */
export interface TwitchAuth {
  readonly kind: 'app' | 'user';
  /** What names the account of this app while its tokens change. @default its first token */
  readonly account?: string | undefined;
  /** Called by the client. @internal */
  open(setting: TwitchAuthSetting): TwitchTokens;
}

/** A token is renewed so long before it expires, or at nine tenths of its life. */
const grace = seconds(60);

/** When a token should no longer be used. A life of 0, or none, has no end. */
export function endOf({ expires_in: life }: Pick<TwitchToken, 'expires_in'>, now: number): number {
  if (!life) return Number.POSITIVE_INFINITY;
  return now + seconds(life) - Math.min(grace, seconds(life) / 10);
}

/**
 * A secret of the app belongs on a server.
 *
 * @throws TipstreamError `CONFIG` in a page
 */
export function keepOffPages(what: string): void {
  if ('document' in globalThis)
    throw configError(
      'twitch',
      `${what} holds the secret of your app, which everybody could read in a page; keep it on a server`,
    );
}

/**
 * Runs once for everybody who asks meanwhile. Not in workerd: there a promise that belongs to one request may not be awaited by
 * another.
 */
export function single<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return run();
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
