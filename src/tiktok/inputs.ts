import { randomId } from '../stream/tip-wire.ts';
import { noUsername, usernameOf } from './username.ts';

/** Who is meant. */
export interface UsernameInput {
  /** `name`, `@name`, or the address of a profile or live page. */
  username: string;
}

/** What `live.connect` takes. */
export interface ConnectInput extends UsernameInput {
  /** What the session is to be called. @default a new one */
  sessionId?: string | undefined;
}

/** What `live.disconnect` takes. */
export interface SessionInput {
  sessionId: string;
}

/** What `profile.revalidate` takes. */
export interface RevalidateInput {
  usernames: readonly string[];
}

/** What `monitoring.metrics` takes. */
export interface MetricsInput {
  /** The last so many minutes. @default 5 */
  timeWindow?: number | undefined;
}

/** What `auth.login` takes. */
export interface LoginInput {
  username: string;
  password: string;
}

/** What `auth.register` takes. */
export interface RegisterInput extends LoginInput {
  email: string;
  /** `user`, and what else the service knows. @default 'user' */
  role?: string | undefined;
}

/** What `auth.generateApiKey` takes. */
export interface GenerateInput {
  name: string;
  /** `read`, `write`, `connect`, and what else the service knows. */
  permissions: readonly string[];
  /** ISO 8601; without it the key never expires. */
  expiresAt?: string | null | undefined;
}

type Given<T> = { readonly [K in keyof T]?: unknown };

const fields = <T>(value: unknown): Given<T> => Object(value);
const text = (value: unknown, name: string): string => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new TypeError(`${name} is missing or no text`);
};
const texts = (value: unknown, name: string): string[] => {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => text(item, name));
  throw new TypeError(`${name} is no list, or empty`);
};
const username = (value: unknown): string => {
  const name = usernameOf(value);
  if (name) return name;
  throw new TypeError(noUsername);
};

/** TT-18: a name that no other session has. Pages without a secure context have no `randomUUID`. */
export const newSession = (): string => globalThis.crypto.randomUUID?.() ?? randomId();

export const usernameInput = (value: unknown): UsernameInput => ({
  username: username(fields<UsernameInput>(value).username),
});

export const connectInput = (value: unknown): ConnectInput => {
  const { sessionId = newSession(), username: name } = fields<ConnectInput>(value);
  return { sessionId: text(sessionId, 'sessionId'), username: username(name) };
};

export const sessionInput = (value: unknown): SessionInput => ({
  sessionId: text(fields<SessionInput>(value).sessionId, 'sessionId'),
});

export const revalidateInput = (value: unknown): RevalidateInput => ({
  usernames: texts(fields<RevalidateInput>(value).usernames, 'usernames').map(username),
});

export const metricsInput = (value: unknown): MetricsInput => {
  const { timeWindow = 5 } = fields<MetricsInput>(value);
  if (Number.isInteger(timeWindow) && Number(timeWindow) >= 1) return { timeWindow: Number(timeWindow) };
  throw new TypeError('timeWindow is no number of minutes; give a whole one from 1 on');
};

export const loginInput = (value: unknown): LoginInput => {
  const given = fields<LoginInput>(value);
  return { username: text(given.username, 'username'), password: text(given.password, 'password') };
};

export const registerInput = (value: unknown): RegisterInput => {
  const { email, role = 'user' } = fields<RegisterInput>(value);
  return { ...loginInput(value), email: text(email, 'email'), role: text(role, 'role') };
};

export const generateInput = (value: unknown): GenerateInput => {
  const { name, permissions, expiresAt } = fields<GenerateInput>(value);
  return {
    name: text(name, 'name'),
    permissions: texts(permissions, 'permissions'),
    ...(expiresAt != null && { expiresAt: text(expiresAt, 'expiresAt') }),
  };
};
