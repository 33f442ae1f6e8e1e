import { type Connection, type Credentials, openWith } from './connection.ts';
import type { Platform } from './endpoint.ts';
import type { ClientOptions } from './options.ts';
import { createPace } from './pace.ts';
import { plainTokens } from './plain-tokens.ts';

/**
 * A connection with what a poller needs, and no more: a permanent key, and one question after the other.
 *
 * @throws TipstreamError `CONFIG`
 */
export const open = (
  platform: Platform<unknown>,
  options: ClientOptions = {},
  credentials: Credentials = {},
): Connection => openWith(platform, options, credentials, { makeTokens: plainTokens, makeLimiter: createPace });
