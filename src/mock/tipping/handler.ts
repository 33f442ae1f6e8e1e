import type { Answer } from '../answer.ts';
import type { ServiceVisit } from '../service.ts';
import { refusal } from './failure.ts';
import type { Sessions } from './sessions.ts';
import type { Account, State } from './state.ts';
import type { TippingSwitches } from './switches.ts';

/** What the routes work on. */
export interface Desk {
  state: State;
  sessions: Sessions;
  switches: TippingSwitches;
  /** Sends an event to everybody who listens to a stream. */
  tell(streamId: string, event: unknown): void;
}

/** A call that is let in. */
export interface Visitor {
  visit: ServiceVisit;
  /** Whoever is signed in; nobody on a public path. */
  account: Account | undefined;
  /** The session of the access token. */
  family: string | undefined;
  /** The body, an empty object where there is none. */
  body: Readonly<Record<string, unknown>>;
}

/** Answers one endpoint. */
export type Handler = (visitor: Visitor, desk: Desk) => Answer;

/** Whoever is signed in, on a path that only they reach. */
export function me({ account }: Visitor): Account {
  if (!account) throw refusal('AUTHENTICATION_REQUIRED');
  return account;
}

/** A field of the body that must be a text. */
export function textIn({ body }: Visitor, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw refusal('VALIDATION_ERROR', {
    code: `INVALID_${field.toUpperCase()}`,
    details: { field, value: value ?? null },
  });
}

/** A field of the body that must be a positive whole number. */
export function tokensIn({ body }: Visitor, field: string): number {
  const value = body[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw refusal('VALIDATION_ERROR', {
    code: `INVALID_${field.toUpperCase()}`,
    details: { field, value: value ?? null },
  });
}

/** Somebody by id. */
export function accountOf(state: State, id: string | undefined): Account {
  const account = state.accounts.get(id ?? '');
  if (account) return account;
  throw refusal('VALIDATION_ERROR', { status: 404, code: 'USER_NOT_FOUND', message: 'There is no such user' });
}

export const isVerified = ({ verifications }: Account): boolean =>
  verifications.some(({ status }) => status === 'approved');
