import { digest } from '../core/account.ts';
import { configError, isTipstreamError, TipstreamError } from '../core/errors.ts';
import { sleep } from '../core/time.ts';
import { isWire } from '../stream/tip-wire.ts';
import { endOf, keepOffPages, single, type TwitchAuth, type TwitchAuthSetting, type TwitchTokens } from './auth.ts';

/** Where the tokens of a user are kept: a database, a file, a Keyv. It holds secrets: keep it as such. */
export interface TwitchTokenStore {
  /** What is kept under `key`, or nothing. */
  get(key: string): unknown;
  /** Keeps `value`, which is plain JSON. */
  set(key: string, value: unknown): unknown;
  /** Forgets `key`. */
  delete(key: string): unknown;
}

/** What `userToken` takes: either what renews a token, or your own function that does. */
export type UserTokenOptions = UserTokenRefresh | UserTokenStored;

/** Your own function renews the token. */
export interface UserTokenRefresh {
  /** The token to begin with. @default what `refresh` gives */
  accessToken?: string | undefined;
  /** Gives a new token in place of `stale`, which was refused; called once however many calls wait. `stale` is `''` for the first. */
  refresh(stale: string): string | Promise<string>;
}

/** The refresh token renews the token, and both are kept. */
export interface UserTokenStored {
  /** What the sign-in gave. What the store holds is newer and wins. */
  refreshToken: string;
  /** What the sign-in gave. @default made with the refresh token */
  accessToken?: string | undefined;
  /** The secret of the app; an app without a server has none. */
  clientSecret?: string | undefined;
  /** Where renewed tokens are kept, so that a restart goes on with them. @default in memory */
  store?: TwitchTokenStore | undefined;
  /** Under which name. Give one for each user. @default 'tipstream:twitch:{clientId}:token' */
  key?: string | undefined;
  refresh?: undefined;
}

/** What is kept of a user. */
interface Pair {
  v: 1;
  /** A hash of the refresh token of the sign-in: whoever signs in anew begins anew. */
  from: string;
  accessToken: string;
  refreshToken: string;
  /** Unix time in milliseconds; 0 for an end that nobody knows. */
  expiresAt: number;
}

const isPair = (value: unknown): value is Pair =>
  isWire(value) && value.v === 1 && typeof value.accessToken === 'string' && typeof value.refreshToken === 'string';

type Given = Omit<Pair, 'v' | 'from'>;

/**
 * The token of a user, renewed before it expires and when it is refused, once for everybody. A refresh token that was replaced is
 * kept before anything is asked with its successor, and a pair that another process has renewed is taken from the store.
 *
 * Twitch asks apps to validate the token of a signed-in user at the start and every hour: call `verify()` then.
 *
 * @throws TipstreamError `CONFIG`: a client secret in a page, or neither `refresh` nor a refresh token
 *
 * @example
 * ```ts
 * import { memoryStore } from 'tipstream';
 * import { createTwitch, userToken } from 'tipstream/twitch';
 * const auth = userToken({
 *   refreshToken: 'not-a-secret-refresh',
 *   clientSecret: 'not-a-secret-client',
 *   store: memoryStore(), // yours: one that outlives the process
 * });
 * const twitch = createTwitch({ clientId: 'yourclientid', auth });
 * ```
 */
export function userToken(options: UserTokenOptions): TwitchAuth {
  if (options.refresh) return { kind: 'user', open: () => withFunction(options) };
  const { clientSecret, refreshToken } = options;
  if (clientSecret) keepOffPages('userToken');
  if (!refreshToken) throw configError('twitch', 'refreshToken is missing; the sign-in gave it');
  return { kind: 'user', account: options.key, open: (setting) => withRefreshToken(options, setting) };
}

function withFunction({ accessToken, refresh }: UserTokenRefresh): TwitchTokens {
  let held = accessToken;
  let refused = '';
  const renew = single(async () => {
    held = await refresh(refused);
    return held;
  });
  return {
    get: () => held || renew(),
    refresh(stale) {
      if (held && held !== stale) return held;
      refused = stale;
      return renew();
    },
    forget() {
      held = accessToken;
    },
  };
}

