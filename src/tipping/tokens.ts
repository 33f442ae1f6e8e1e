import { days, hours, minutes, seconds } from '../core/time.ts';
import { isWire, type Wire } from '../stream/tip-wire.ts';
import type { TippingTokens } from './models.ts';

/** A session as it is kept. */
export interface KeptSession {
  v: 1;
  /** The same through all renewals, another after every login. */
  id: string;
  /** The access token. */
  access: string;
  refresh?: string | undefined;
  /** From when on it is renewed before it is used, Unix time in milliseconds. */
  renewAt: number;
  /** When the access token ends. */
  expiresAt: number;
}

/** How long before its end a token is renewed (TP-6). Covers clocks that differ and requests under way. */
const early = minutes(1);
/** What a token lives that says nothing of it (TP-5). */
const usual = hours(1);

/** What is written in a token. It is not checked: only the platform can, and only it has to. */
function claimsOf(token: string): Wire {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
    return isWire(claims) ? claims : {};
  } catch {
    return {};
  }
}

/** Longer than any token lives; what is said beyond it would be no time that can be written down. */
const longest = days(3650);

const isTime = (value: unknown): value is number => Number.isFinite(value);

/** How long a token lives from now on, in milliseconds (TP-5). By its own two times where they are there: they come from one clock. */
function lifeOf({ access_token: token, expires_in: said }: TippingTokens, now: number): number {
  if (isTime(said) && said > 0) return seconds(said);
  const { exp, iat } = claimsOf(token);
  if (!isTime(exp)) return usual;
  return seconds(exp) - (isTime(iat) ? seconds(iat) : now);
}

/** The session that an answer begins or renews; without a new refresh token the old one stays (TP-7). */
export function sessionOf(tokens: TippingTokens, now: number, id: string, before?: string): KeptSession {
  const said = lifeOf(tokens, now);
  // Of two times that are beyond counting nothing can be said.
  const life = Number.isNaN(said) ? usual : Math.max(0, Math.min(said, longest));
  return {
    v: 1,
    id,
    access: tokens.access_token,
    refresh: typeof tokens.refresh_token === 'string' ? tokens.refresh_token : before,
    expiresAt: now + life,
    // A token of a minute or less would be renewed at every call.
    renewAt: now + life - Math.min(early, life / 2),
  };
}

/** A session out of a store; `undefined` for whatever else is there. */
export const isSession = (value: unknown): value is KeptSession =>
  isWire(value) &&
  value.v === 1 &&
  typeof value.id === 'string' &&
  typeof value.access === 'string' &&
  ['string', 'undefined'].includes(typeof value.refresh) &&
  isTime(value.renewAt) &&
  isTime(value.expiresAt);
