import { createCaller } from '../core/caller.ts';
import type { Client, EndpointCall } from '../core/client.ts';
import { clientOf } from '../core/client.ts';
import { openWith } from '../core/connection.ts';
import { configError, isTipstreamError } from '../core/errors.ts';
import { createLimiter } from '../core/limiter.ts';
import type { CallOptions, ClientOptions } from '../core/options.ts';
import type { TelemetryEvents } from '../core/telemetry.ts';
import { type Stop, seconds } from '../core/time.ts';
import { memoryStore } from '../stream/checkpoint-store.ts';
import { createLog } from '../stream/log.ts';
import { tipping } from './endpoints.ts';
import { openLive, type TippingLive, type TippingSocketOptions } from './events.ts';
import type { TippingStream, TippingTokens, TippingUser } from './models.ts';
import { type PatchCall, patchCall, resultOf } from './patch-call.ts';
import { createSession } from './session.ts';
import type { SessionExpired, SessionStore } from './session-room.ts';
import { sessionTokens } from './session-tokens.ts';
import { tuned } from './tuned.ts';

/** What `createTipping` takes. */
export interface TippingOptions extends ClientOptions {
  /** Where the platform is, with its version: `livePantyStaging`, or your own. There is no default: passwords go only to a host that was named. */
  baseUrl: string;
  /** Where the session is kept: anything with `get`, `set` and `delete`. Clients with the same store share the session. @default in memory */
  store?: SessionStore | undefined;
  /** Tells the sessions of one store apart. @default 'session' */
  account?: string | undefined;
  /** How the socket of a stream is reached. */
  socket?: TippingSocketOptions | undefined;
  /** The names of the page parameters, where they are not `page` and `limit`. */
  paging?: { page?: string | undefined; limit?: string | undefined } | undefined;
  /** `false` for a platform that knows no idempotency keys: then a payment is sent once, and never again once it may have left. @default true */
  idempotency?: boolean | undefined;
}

type Calls = Client<typeof tipping>;

/** Others may wait for the store meanwhile, another process too. */
const longestRenewal = seconds(25);

/** Signing in and out. */
export interface TippingAuth extends Omit<Calls['auth'], 'logout' | 'refresh'> {
  /** Signs out, here in any case, and at the platform where it can be reached (TP-14). Errors: those of the call, after the session is forgotten. */
  logout(options?: CallOptions): Promise<void>;
  /** Renews the session now; with `refreshToken`, takes up a session that was begun elsewhere. Errors: `SESSION_EXPIRED`, `AUTH`. */
  refresh(input?: { refreshToken?: string | undefined }): Promise<void>;
}

/** The tipping platform: 32 calls in eight groups, sessions that renew themselves, tips live. */
export interface Tipping extends Omit<Calls, 'auth' | 'users' | 'streams' | 'on'>, TippingLive {
  readonly auth: TippingAuth;
  readonly users: Omit<Calls['users'], 'update' | 'updatePreferences'> & {
    /** Changes a profile; the patch is in the wire's spelling. */
    update: PatchCall<'userId', Partial<TippingUser>, TippingUser>;
    /** Changes preferences. */
    updatePreferences: PatchCall<'userId', Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>;
  };
  readonly streams: Omit<Calls['streams'], 'update'> & {
    /** Changes a stream; the patch is in the wire's spelling. */
    update: PatchCall<'streamId', Partial<TippingStream>, TippingStream>;
  };
  /** Hears when the session ends without anybody having signed out, once per session: time to sign in again. */
  on(name: 'sessionExpired', listener: (event: SessionExpired) => void): Stop;
  /** Hears requests, answers, retries and rate limits. The returned function ends it. */
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
}

/**
 * A client of the tipping platform. Sends nothing until something is asked.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createTipping, livePantyStaging } from 'tipstream/tipping';
 * const tipping = createTipping({ baseUrl: livePantyStaging });
 * const tips = tipping.push();
 * tips.subscribe((tip) => console.log(tip.tipper, tip.amount)); // Ada 25
 * await tips.feed({ type: 'tip_received', tip: { id: 'one', from_user: 'Ada', tokens: 25, message: '' } });
 * await tipping.close();
 * ```
 */
