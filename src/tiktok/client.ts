import { isLoopback } from '../core/address.ts';
import type { Meta } from '../core/caller.ts';
import { type CallArguments, type Client, clientOf, type EndpointCall, openWhole } from '../core/client.ts';
import { TipstreamError } from '../core/errors.ts';
import { checkDuration, defaults } from '../core/options.ts';
import { segment } from '../core/segment.ts';
import { seconds } from '../core/time.ts';
import { createLog } from '../stream/log.ts';
import type { TikTokCalls } from './calls.ts';
import { connectWhenLive, type WhenLiveOptions } from './connect-when-live.ts';
import { givenToken, look, placeCredentials } from './credentials.ts';
import { commentsDoor, tiktok } from './endpoints.ts';
import { createStreams, type TikTokStreams } from './events.ts';
import type { ConnectInput } from './inputs.ts';
import type { TikTokOptions } from './options.ts';
import type { ConnectResult } from './schemas/live.ts';
import { sessionTokens } from './session-tokens.ts';

/** A client of the Profile & Engagement service for TikTok LIVE: its calls in their groups, and the sockets of its sessions. */
export interface TikTok extends TikTokCalls, TikTokStreams {}

/** A call whose answers go through `change`. */
const changed = <In, Out>(
  call: EndpointCall<In, Out>,
  change: (data: Out, meta: Meta) => Out,
): EndpointCall<In, Out> => {
  const withMeta: EndpointCall<In, Out>['withMeta'] = async (...args) => {
    const { data, meta } = await call.withMeta(...args);
    return { data: change(data, meta), meta };
  };
  return Object.assign(async (...args: CallArguments<In, object>) => (await withMeta(...args)).data, { withMeta });
};

/**
 * A client of the Profile & Engagement service, which you run yourself. It asks for nothing of TikTok: the service does.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createTikTok } from 'tipstream/tiktok';
 * const tiktok = createTikTok({ apiKey: 'not-a-secret-key' });
 * const { session_id } = await tiktok.live.connect({ username: '@mira' });
 * tiktok.comments(session_id).subscribe(({ user, comment }) => console.log(user.username, comment));
 * ```
 */
export function createTikTok(options: TikTokOptions = {}): TikTok {
  const { apiKey, token, login, heartbeat = seconds(30), unknownUsers = 'drawn', clock = defaults.clock } = options;
  checkDuration('tiktok', 'heartbeat', heartbeat);
  const tokens = sessionTokens(clock, token === undefined ? undefined : givenToken(token), login, (account, signal) =>
    calls.auth.login(account, { signal }),
  );
  const { auth, credential, fetch, account } = placeCredentials(options, tokens, (text) => redactor.add(text));
  const platform = { ...tiktok, auth, rates: { ...tiktok.rates, ...options.rates } };
  const connection = openWhole(platform, { ...options, fetch }, { credential, account });
  const { redactor, host, baseUrl } = connection;
  for (const secret of [apiKey, token, login?.password]) if (typeof secret === 'string') redactor.add(secret);
  const log = createLog('tiktok', clock, connection.options.logger);
  if (typeof apiKey === 'string' && !apiKey.startsWith('pk_') && !isLoopback(host))
    log(
      'warn',
      `the apiKey does not begin with pk_, as keys for ${host} do; development keys are for your own machine`,
    );

  const calls: Client<typeof tiktok> = clientOf(platform, connection);
  /** Whose room a session of this client is. */
  const rooms = new Map<string, string>();
  const connect = changed(calls.live.connect, (data) => {
    if (data.username) rooms.set(data.session_id, data.username);
    return data;
  });
  const whenLive = (input: ConnectInput, how?: WhenLiveOptions): Promise<ConnectResult> =>
    connectWhenLive(connect, connection, input, how);

  const streams = createStreams({
    connection,
    heartbeat,
    probe: () => calls.status(),
    async url(sessionId, signal) {
      const key = await look(apiKey, signal);
      const token = await connection.call(commentsDoor, signal, async (call) => {
        (await connection.acquire(commentsDoor, call))?.release();
        // As every call, so that all of them log in once.
        return key || connection.tokens?.get(call);
      });
      const secret = token ?? '';
      redactor.add(secret);
      const query = secret && `?${key ? 'api_key' : 'token'}=${segment(secret)}`;
      const base = baseUrl.replace(/\/$/, '').replace(/^http/, 'ws');
      return `${base}/ws/comments/${segment(sessionId)}${query}`;
    },
    async reconnect(sessionId, signal) {
      const listed = async () =>
        (await calls.live.sessions({}, { signal })).active_sessions.find(({ session_id }) => session_id === sessionId);
      const username = rooms.get(sessionId) ?? (await listed())?.username;
      if (username) return whenLive({ sessionId, username }, { signal });
      throw new TipstreamError({
        code: 'VALIDATION',
        platform: 'tiktok',
        message: 'tiktok autoConnect: nobody knows whose room this session is; call live.connect with it first',
      });
    },
  });

  return {
    ...calls,
    ...streams,
    live: { ...calls.live, connect, connectWhenLive: whenLive },
    profile: {
      ...calls.profile,
      get: changed(calls.profile.get, (data, { status }) => {
        if (status !== 404) return data;
        if (unknownUsers === 'drawn') return { ...data, found: false };
        throw new TipstreamError({
          code: 'NOT_FOUND',
          platform: 'tiktok',
          endpoint: 'profile.get',
          status,
          sent: 'yes',
          message: 'tiktok profile.get: 404, nobody of that name; the service drew a picture all the same',
        });
      }),
    },
    auth: {
      ...calls.auth,
      login: changed(calls.auth.login, (data) => {
        redactor.add(data.access_token);
        tokens.keep(data);
        return data;
      }),
      generateApiKey: changed(calls.auth.generateApiKey, (data) => {
        redactor.add(data.api_key);
        return data;
      }),
    },
    async forget() {
      tokens.forget();
      rooms.clear();
      await calls.forget();
    },
  };
}
