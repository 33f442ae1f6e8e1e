import type { Credential } from './auth.ts';
import { type Call, errorOf } from './call.ts';
import { isTipstreamError } from './errors.ts';
import { createFlights } from './flights.ts';
import { noCredential, tokenText } from './plain-tokens.ts';
import type { Redactor } from './redact.ts';
import { type Clock, seconds } from './time.ts';

/** The credential of one client, looked up when it is needed. */
export interface Tokens {
  get(call: Call): Promise<string>;
  /** A token other than `stale`, which the upstream refused; `undefined` where none can be made. Absent where none ever can. */
  refresh?(stale: string, call: Call): Promise<string | undefined>;
  forget?(): void;
  /** Told of every call before it waits for anything; says who asks, where that may be another one later: nobody is given another's answer. */
  begin?(call: Call): string | undefined;
}

/** A failed refresh is not repeated for so long: many calls that fail together ask once. */
const remembered = seconds(1);

/** How a connection comes to its tokens. `timeout` is the time limit of an attempt, in milliseconds. */
export type MakeTokens = (credential: Credential, clock: Clock, redactor: Redactor, timeout: number) => Tokens;

/** Looks a credential up, refreshes it once for everybody, and lets no refused token come back. */
export function createTokens(
  credential: Credential,
  clock: Clock,
  redactor: Redactor,
): Required<Omit<Tokens, 'begin'>> {
  const flights = createFlights<string>();
  const provider = typeof credential === 'object' ? credential : undefined;
  const refused: string[] = [];
  let fresh: string | undefined;
  let failed: { stale: string; error: unknown; at: number } | undefined;
  if (typeof credential === 'string') redactor.add(credential);

  const take = async (call: Call, key: string, make: (signal: AbortSignal) => string | Promise<string>) => {
    const token = await flights.join(key, call, async (abandoned) => {
      const controller = new AbortController();
      abandoned(() => controller.abort());
      return tokenText(await make(controller.signal));
    });
    redactor.add(token);
    return token;
  };
  const explain = (error: unknown, call: Call): unknown =>
    call.failure ??
    (isTipstreamError(error)
      ? error
      : errorOf(call, 'AUTH', noCredential, {
          cause: redactor.error(error),
          fatal: false,
          retryable: true,
        }));

  const refresh: NonNullable<Tokens['refresh']> = async (stale, call) => {
    const make = provider?.refresh?.bind(provider);
    if (!make) return undefined;
    // Somebody else's refresh has already answered this 401.
    if (fresh !== undefined && refused.includes(stale) && !refused.includes(fresh)) return fresh;
    if (failed?.stale === stale && Math.abs(clock.now() - failed.at) < remembered) throw explain(failed.error, call);
    if (!refused.includes(stale)) refused.push(stale);
    if (refused.length > 8) refused.shift();
    try {
      const renew = (old: string): Promise<string> => take(call, `refresh ${old}`, (signal) => make(old, signal));
      let token = await renew(stale);
      // What somebody else had renewed meanwhile was refused, too.
      if (token !== stale && refused.includes(token)) token = await renew(token);
      if (refused.includes(token)) return undefined;
      fresh = token;
      return token;
    } catch (error) {
      if (!call.failure) failed = { stale, error, at: clock.now() };
      throw explain(error, call);
    }
  };

  return {
    refresh,
    forget() {
      fresh = undefined;
      failed = undefined;
      refused.length = 0;
    },
    async get(call) {
      if (typeof credential === 'string') return credential;
      const look = typeof credential === 'function' ? credential : credential.get.bind(credential);
      const token = await take(call, 'get', look).catch((error) => {
        throw explain(error, call);
      });
      // A look-up that began before the 401 may still bring the refused token.
      return refused.includes(token) ? ((await refresh(token, call)) ?? token) : token;
    },
  };
}
