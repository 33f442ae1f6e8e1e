import { createCaller, type Meta } from './caller.ts';
import { type Connection, type Credentials, openWith, type RateState } from './connection.ts';
import { type Endpoint, isEndpoint, listEndpoints, type Platform } from './endpoint.ts';
import { createLimiter } from './limiter.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { type AllOptions, type Page, walk } from './page.ts';
import { readRateFields } from './rate-fields.ts';
import type { TelemetryEvents } from './telemetry.ts';
import type { Stop } from './time.ts';
import { createTokens } from './tokens.ts';
import { type Verification, verify } from './verify.ts';

/** What a call takes; an input without required fields may be left out. */
export type CallArguments<In, Options> =
  Partial<In> extends In ? [input?: In, options?: Options] : [input: In, options?: Options];

/** One endpoint, ready to be called. */
export interface EndpointCall<In, Out> {
  (...args: CallArguments<In, CallOptions>): Promise<Out>;
  /** The same, with what else is known of the answer. */
  withMeta(...args: CallArguments<In, CallOptions>): Promise<{ data: Out; meta: Meta }>;
}

/** An endpoint that answers with a list. */
export interface ListCall<In, Item> extends EndpointCall<In, Page<Item>> {
  /** Every item of every page, asked for as they are needed. */
  all(...args: CallArguments<In, AllOptions>): AsyncIterableIterator<Item>;
}

/** The calls of an endpoint tree. */
export type Calls<Endpoints> = {
  readonly [K in keyof Endpoints]: Endpoints[K] extends Endpoint<infer In, infer Out>
    ? Out extends Page<infer Item>
      ? ListCall<In, Item>
      : EndpointCall<In, Out>
    : Calls<Endpoints[K]>;
};

/** What every client has beside its endpoints. */
export interface ClientBase {
  /** The last known state of each rate class that was used. */
  rateLimits(): Record<string, RateState>;
  /** Asks one cheap thing, and says whether the credential is good for it. Errors: what says nothing about the credential, e.g. `NETWORK`. */
  verify(): Promise<Verification>;
  /** Clears what is remembered of this account: kept answers and tokens. */
  forget(): Promise<void>;
  /** Hears requests, answers, retries, rate limits, cache look-ups and the circuit. The returned function ends it. */
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
  /** Ends every call with `ABORTED` and lets go of everything. */
  close(): Promise<void>;
}

/**
 * A typed client: one method per endpoint.
 *
 * @internal
 */
export type Client<P extends Platform<unknown>> = Calls<P['endpoints']> & ClientBase;

/**
 * Makes a client from a platform. Sends nothing and touches no global.
 *
 * @throws TipstreamError `CONFIG`
 */
export function connect<P extends Platform<unknown>>(
  platform: P,
  options: ClientOptions = {},
  credentials: Credentials = {},
): Client<P> {
  return clientOf(platform, openWhole(platform, options, credentials));
}

/**
 * A connection with everything that a REST client needs: renewed credentials, a limiter with bursts, every rate header.
 *
 * @throws TipstreamError `CONFIG`
 */
export const openWhole = (
  platform: Platform<unknown>,
  options: ClientOptions = {},
  credentials: Credentials = {},
): Connection =>
  openWith(platform, options, credentials, {
    makeTokens: createTokens,
    makeLimiter: createLimiter,
    readRateWords: readRateFields,
  });

/** A client over an open connection, which it closes. */
export function clientOf<P extends Platform<unknown>>(platform: P, connection: Connection): Client<P> {
  const caller = createCaller(platform, connection);
  const calls = (tree: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(tree).map(([name, value]: [string, object]) => [
        name,
        isEndpoint(value) ? callable(value) : calls(value),
      ]),
    );
  const callable = (endpoint: Endpoint<never>): unknown => {
    const run = caller.bind(endpoint);
    return Object.assign(async (input?: unknown, options?: CallOptions) => (await run(input, options)).data, {
      withMeta: run,
      all: (input: object = {}, { max, ...options }: AllOptions = {}) =>
        walk(
          `${platform.name} ${endpoint.name}`,
          async (next: object) => (await run(next, options)).data as Page<unknown>,
          input,
          max,
        ),
    });
  };
  const base: ClientBase = {
    rateLimits: connection.rateLimits,
    on: connection.telemetry.on,
    close: connection.close,
    async forget() {
      connection.forget();
      await caller.forget();
    },
    verify: () =>
      verify(platform.name, async () => {
        const cheap = listEndpoints(platform.endpoints as object).find(({ name }) => name === platform.verify);
        if (cheap) await caller.bind(cheap)({});
      }),
  };
  return { ...calls(platform.endpoints as object), ...base } as Client<P>;
}