export function createTipping(options: TippingOptions): Tipping {
  const { baseUrl, store = memoryStore(), account = 'session', socket, paging, idempotency = true } = options ?? {};
  const { name, endpoints } = tipping;
  if (!baseUrl)
    throw configError(name, 'the option baseUrl is missing or empty; name the host that gets the passwords');
  // One for both connections: a renewal counts as much as a login.
  const shared: ClientOptions = { ...options, limiter: options.limiter ?? createLimiter() };
  const parts = {
    makeTokens: sessionTokens({
      ownerOf: (token) => session.ownerOf(token),
      owner: () => session.owner(),
      kept: () => session.kept(),
    }),
    makeLimiter: createLimiter,
  };
  const credential = { get: () => session.get(), refresh: (stale: string) => session.refresh(stale) };
  const connection = openWith(tipping, shared, { account, credential }, parts);
  const { clock, logger } = connection.options;
  const log = createLog(name, clock, logger);
  const warn = (text: string): void => log('warn', connection.redactor.text(text));
  if (baseUrl.endsWith('/')) warn('baseUrl ends with a slash, which is left out of every address');

  // Apart from the calls: whoever stops waiting for a renewal does not end it, and its answer is kept even while the client closes.
  const apart = Object.assign(openWith(tipping, { ...shared, signal: undefined }, { account }, parts), {
    telemetry: connection.telemetry,
  });
  const ask = createCaller(tipping, apart).bind(endpoints.auth.refresh);
  let renewing: Promise<unknown> = Promise.resolve();
  const session = createSession({
    platform: name,
    store,
    key: `tipstream:${name}:${connection.host}:${account}`,
    clock,
    redactor: connection.redactor,
    warn,
    renew(refreshToken) {
      const deadline = Math.min(connection.options.deadline, longestRenewal);
      const answer = ask({ refreshToken }, { deadline }).then(({ data }) => data);
      renewing = answer.catch(() => {});
      return answer;
    },
  });
  connection.onClose(async () => {
    session.close();
    await renewing;
    await apart.close();
  });

  const client = clientOf(tuned(tipping, { paging, idempotency, warn, secret: connection.redactor.add }), connection);
  const { auth, users, streams, on, forget } = client;

  /** The session that an answer begins. */
  const begin = async (tokens: Partial<TippingTokens>): Promise<void> => {
    const { access_token, ...rest } = tokens;
    if (typeof access_token !== 'string') return;
    await session.begin({ ...rest, access_token });
    connection.forget();
  };
  const signsIn = <In, Out extends Partial<TippingTokens>>(call: EndpointCall<In, Out>): EndpointCall<In, Out> =>
    resultOf(async (...given) => {
      const answer = await call.withMeta(...given);
      await begin(answer.data);
      return answer;
    });

  return {
    ...client,
    ...openLive(
      connection,
      {
        probe: () => auth.me(),
        stream: streams.get,
        tips: streams.tips,
        nameOf: async (userId) => (await users.get(userId)).display_name,
      },
      socket,
    ),
    auth: {
      ...auth,
      register: signsIn(auth.register),
      login: signsIn(auth.login),
      async logout(callOptions) {
        try {
          // First the access token, as its renewal gives another refresh token.
          const kept = await connection.call(endpoints.auth.logout, callOptions?.signal, async () => {
            await session.get();
            return session.kept();
          });
          await auth.logout({ refreshToken: kept?.refresh }, callOptions);
        } catch (error) {
          // A session that is over needs no goodbye.
          if (!isTipstreamError(error, 'SESSION_EXPIRED') && !isTipstreamError(error, 'AUTH')) throw error;
        } finally {
          const ended = session.end();
          connection.forget();
          // Whoever does not wait any more does not wait for the store either.
          if (callOptions?.signal?.aborted) ended.catch(({ message }) => warn(message));
          else await ended;
        }
      },
      async refresh({ refreshToken } = {}) {
        await (refreshToken === undefined ? session.renew() : session.resume(refreshToken));
        connection.forget();
      },
    },
    users: {
      ...users,
      update: patchCall('userId', users.update),
      updatePreferences: patchCall('userId', users.updatePreferences),
    },
    streams: { ...streams, update: patchCall('streamId', streams.update) },
    // The name says which of the two events the listener takes.
    on: (event: keyof TelemetryEvents | 'sessionExpired', listener: (said: never) => void): Stop =>
      event === 'sessionExpired'
        ? session.onExpired(listener as (expired: SessionExpired) => void)
        : on(event, listener as (told: TelemetryEvents[keyof TelemetryEvents]) => void),
    async forget() {
      await session.end();
      await forget();
    },
  };
}
