/** What the service says of accounts and keys. */
import * as z from 'zod/mini';

const open = z.looseObject;
const text = z.nullish(z.string());

interface More {
  [more: string]: unknown;
}

/** An account of the service. */
export interface AuthUser extends More {
  id: string | number;
  username: string;
  email?: string | null | undefined;
  /** `user`, `admin`, `SERVICE`, and what else there is. */
  role?: string | null | undefined;
  /** ISO 8601; only where it was just made. */
  created_at?: string | null | undefined;
}

const AuthUserSchema = open({
  id: z.union([z.string(), z.number()]),
  username: z.string(),
  email: text,
  role: text,
  created_at: text,
});

/** `POST /auth/register`. */
export interface Registered extends More {
  message?: string | null | undefined;
  user: AuthUser;
}

export const RegisteredSchema = open({ message: text, user: AuthUserSchema }) satisfies z.ZodMiniType<Registered>;

/** `POST /auth/login`. There is no refresh token. */
export interface LoggedIn extends More {
  access_token: string;
  /** `bearer`, in whatever letters (TT-7). */
  token_type?: string | null | undefined;
  /** Seconds. */
  expires_in?: number | undefined;
  user?: AuthUser | undefined;
}

export const LoggedInSchema = open({
  access_token: z.string(),
  token_type: text,
  expires_in: z.optional(z.number()),
  user: z.optional(AuthUserSchema),
}) satisfies z.ZodMiniType<LoggedIn>;

/** What is known of a key. */
export interface ApiKeyInfo extends More {
  id: string | number;
  name: string;
  /** How it begins. */
  key_preview?: string | null | undefined;
  /** `read`, `write`, `connect`, `*`, and what else there is. */
  permissions?: string[] | undefined;
  created_at?: string | null | undefined;
  last_used?: string | null | undefined;
  /** Without it, never. */
  expires_at?: string | null | undefined;
}

const ApiKeyInfoSchema = open({
  id: z.union([z.string(), z.number()]),
  name: z.string(),
  key_preview: text,
  permissions: z.optional(z.array(z.string())),
  created_at: text,
  last_used: text,
  expires_at: text,
});

/** `GET /auth/api-keys`. */
export interface ApiKeys extends More {
  api_keys: ApiKeyInfo[];
  total?: number | undefined;
}

export const ApiKeysSchema = open({
  api_keys: z.array(ApiKeyInfoSchema),
  total: z.optional(z.number()),
}) satisfies z.ZodMiniType<ApiKeys>;

/** `POST /auth/api-keys/generate`. */
export interface GeneratedKey extends More {
  /** The whole key: shown this once and never again. Keep it secret. */
  api_key: string;
  key_info: ApiKeyInfo;
  warning?: string | null | undefined;
}

export const GeneratedKeySchema = open({
  api_key: z.string(),
  key_info: ApiKeyInfoSchema,
  warning: text,
}) satisfies z.ZodMiniType<GeneratedKey>;
