import type { TokenProvider } from '../core/auth.ts';
import type { Clock } from '../core/time.ts';
import type { LoginInput } from './inputs.ts';
import type { LoggedIn } from './schemas/accounts.ts';

/** The bearer tokens of one client: given by the app, or got by logging in (TT-6). */
export interface SessionTokens extends TokenProvider {
  /** Uses what `auth.login` brought from now on. */
  keep(answer: LoggedIn): void;
  /** What would be sent now, without a question. */
  readonly held: string | undefined;
  forget(): void;
}

/** How long a token is good that does not say (TT-6). */
const unsaid = 3600;

/**
 * @param given - The app's own token.
 * @param account - Kept to log in with, again and again: the service has no refresh token.
 */
export function sessionTokens(
  clock: Clock,
  given: ((signal: AbortSignal, stale?: string) => Promise<string>) | undefined,
  account: LoginInput | undefined,
  login: (account: LoginInput, signal: AbortSignal) => Promise<LoggedIn>,
): SessionTokens {
  let token: string | undefined;
  let until = 0;
  const held = (): string | undefined => (token !== undefined && clock.now() < until ? token : undefined);
  const fresh = async (signal: AbortSignal, stale?: string): Promise<string> => {
    if (account) {
      const answer = await login(account, signal);
      tokens.keep(answer);
      return answer.access_token;
    }
    token = undefined;
    return (await given?.(signal, stale)) ?? stale ?? '';
  };
  const tokens: SessionTokens = {
    get held() {
      return held();
    },
    get: (signal) => held() ?? fresh(signal),
    refresh: (stale, signal) => fresh(signal, stale),
    keep({ access_token, expires_in }) {
      token = access_token;
      // What is no time says nothing: a token that is over at once would be asked for at every call.
      until = clock.now() + (Number(expires_in) > 0 ? Number(expires_in) : unsaid) * 1000;
    },
    forget() {
      token = undefined;
    },
  };
  return tokens;
}
