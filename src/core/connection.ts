import { createDigest } from './account.ts';
import { checkAddress } from './address.ts';
import type { Answer, SendOptions } from './answer.ts';
import { attempt } from './attempt.ts';
import type { Credential } from './auth.ts';
import { type Call, errorOf, fail, openCall, race, signalOf } from './call.ts';
import { defined } from './defined.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import { configError, type RateLimit } from './errors.ts';
import type { Ground } from './ground.ts';
import type { Limiter, Slot } from './limiter.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import type { ReadRateWords } from './rate-limit.ts';
import { createRedactor } from './redact.ts';
import { prepareSimply } from './request.ts';
import { createTelemetry } from './telemetry.ts';
import type { Stop } from './time.ts';
import type { MakeTokens } from './tokens.ts';

export type { Answer, SendOptions } from './answer.ts';

/** Who asks. */
export interface Credentials {
  /** Goes where the platform's or the endpoint's `auth` says. */
  credential?: Credential | undefined;
  /** Fills `{placeholders}` of the address and of paths, e.g. `{ username }`. */
  params?: Readonly<Record<string, string>> | undefined;
  /** Headers of every request, e.g. `{ 'Client-Id': ... }`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** What names the account where the credential itself changes; only its SHA-256 is used. @default the credential */
  account?: string | undefined;
}

/** The state of one rate class. */
export interface RateState extends RateLimit {
  /** Calls that wait for their turn. */
  waiting: number;
}

/** A platform, its options and a credential: what can be asked, and how politely. */
export interface Connection extends Ground {
  readonly host: string;
  readonly closed: boolean;
  /**
   * One attempt: a place in the queue, the credential, the request, the whole body, its reading.
   *
   * @throws TipstreamError by code, with `status`, `sent`, `retryAfterMs`. A body that broke off or was no JSON carries the status that came before it.
   */
  send<In, Out>(endpoint: Endpoint<In, Out>, input: In, options?: SendOptions): Promise<Answer<Out>>;
  /** Runs a call of several attempts; it ends early with `signal`, or with the connection. */
  call<T>(
    endpoint: Pick<Endpoint, 'name' | 'method'>,
    signal: AbortSignal | undefined,
    run: (call: Call) => Promise<T>,
  ): Promise<T>;
  /** The last known state of each rate class that was used. */
  rateLimits(): Record<string, RateState>;
  /** Runs once when the connection closes; the returned function forgets it. */
  onClose(run: () => void | Promise<void>): Stop;
  /** Forgets the tokens that were made for this account. */
  forget(): void;
  /** Ends every call in flight with `ABORTED` and lets go of everything. */
  close(): Promise<void>;
  /** The SHA-256 of the account or credential in hex, made once: for keys that leave the process. */
  accountKey(call: Call): Promise<string>;
}

/** What differs between platforms; whoever opens brings it along, so that nobody carries another's. */
export interface Parts {
  /** `plainTokens`, or `createTokens` where credentials can be renewed. */
  makeTokens: MakeTokens;
  /** `createPace`, or `createLimiter` where calls may come together. */
  makeLimiter(): Limiter;
  /** `readRateFields` where the combined header may come. */
  readRateWords?: ReadRateWords;
}

/**
 * Opens a connection. Sends nothing and touches no global.
 *
 * @throws TipstreamError `CONFIG`
 */
export function openWith(
  platform: Platform<unknown>,
  given: ClientOptions,
  { credential, params = {}, headers = {}, account: named }: Credentials,
  { makeTokens, makeLimiter, readRateWords }: Parts,
): Connection {
  const options = resolveOptions(platform.name, given);
  const { clock, limiter = makeLimiter(), signal } = options;
  const baseUrl = options.baseUrl ?? platform.baseUrl ?? '';
  const { origin, host } = checkAddress(platform.name, baseUrl, options.allowInsecure, platform.strictHttps);
  const redactor = createRedactor();
  const telemetry = createTelemetry(options.telemetry);
  // Whoever writes JavaScript may give anything.
  const look = Object(credential).get ?? credential;
  if (credential !== undefined && typeof credential !== 'string' && typeof look !== 'function')
    throw configError(platform.name, 'the credential is no text, function or provider');
  const tokens = credential === undefined ? undefined : makeTokens(credential, clock, redactor, options.timeout);
  const ends = new Set<() => void | Promise<void>>();
  const calls = new Set<Call>();
  let states: Map<string, () => RateState | undefined> | undefined;
  const digest = createDigest();
  let account: string | undefined;
  let closing: Promise<void> | undefined;

  const accountOf = async (call: Call): Promise<string> =>
    (account ??= await digest(named ?? (await tokens?.get(call)) ?? ''));

  /** Opens a call, and lets go of it when it is over. What it runs ends with it. */
  const within: Connection['call'] = async ({ name, method }, parent, run) => {
    const where = { platform: platform.name, endpoint: name, method };
    const call = openCall(clock, { where, since: clock.now(), progress: { attempts: 0, sent: 'no' } }, parent);
    calls.add(call);
    try {
      if (connection.closed) throw errorOf(call, 'ABORTED', 'the client is closed', { fatal: true });
      if (call.failure) throw call.failure;
      return await run(call);
    } finally {
      calls.delete(call);
      for (const stop of call.stops) stop();
    }
  };

  const connection: Connection & { closed: boolean } = {
    platform,
    options,
    baseUrl,
    origin,
    host,
    params,
    headers,
    redactor,
    telemetry,
    tokens,
    readRateWords,
    failures: 0,
    acquire({ rate = 'default' }, call) {
      const rateClass = platform.rates[rate];
      if (!limiter || !rateClass) return undefined;
      const enter = (owner: string): Promise<Slot> => {
        const key = `${host} ${owner} ${rate}`;
        states ??= new Map();
        states.set(rate, () => limiter.state(key));
        const { deadlineAt } = call.facts;
        const maxWait = deadlineAt && deadlineAt - clock.now();
        return limiter.acquire(key, rateClass, { clock, signal: signalOf(call), maxWait });
      };
      const entered = account === undefined ? accountOf(call).then(enter) : enter(account);
      // Ours ends with the call by itself.
      return options.limiter ? race(call, entered) : entered;
    },
    accountKey: accountOf,
    forget: () => tokens?.forget?.(),
    closed: false,
    send: (endpoint, input, sending = {}) =>
      within(endpoint, sending.signal, (call) =>
        attempt(connection, call, endpoint, prepareSimply(endpoint, input), sending),
      ),
    call: (endpoint, parent, run) => within(endpoint, parent, (call) => race(call, run(call))),
    rateLimits() {
      return defined(Object.fromEntries(Array.from(states ?? [], ([name, look]) => [name, look()])));
    },
    onClose(run) {
      ends.add(run);
      return () => ends.delete(run);
    },
    close: () =>
      (closing ??= (async () => {
        connection.closed = true;
        signal?.removeEventListener('abort', connection.close);
        const ending = [...ends].map(async (run) => run());
        for (const call of [...calls]) fail(call, errorOf(call, 'ABORTED', 'the client was closed'));
        await Promise.allSettled(ending);
        ends.clear();
      })()),
  };
  if (signal?.aborted) connection.close();
  else signal?.addEventListener('abort', connection.close);
  return connection;
}
