/**
 * What Helix and id.twitch.tv say, with the wire's spelling. Unknown fields are kept, unknown words of an enum too; ids are
 * texts and are never made into numbers. The rest of the platform takes only types from here: what is read is read by `shapes.ts`.
 */
import * as z from 'zod/mini';

/** A user, as Get Users gives it. */
export interface TwitchUser {
  id: string;
  /** The name in addresses: lower case. */
  login: string;
  /** The name as it is shown. Foreign text. */
  display_name: string;
  type?: '' | 'admin' | 'global_mod' | 'staff' | (string & {}) | undefined;
  broadcaster_type?: '' | 'affiliate' | 'partner' | (string & {}) | undefined;
  description?: string | undefined;
  profile_image_url?: string | undefined;
  offline_image_url?: string | undefined;
  /** Deprecated by Twitch. */
  view_count?: number | undefined;
  /** Only of the token's own user, and only with the scope `user:read:email`. */
  email?: string | undefined;
  /** RFC 3339. */
  created_at?: string | undefined;
  [more: string]: unknown;
}

/** Somebody who is in a chat. */
export interface TwitchChatter {
  user_id: string;
  user_login: string;
  user_name: string;
  [more: string]: unknown;
}

/** A channel that the token's user moderates. */
export interface TwitchModeratedChannel {
  broadcaster_id: string;
  broadcaster_login: string;
  broadcaster_name: string;
  [more: string]: unknown;
}

/** The envelope of every list. */
export interface TwitchList<T> {
  data?: T[] | null | undefined;
  pagination?: { cursor?: string | null | undefined; [more: string]: unknown } | null | undefined;
  total?: number | undefined;
  [more: string]: unknown;
}

/** A token, as id.twitch.tv gives it. */
export interface TwitchToken {
  access_token: string;
  /** Not in the answer to an app. */
  refresh_token?: string | undefined;
  /** Seconds. */
  expires_in?: number | undefined;
  [more: string]: unknown;
}

/** What id.twitch.tv knows of a token. */
export interface TwitchValidation {
  client_id: string;
  /** Not of an app's token. */
  login?: string | undefined;
  /** Not of an app's token. */
  user_id?: string | undefined;
  scopes?: string[] | null | undefined;
  /** Seconds; 0 for a token that does not expire. */
  expires_in?: number | undefined;
  [more: string]: unknown;
}

const text = z.string();
const word = z.optional(text);

export const User = z.looseObject({
  id: text,
  login: text,
  display_name: text,
  type: word,
  broadcaster_type: word,
  description: word,
  profile_image_url: word,
  offline_image_url: word,
  view_count: z.optional(z.number()),
  email: word,
  created_at: word,
}) satisfies z.ZodMiniType<TwitchUser>;

export const Chatter = z.looseObject({
  user_id: text,
  user_login: text,
  user_name: text,
}) satisfies z.ZodMiniType<TwitchChatter>;

export const ModeratedChannel = z.looseObject({
  broadcaster_id: text,
  broadcaster_login: text,
  broadcaster_name: text,
}) satisfies z.ZodMiniType<TwitchModeratedChannel>;

/** The envelope of a list of `item`. A list without an entry may be `null`. */
export const listOf = <T>(item: z.ZodMiniType<T>): z.ZodMiniType<TwitchList<T>> =>
  z.looseObject({
    data: z.nullish(z.array(item)),
    pagination: z.nullish(z.looseObject({ cursor: z.nullish(text) })),
    total: z.optional(z.number()),
  });

export const Token = z.looseObject({
  access_token: text,
  refresh_token: word,
  expires_in: z.optional(z.number()),
}) satisfies z.ZodMiniType<TwitchToken>;

export const Validation = z.looseObject({
  client_id: text,
  login: word,
  user_id: word,
  scopes: z.nullish(z.array(text)),
  expires_in: z.optional(z.number()),
}) satisfies z.ZodMiniType<TwitchValidation>;
