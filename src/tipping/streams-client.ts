import type { Credential } from '../core/auth.ts';
import { bearer } from '../core/auth.ts';
import { type Client, clientOf } from '../core/client.ts';
import { openWith } from '../core/connection.ts';
import { platform } from '../core/endpoint.ts';
import { configError } from '../core/errors.ts';
import { createLimiter } from '../core/limiter.ts';
import type { ClientOptions } from '../core/options.ts';
import { createTokens } from '../core/tokens.ts';
import { openLive, type TippingLive, type TippingSocketOptions } from './events.ts';
import { advice, rates } from './manner.ts';
import { streams } from './streams.ts';

/** What can be asked about streams. */
const tippingStreams = /* @__PURE__ */ platform({
  name: 'tipping',
  auth: /* @__PURE__ */ bearer(),
  rates,
  advice: { ...advice, AUTH: 'give an access token that is good, as the option token' },
  strictHttps: true,
  verify: 'streams.list',
  endpoints: { streams },
});

/** What `createTippingStreams` takes. */
export interface TippingStreamsOptions extends ClientOptions {
  /** Where the platform is, with its version: `https://.../v1`. There is no default. */
  baseUrl: string;
  /** An access token, or a function that looks it up for every request. @default none: what anybody may see */
  token?: Credential | undefined;
  /** How the socket of a stream is reached. */
  socket?: TippingSocketOptions | undefined;
}

/** The streams of the tipping platform and their tips, for an app that signs nobody in. */
export interface TippingStreams extends Client<typeof tippingStreams>, TippingLive {}

/**
 * A client for an app that shows streams and their tips, and signs nobody in: no session, no wallet. Sends nothing until
 * something is asked or watched.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createTippingStreams, livePantyStaging } from 'tipstream/tipping';
 * const tipping = createTippingStreams({ baseUrl: livePantyStaging, token: 'not-a-secret-token' });
 * const tips = tipping.tips({ streamId: 'evening' });
 * console.log(tips.stats().watchers); // 0
 * await tipping.close();
 * ```
 */
export function createTippingStreams(options: TippingStreamsOptions): TippingStreams {
  const { baseUrl, token: credential, socket } = options ?? {};
  if (!baseUrl) throw configError('tipping', 'the option baseUrl is missing or empty; name the host');
  const parts = { makeTokens: createTokens, makeLimiter: createLimiter };
  const connection = openWith(tippingStreams, options, { credential }, parts);
  const client = clientOf(tippingStreams, connection);
  const { get, tips, list } = client.streams;
  return { ...client, ...openLive(connection, { probe: () => list({ limit: 1 }), stream: get, tips }, socket) };
}
