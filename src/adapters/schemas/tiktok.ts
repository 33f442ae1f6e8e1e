import * as z from 'zod/mini';
import type { Comment } from '../../tiktok/schemas/live.ts';
import { type UserProfile, UserProfileSchema } from '../../tiktok/schemas.ts';
import { type StandardSchema, standard } from './standard.ts';

const text = z.string();

/** The service may say an id as a number (TT-38); what a stream gives has it as a text. */
const KeptComment = z.looseObject({
  id: text,
  comment: text,
  user: z.looseObject({
    username: text,
    nickname: z.nullish(text),
    userId: z.optional(text),
    avatar_url: z.nullish(text),
  }),
  timestamp: z.optional(text),
  session_id: z.optional(text),
}) satisfies z.ZodMiniType<Comment>;

/** A comment, as `comments()` gives it.
 *
 * @example
 * ```ts
 * import { tiktokCommentSchema } from 'tipstream/schemas';
 * const read = tiktokCommentSchema['~standard'].validate({ id: '7', comment: 'hello', user: { username: 'ada_l' } });
 * console.log(read.issues ?? read.value.user.username); // ada_l
 * ```
 */
export const tiktokCommentSchema: StandardSchema<Comment> = standard(KeptComment);

/** Somebody and their picture, as `profile.get` and `createAvatars` give it. */
export const tiktokUserProfileSchema: StandardSchema<UserProfile> = standard(UserProfileSchema);