function withRefreshToken(options: UserTokenStored, setting: TwitchAuthSetting): TwitchTokens {
  const { clientSecret, store } = options;
  const { clientId, clock, redactor, calls, warn } = setting;
  const key = options.key ?? `tipstream:twitch:${clientId}:token`;
  const given: Given = { accessToken: options.accessToken ?? '', refreshToken: options.refreshToken, expiresAt: 0 };
  for (const secret of [clientSecret, given.accessToken, given.refreshToken]) redactor.add(secret ?? '');
  let held: Given | undefined;
  let unsaved = false;
  /** What a renewal here has used up; a store may give it back for a while. */
  let spent = '';
  let renewal: Promise<unknown> | undefined;

  const inStore = async <T>(run: () => T): Promise<Awaited<T>> => {
    try {
      return await run();
    } catch (error) {
      throw new TipstreamError({
        code: 'STORE',
        platform: 'twitch',
        message: 'twitch: the store of the user token failed; look at the store',
        cause: redactor.error(error),
      });
    }
  };
  const load = async (): Promise<Pair | undefined> => {
    const kept = await inStore(() => store?.get(key));
    if (!isPair(kept) || kept.refreshToken === spent || kept.from !== (await digest(given.refreshToken)))
      return undefined;
    redactor.add(kept.refreshToken);
    return kept;
  };
  const save = async (): Promise<void> => {
    const pair = held;
    unsaved = true;
    try {
      await store?.set(key, { v: 1, from: await digest(given.refreshToken), ...pair });
      // What was written late says nothing of a pair that came meanwhile.
      if (pair === held) unsaved = false;
    } catch (error) {
      const { message } = redactor.error(error);
      warn(`the renewed user token is not stored yet; the next call tries again (${message})`);
    }
  };
  const usable = ({ accessToken, expiresAt }: Given): boolean =>
    accessToken !== '' && (!expiresAt || clock.now() < expiresAt);

  /** It was said when to ask again: whoever needs a token before that hears the same. */
  let busy: { error: unknown; until: number } | undefined;
  const exchanged = async ({ refreshToken }: Given): Promise<Given> => {
    const began = clock.now();
    if (busy && began < busy.until) throw busy.error;
    const answer = await calls
      .refreshToken({ clientId, clientSecret, grantType: 'refresh_token', refreshToken })
      .catch((error: unknown) => {
        const { retryAfterMs = 0 } = isTipstreamError(error) ? error : {};
        busy = { error, until: clock.now() + retryAfterMs };
        throw error;
      });
    const until = endOf(answer, began);
    held = {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token || refreshToken,
      expiresAt: Number.isFinite(until) ? until : 0,
    };
    if (held.refreshToken !== refreshToken) spent = refreshToken;
    redactor.add(held.accessToken);
    redactor.add(held.refreshToken);
    await save();
    return held;
  };
  const exchange = (pair: Given): Promise<Given> => {
    const running = exchanged(pair);
    // Whoever closes waits for it.
    renewal = running.catch(() => {});
    return running;
  };
  /** A usable pair whose token is not `stale`, by the cheapest way. */
  const renew = async (stale: string | undefined): Promise<Given> => {
    const fresh = (pair: Given): boolean => usable(pair) && pair.accessToken !== stale;
    let newest = (unsaved ? undefined : await load()) ?? held ?? given;
    let used: Given | undefined;
    let refusal: unknown;
    // Used up by another process, whose pair is in the store by now, or in a moment; or in workerd by another request.
    for (const wait of store ? [0, 0, 100, 400, 1500] : [0, 0]) {
      if (wait) await sleep(clock, wait);
      if (used) newest = (await load()) ?? held ?? newest;
      if (newest.refreshToken === used?.refreshToken) continue;
      if (fresh(newest)) {
        held = newest;
        return newest;
      }
      try {
        return await exchange(newest);
      } catch (error) {
        if (!isTipstreamError(error, 'SESSION_EXPIRED')) throw error;
        refusal = error;
        used = newest;
      }
    }
    throw refusal;
  };
  let stale: string | undefined;
  const renewed = single(() => renew(stale));

  return {
    async get() {
      if (unsaved) await save();
      if (held && usable(held)) return held.accessToken;
      stale = undefined;
      return (await renewed()).accessToken;
    },
    async refresh(refused) {
      if (held && held.accessToken !== refused && usable(held)) return held.accessToken;
      stale = refused;
      const { accessToken } = await renewed();
      if (accessToken !== refused) return accessToken;
      // That was the end of a look-up that had begun before the refusal.
      stale = refused;
      return (await renewed()).accessToken;
    },
    async forget() {
      held = undefined;
      unsaved = false;
      await inStore(() => store?.delete(key));
    },
    async close() {
      await renewal;
      if (unsaved) await save();
    },
  };
}
