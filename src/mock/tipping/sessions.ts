import type { Clock } from '../../core/time.ts';
import { refusal } from './failure.ts';
import type { Claims, Signer } from './jwt.ts';
import type { TippingSwitches } from './switches.ts';

/** A session: what one login began. */
interface Family {
  readonly id: string;
  revoked: boolean;
  /** The refresh token that is good now, and the one before it. */
  current: string;
  before?: { id: string; until: number };
}

/** The tokens of an answer. */
export interface TokenAnswer {
  access_token: string;
  refresh_token?: string;
  token_type: 'Bearer';
  expires_in: number;
}

/** Gives tokens out, rotates them, and finds out who uses an old one. */
export interface Sessions {
  /** A new session of an account, with its first tokens. */
  begin(userId: string): TokenAnswer;
  /** Rotates (TP-7). An old token, used again, revokes the whole session. */
  refresh(token: string): TokenAnswer;
  /** The claims of an access token that is good now. */
  access(token: string): Claims | undefined;
  /** Ends a session: none of its tokens is good for anything. */
  end(family: string): void;
  /** How often a refresh token was used a second time. */
  readonly reuses: number;
  /** How often tokens were renewed. */
  readonly refreshes: number;
  /** Sessions that were revoked. */
  readonly revoked: number;
  /** Makes every access token given out so far useless, as if its time were over. */
  expire(): void;
}

export function createSessions(
  signer: Signer,
  clock: Clock,
  makeId: () => string,
  switches: TippingSwitches,
): Sessions {
  const families = new Map<string, Family>();
  let reuses = 0;
  let refreshes = 0;
  let expiredBefore = 0;
  let issued = 0;
  const numbers = new Map<string, number>();

  const give = (sub: string, family: Family, rotates = true): TokenAnswer => {
    const iat = clock.now() / 1000;
    const make = (typ: Claims['typ'], life: number): [string, string] => {
      const jti = makeId();
      return [jti, signer.sign({ sub, family: family.id, typ, jti, iat, exp: iat + life / 1000 })];
    };
    const [accessId, access_token] = make('access', switches.accessLife);
    numbers.set(accessId, issued++);
    if (!rotates) return { access_token, token_type: 'Bearer', expires_in: switches.accessLife / 1000 };
    const [refreshId, refresh_token] = make('refresh', switches.refreshLife);
    family.current = refreshId;
    return { access_token, refresh_token, token_type: 'Bearer', expires_in: switches.accessLife / 1000 };
  };
  const living = (token: string, typ: Claims['typ']): Claims | undefined => {
    const claims = signer.read(token);
    return claims?.typ === typ && claims.exp * 1000 > clock.now() ? claims : undefined;
  };

  return {
    begin(userId) {
      const family: Family = { id: makeId(), revoked: false, current: '' };
      families.set(family.id, family);
      return give(userId, family);
    },
    refresh(token) {
      const claims = living(token, 'refresh');
      const family = claims && families.get(claims.family);
      if (!claims || !family || family.revoked)
        throw refusal('AUTHENTICATION_REQUIRED', {
          code: 'REFRESH_TOKEN_INVALID',
          message: 'The refresh token is not valid',
        });
      const now = clock.now();
      const late = family.before?.id === claims.jti && now < family.before.until;
      if (claims.jti !== family.current && !late) {
        reuses += 1;
        family.revoked = true;
        throw refusal('AUTHENTICATION_REQUIRED', {
          code: 'REFRESH_TOKEN_REUSED',
          message: 'The refresh token was used before',
        });
      }
      refreshes += 1;
      if (!late && switches.rotates) family.before = { id: claims.jti, until: now + switches.reuseGrace };
      return give(claims.sub, family, switches.rotates);
    },
    access(token) {
      const claims = living(token, 'access');
      if (!claims || families.get(claims.family)?.revoked !== false) return undefined;
      return (numbers.get(claims.jti) ?? -1) < expiredBefore ? undefined : claims;
    },
    end(id) {
      const family = families.get(id);
      if (family) family.revoked = true;
    },
    expire() {
      expiredBefore = issued;
    },
    get reuses() {
      return reuses;
    },
    get refreshes() {
      return refreshes;
    },
    get revoked() {
      return [...families.values()].filter(({ revoked }) => revoked).length;
    },
  };
}
