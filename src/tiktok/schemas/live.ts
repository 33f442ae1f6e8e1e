/** What the service says of live sessions, and over its socket. */
import * as z from 'zod/mini';

const open = z.looseObject;
const text = z.nullish(z.string());

interface More {
  [more: string]: unknown;
}

/** `POST /connect` that worked. */
export interface ConnectResult extends More {
  /** `success`. */
  status: string;
  session_id: string;
  username?: string | null | undefined;
  message?: string | null | undefined;
}

export const ConnectResultSchema = open({
  status: z.string(),
  session_id: z.string(),
  username: text,
  message: text,
}) satisfies z.ZodMiniType<ConnectResult>;

/** What was done, by `disconnect`, `cleanup` and `clearExpired`. */
export interface Done extends More {
  /** `success`. */
  status: string;
  message?: string | null | undefined;
  session_id?: string | null | undefined;
  /** By `cleanup`. */
  cleaned_sessions?: number | undefined;
  /** By `clearExpired`. */
  cleared_profiles?: number | undefined;
}

export const DoneSchema = open({
  status: z.string(),
  message: text,
  session_id: text,
  cleaned_sessions: z.optional(z.number()),
  cleared_profiles: z.optional(z.number()),
}) satisfies z.ZodMiniType<Done>;

/** One room that the service listens to. */
export interface Session extends More {
  session_id: string;
  username: string;
  /** ISO 8601. */
  connected_at?: string | null | undefined;
  /** `connected`, and what else there is. */
  status?: string | null | undefined;
  comment_count?: number | undefined;
}

/** `GET /sessions`. */
export interface Sessions extends More {
  active_sessions: Session[];
  total_active?: number | undefined;
}

export const SessionsSchema = open({
  active_sessions: z.array(
    open({
      session_id: z.string(),
      username: z.string(),
      connected_at: text,
      status: text,
      comment_count: z.optional(z.number()),
    }),
  ),
  total_active: z.optional(z.number()),
}) satisfies z.ZodMiniType<Sessions>;

/** Whoever wrote a comment. Its names are foreign text. */
export interface CommentUser extends More {
  username: string;
  nickname?: string | null | undefined;
  /** Written so on the wire too (TT-38). */
  userId?: string | undefined;
  avatar_url?: string | null | undefined;
}

/** One comment of a viewer. It is no tip (TT-42). */
export interface Comment extends More {
  id: string;
  /** Foreign text: show it with `textContent`. */
  comment: string;
  user: CommentUser;
  /** ISO 8601. */
  timestamp?: string | undefined;
  session_id?: string | undefined;
}

/** What a comment must have to be read, for tools and tests. */
export const CommentSchema = open({
  id: z.union([z.string(), z.int()]),
  comment: z.string(),
  user: open({ username: z.string() }),
});
