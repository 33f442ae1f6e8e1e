import { digest } from './account.ts';
import { checkAddress } from './address.ts';
import type { Answer, SendOptions } from './answer.ts';
import type { Credential } from './auth.ts';
import { type Call, endCall, errorOf, fail, limitCall, openCall, race, signalOf } from './call.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import { isTipstreamError, type RateLimit } from './errors.ts';
import { createLimiter, type Slot } from './limiter.ts';
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { plainTokens } from './plain-tokens.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { type Prepare, type Prepared, prepareSimply } from './request.ts';
import { createTelemetry, type Telemetry, type TelemetryEvents } from './telemetry.ts';
import type { Stop } from './time.ts';
import type { MakeTokens } from './tokens.ts';
import { createTransport } from './transport.ts';

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
export interface Connection {
  readonly options: ResolvedOptions;
  /** Stands before the path of every endpoint; may hold `{placeholders}`. */
  readonly baseUrl: string;
  readonly host: string;
  readonly redactor: Redactor;
  readonly telemetry: Telemetry;
  readonly closed: boolean;
  /**
   * One attempt: a place in the queue, the credential, the request, the whole body, its reading. A refused token is renewed once
   * where its provider can.
   *
   * @throws TipstreamError by code, with `status`, `sent`, `retryAfterMs`. A body that broke off or was no JSON carries the status that came before it.
   */
  send<In, Out>(endpoint: Endpoint<In, Out>, input: In, options?: SendOptions): Promise<Answer<Out>>;
  /** Runs a call of several attempts; it ends early with `signal`, with its deadline (in ms), or with the connection. */
  call<T>(
    endpoint: Pick<Endpoint, 'name' | 'method'>,
    limits: { signal?: AbortSignal | undefined; deadline?: number | undefined },
    run: (call: Call) => Promise<T>,
  ): Promise<T>;
  /** Checks and spells the input of a running call. */
  prepare(call: Call, endpoint: Endpoint, input: unknown): Prepared;
  /** One attempt of a running call. */
  attempt<Out>(
    call: Call,
    endpoint: Endpoint<never, Out>,
    prepared: Prepared,
    options: SendOptions,
  ): Promise<Answer<Out>>;
  /** The last known state of each rate class that was used. */
  rateLimits(): Record<string, RateState>;
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
  /** Runs once when the connection closes; the returned function forgets it. */
  onClose(run: () => void | Promise<void>): Stop;
  /** Forgets the tokens that were made for this account. */
  forget(): void;
  /** Ends every call in flight with `ABORTED` and lets go of everything. */
  close(): Promise<void>;
  /** The SHA-256 of the account or credential in hex, made once: for keys that leave the process. */
  accountKey(): Promise<string>;
}

/** What only some platforms need; whoever needs it brings it along. */
export interface Parts {
  /** `createTokens` where credentials can be renewed. */
  makeTokens?: MakeTokens;
  /** `prepare` where endpoints take input. */
  prepare?: Prepare;
}

/**
 * Opens a connection. Sends nothing and touches no global.
 *
 * @throws TipstreamError `CONFIG`
 */
export function open(
  platform: Platform<unknown>,
  options: ClientOptions = {},
  credentials: Credentials = {},
  { makeTokens = plainTokens, prepare = prepareSimply }: Parts = {},
): Connection {
  const resolved = resolveOptions(platform.name, options);
  const { clock, limiter = createLimiter(), signal } = resolved;
  const baseUrl = resolved.baseUrl ?? platform.baseUrl ?? '';
  const { origin, host } = checkAddress(platform.name, baseUrl, resolved.allowInsecure, platform.strictHttps);
  const redactor = createRedactor();
  const telemetry = createTelemetry(resolved.telemetry);
  const { credential, params = {}, headers = {} } = credentials;
  const tokens = credential === undefined ? undefined : makeTokens(credential, clock, redactor);
  const active = new Set<Call>();
  const closing = new Set<() => void | Promise<void>>();
  const used = new Map<string, string>();
  let account: string | undefined;
  let closed: Promise<void> | undefined;

  const accountKey = async (call: Call): Promise<string> => {
    account ??= await digest(credentials.account ?? (await tokens?.get(call)) ?? '');
    return account;
  };
  const acquire = async (endpoint: Endpoint, call: Call): Promise<Slot | undefined> => {
    const name = endpoint.rate ?? 'default';
    const rateClass = platform.rates[name];
    if (!limiter || !rateClass) return undefined;
    const key = `${host} ${account ?? (await accountKey(call))} ${name}`;
    used.set(name, key);
    const maxWait = call.facts.deadlineAt === undefined ? undefined : call.facts.deadlineAt - clock.now();
    return limiter.acquire(key, rateClass, { clock, signal: signalOf(call), maxWait }).catch((error) => {
      if (call.failure || !isTipstreamError(error)) throw call.failure ?? error;
      throw errorOf(call, error.code, error.message, { retryAfterMs: error.retryAfterMs });
    });
  };
  const attempt = createTransport({
    platform,
    options: resolved,
    base: baseUrl,
    origin,
    params,
    headers,
    redactor,
    telemetry,
    tokens,
    acquire,
  });

  const connection: Connection = {
    options: resolved,
    baseUrl,
    host,
    redactor,
    telemetry,
    attempt,
    prepare: (call, endpoint, input) =>
      prepare(endpoint, input, (text) => errorOf(call, 'VALIDATION', text), redactor.add),
    accountKey: async () => account ?? connection.call({ name: 'account', method: 'GET' }, {}, accountKey),
    forget: () => tokens?.forget(),
    on: telemetry.on,
    get closed() {
      return closed !== undefined;
    },
    send: (endpoint, input, sending = {}) =>
      connection.call(endpoint, sending, (call) =>
        attempt(call, endpoint, connection.prepare(call, endpoint, input), sending),
      ),
    async call({ name, method }, { signal: own, deadline }, run) {
      const since = clock.now();
      const deadlineAt = deadline === undefined ? undefined : since + deadline;
      const call = openCall(
        clock,
        { platform: platform.name, endpoint: name, method, since, deadlineAt, attempts: 0, sent: 'no' },
        own,
      );
      try {
        if (closed) throw errorOf(call, 'ABORTED', 'the client is closed');
        if (call.failure) throw call.failure;
        active.add(call);
        if (deadline !== undefined)
          limitCall(call, deadline, `not done in ${deadline / 1000} s; raise deadline, or look at the network`);
        return await race(call, run(call));
      } finally {
        active.delete(call);
        endCall(call);
      }
    },
    rateLimits() {
      const states: Record<string, RateState> = {};
      for (const [name, key] of used) {
        const state = limiter ? limiter.state(key) : undefined;
        if (state) states[name] = state;
      }
      return states;
    },
    onClose(run) {
      closing.add(run);
      return () => closing.delete(run);
    },
    close: () =>
      (closed ??= (async () => {
        signal?.removeEventListener('abort', connection.close);
        for (const call of active) fail(call, errorOf(call, 'ABORTED', 'the client was closed'));
        await Promise.allSettled([...closing].map(async (run) => run()));
        closing.clear();
      })()),
  };
  if (signal?.aborted) connection.close();
  else signal?.addEventListener('abort', connection.close);
  return connection;
}
