import { get, patch, post } from '../core/endpoint.ts';
import type { Wire } from '../stream/tip-wire.ts';
import { documents, fields, id, maybeText, patchOf, text } from './inputs.ts';
import { limited, list, wire } from './manner.ts';
import type { TippingRecord, TippingRegistration, TippingTokens, TippingUser, TippingVerification } from './models.ts';
import { listOf, model } from './readers.ts';

/** Somebody new. */
export interface RegisterInput {
  email: string;
  password: string;
  username?: string | undefined;
  displayName?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined;
  /** `YYYY-MM-DD`. */
  dateOfBirth?: string | undefined;
  /** `viewer`, `performer`. */
  role?: string | undefined;
}

/** Who signs in; `email`, or `username` where the platform takes one. */
export interface LoginInput {
  email?: string | undefined;
  username?: string | undefined;
  password: string;
}

export const user = model<TippingUser>({ id: 'string', username: 'string' });
const tokenPair = model<TippingTokens>({ access_token: 'string' });
export const anything = model<TippingRecord>();
export const verification = model<TippingVerification>();
const registered = model<{ user?: unknown }>();

const general = limited('general');
const session = { ...limited('auth'), wire };
const nothing = (): void => undefined;

/** The calls about signing in and out. */
export const auth = {
  /** Makes an account. Where the answer holds tokens, whoever registered is signed in. */
  register: post('/auth/register', {
    ...session,
    auth: false,
    body: fields<RegisterInput>({
      email: text,
      password: text,
      username: maybeText,
      displayName: maybeText,
      country: maybeText,
      dateOfBirth: maybeText,
      role: maybeText,
    }),
    response(body): TippingRegistration {
      const answer = registered(body);
      return answer.user === undefined ? { user: user(answer) } : { ...answer, user: user(answer.user) };
    },
  }),
  /** Signs in; the tokens are kept in the store and renewed by themselves. Errors: `AUTH` for a wrong password. */
  login: post('/auth/login', {
    ...session,
    auth: false,
    body(input): LoginInput {
      const given = fields<LoginInput>({ email: maybeText, username: maybeText, password: text })(input);
      if (given.email || given.username) return given;
      throw new TypeError('email: give a text that is not empty');
    },
    response: tokenPair,
  }),
  /** Signs out, here in any case, and at the platform where it can be reached (TP-14). */
  logout: post('/auth/logout', {
    ...session,
    body: fields<{ refreshToken?: string | undefined }>({ refreshToken: maybeText }),
    response: nothing,
  }),
  /** Whoever is signed in. */
  me: get('/auth/me', { ...general, response: user }),
  /** Renews the session now; with `refreshToken`, takes up a session that was begun elsewhere. */
  refresh: post('/auth/refresh', {
    ...session,
    auth: false,
    body: fields<{ refreshToken?: string | undefined }>({ refreshToken: maybeText }),
    response: tokenPair,
  }),
};

/** The calls about profiles. */
export const users = {
  /** A profile: `get(id)`. */
  get: get('/users/{userId}', { ...general, params: id('userId'), response: user }),
  /** Changes a profile: `update(id, patch)`, the patch in the wire's spelling. */
  update: patch('/users/{userId}', {
    ...general,
    params: fields<{ userId: string }>({ userId: text }),
    body: patchOf<Partial<TippingUser>>(),
    response: user,
  }),
  /** Preferences, in the platform's own words. */
  preferences: get('/users/{userId}/preferences', { ...general, params: id('userId'), response: anything }),
  /** Changes preferences: `updatePreferences(id, patch)`. */
  updatePreferences: patch('/users/{userId}/preferences', {
    ...general,
    params: fields<{ userId: string }>({ userId: text }),
    body: patchOf<Wire>(),
    response: anything,
  }),
};

/** The calls about verification. */
export const kyc = {
  /** Hands documents in: a `FormData`, or an object in the wire's spelling. Neither it nor the answer reaches a log. */
  submit: post('/kyc/submit', { ...general, body: documents, response: verification, quiet: true }),
  /** The state of one verification: `status(id)`. */
  status: get('/kyc/{kycId}/status', { ...general, params: id('kycId'), response: verification, quiet: true }),
  /** Your own verifications. */
  verifications: get('/kyc/verifications', {
    ...list,
    response: listOf('verifications', verification),
    quiet: true,
  }),
};
