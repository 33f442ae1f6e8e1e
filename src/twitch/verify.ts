import { type Verification, verify } from '../core/verify.ts';
import type { Helix } from './helix.ts';
import type { TwitchValidation } from './schemas.ts';

/** The scope that each call needs. */
export const scopes = {
  chatters: 'moderator:read:chatters',
  moderatedChannels: 'user:read:moderated_channels',
} as const;

/** `chatters` for its scope; nothing for a scope that no call of ours has. */
const purposeOf = (scope: string): string => {
  const [call] = Object.entries(scopes).find(([, needed]) => needed === scope) ?? [];
  return call ? `${scope} (for ${call})` : scope;
};

/** Asks whose token it is, and says whether it is good for `needed`. */
export async function verifyToken(
  { validate, options }: Helix,
  needed: readonly string[] | undefined,
): Promise<Verification> {
  let found: TwitchValidation | undefined;
  const verdict = await verify('twitch', async () => {
    found = await validate();
  });
  if (!found) return verdict;
  const { client_id, login, user_id } = found;
  if (client_id !== options.clientId)
    return { ok: false, message: 'twitch: the token was made for another app; give clientId and token of one app' };
  const held = found.scopes ?? [];
  const missing = (needed ?? (user_id ? Object.values(scopes) : [])).filter((scope) => !held.includes(scope));
  const whose = user_id ? `the token of ${login ?? user_id}` : 'the app token';
  if (missing.length)
    return {
      ok: false,
      message: `twitch: ${whose} is good, but lacks ${missing.map(purposeOf).join(' and ')}; ${user_id ? 'let its user grant it, or name the scopes that you need' : 'only the token of a user can have it'}`,
    };
  return {
    ok: true,
    message: `twitch: ${whose} works${user_id ? '' : ' for users(); everything else needs the token of a user'}`,
  };
}
