import { bearer, type Credential, header } from '../core/auth.ts';
import { listEndpoints } from '../core/endpoint.ts';
import { defaults, type Fetch } from '../core/options.ts';
import { tiktok } from './endpoints.ts';
import type { TikTokOptions } from './options.ts';
import type { SessionTokens } from './session-tokens.ts';

/** A credential as it is now. */
export const look = async (credential: Credential | undefined, signal: AbortSignal): Promise<string | undefined> =>
  typeof credential === 'object'
    ? credential.get(signal)
    : typeof credential === 'function'
      ? credential()
      : credential;

/** The app's own token, renewed where it says how. */
export const givenToken =
  (token: Credential | undefined) =>
  async (signal: AbortSignal, stale?: string): Promise<string> =>
    (stale !== undefined && typeof token === 'object' && (await token.refresh?.(stale, signal))) ||
    ((await look(token, signal)) ?? '');

/** What anybody may ask, and what is asked before there is a credential (TT-4). */
const isPublic = (url: string, base = ''): boolean => {
  const { pathname } = new URL(url);
  const inside = new URL(base).pathname.replace(/\/$/, '');
  return listEndpoints(tiktok.endpoints).some(({ auth, path }) => auth === false && pathname === inside + path);
};

/** Where the credentials of a client go: one is that of the connection, the other is put beside it (TT-3). */
export function placeCredentials(
  { apiKey, token, login, baseUrl = tiktok.baseUrl, fetch = defaults.fetch }: TikTokOptions,
  tokens: SessionTokens,
  secret: (text: string) => void,
) {
  const first = token !== undefined || login !== undefined || apiKey === undefined;
  const both: Fetch = async (request, init) => {
    if (!isPublic(request.url, baseUrl)) {
      const other = first ? await look(apiKey, init?.signal ?? request.signal) : tokens.held;
      if (other) {
        secret(other);
        request.headers.set(first ? 'X-API-Key' : 'Authorization', first ? other : `Bearer ${other}`);
      }
    }
    return fetch(request, init);
  };
  return {
    auth: first ? bearer() : header('X-API-Key'),
    credential: first ? tokens : apiKey,
    fetch: first && apiKey === undefined ? fetch : both,
    // Logging in is a call as well, and may not wait for the token that it brings.
    account: login?.username,
  };
}
