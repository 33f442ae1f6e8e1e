import { type Verification, verify } from '../core/verify.ts';
import type { Helix } from './helix.ts';
import type { TwitchValidation } from './schemas.ts';

/** The scope that each call needs. */
export const scopes = {
  chatters: 'moderator:read:chatters',
  moderatedChannels: 'user:read:moderated_channels',
} as const;

/** What a user token can be good for, by scope. */
const purposes: Readonly<Record<string, string>> = {
  [scopes.chatters]: 'chatters',
  [scopes.moderatedChannels]: 'moderatedChannels',
  'bits:read': 'bits',
  'channel:read:subscriptions': 'subscriptions and gifts',
};

const listed = (missing: readonly string[]): string =>
  missing.map((scope) => (purposes[scope] ? `${scope} (for ${purposes[scope]})` : scope)).join(', ');

/** Asks whose token it is, and says whether it is good for `needed`; without, whether it is good for anything that asks for a scope. */
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
  const wanted = needed ?? (user_id ? Object.keys(purposes) : []);
  const missing = wanted.filter((scope) => !held.includes(scope));
  const ok = missing.length < (needed ? 1 : Math.max(1, wanted.length));
  const lacks = missing.length ? `; it lacks ${listed(missing)}` : '';
  const whose = user_id
    ? `the token of ${login ?? user_id} ${ok ? 'works' : 'is not enough'}`
    : 'the app token works for users(), everything else needs the token of a user';
  return { ok, message: `twitch: ${whose}${lacks}` };
}
