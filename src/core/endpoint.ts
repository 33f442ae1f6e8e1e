import type { AuthScheme } from './auth.ts';
import type { CachePolicy } from './cache.ts';
import type { CircuitPolicy } from './circuit.ts';
import type { ErrorCode, TipstreamError } from './errors.ts';
import type { RateClass } from './limiter.ts';
import type { Reader } from './reader.ts';
import type { ReadProblem } from './status.ts';

/** HTTP methods that an endpoint can have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Reads the upstream's own error out of an answer, e.g. `readProblem`. `body` is the parsed JSON, or `undefined` where `text` is none. */
export type ProblemReader = (status: number, headers: Headers, text: string, body: unknown) => ReadProblem;

/** What can be said of an endpoint. The readers of the input get the whole input, in camelCase, and give the part that they are for. */
export interface EndpointSpec<Params, Query, Body, Out, Rate extends string> {
  /** What fills the `{placeholders}` of the path, beside what the client itself fills in. */
  params?: Reader<Params>;
  /** What goes into the query. Arrays repeat the name; `undefined` and `null` are left out. */
  query?: Reader<Query>;
  /** What goes into the body, as JSON. */
  body?: Reader<Body>;
  /** Names on the wire where they differ from ours: `{ ids: 'id' }`. Top level of query and body. */
  wire?: Readonly<Record<string, string>>;
  /** Turns the answer's JSON into the result; throws where it is not what was expected, naming the place and never the content. */
  response: Reader<Out>;
  /** The rate class, one of the platform's `rates`. */
  rate?: Rate;
  /** How answers are kept, e.g. `cached(minutes(5))`. GET only. */
  cache?: CachePolicy;
  /** `true` where a status that is no 2xx is an answer, `false` where a 2xx is an error; `undefined` leaves it to the status. */
  accepts?: (status: number, body: unknown) => boolean | undefined;
  /** The answer is text and no JSON: the reader gets a string. */
  text?: boolean;
  /** The body goes as a form and not as JSON. */
  form?: boolean;
  /** The reader of errors, where it is not the platform's. */
  problem?: ProblemReader;
  /** Where the credential goes, where it is not as the platform says; `false` sends none. */
  auth?: AuthScheme | false;
  /** The time limit of one attempt in milliseconds, where it is not the client's. */
  timeout?: number;
  /** Its answers stay out of every log, also where bodies are written: they hold what concerns nobody. */
  quiet?: boolean;
  /** `false`: equal calls at the same time are asked one by one, because no two answers are the same. GET only. @default true */
  joins?: boolean;
  /** `true`: asking twice does no harm. A string: the header that carries an idempotency key, made once per call. GET needs none. */
  idempotent?: boolean | string;
}

/**
 * One thing that can be asked of a platform.
 *
 * @internal
 */
export interface Endpoint<In = never, Out = unknown, Rate extends string = string> {
  /** Its path in the platform's tree, e.g. `users` or `wallet.transfer`; given by `platform()`. */
  readonly name: string;
  readonly method: Method;
  /** The path below the base URL, with `{placeholders}`. */
  readonly path: string;
  readonly params?: Reader<unknown> | undefined;
  readonly query?: Reader<unknown> | undefined;
  readonly body?: Reader<unknown> | undefined;
  readonly wire?: Readonly<Record<string, string>> | undefined;
  readonly response: Reader<Out>;
  readonly rate?: Rate | undefined;
  readonly cache?: CachePolicy | undefined;
  readonly accepts?: ((status: number, body: unknown) => boolean | undefined) | undefined;
  readonly text?: boolean | undefined;
  readonly form?: boolean | undefined;
  readonly problem?: ProblemReader | undefined;
  readonly auth?: AuthScheme | false | undefined;
  readonly timeout?: number | undefined;
  readonly quiet?: boolean | undefined;
  readonly joins?: boolean | undefined;
  readonly idempotent?: boolean | string | undefined;
  /** Only a type: what the call takes. */
  readonly '~in'?: (input: In) => void;
}

/** Endpoints by name, in groups where a platform has groups. */
export interface EndpointTree<Rate extends string = string> {
  readonly [name: string]: Endpoint<never, unknown, Rate> | EndpointTree<Rate>;
}

/**
 * All that is known of a platform's REST side: a value without state.
 *
 * @internal
 */
export interface Platform<Endpoints = EndpointTree, Rate extends string = string> {
  /** How errors, logs and cache keys call it, e.g. `chaturbate`. */
  readonly name: string;
  /** The address of the real upstream, where there is one. */
  readonly baseUrl?: string | undefined;
  /** Where the credential goes. */
  readonly auth?: AuthScheme | undefined;
  /** How often the upstream lets itself be asked, by class. */
  readonly rates: Readonly<Record<Rate, RateClass>>;
  readonly endpoints: Endpoints;
  readonly problem?: ProblemReader | undefined;
  readonly circuit?: CircuitPolicy | undefined;
  /** What to do about an error, where the platform knows it better than we do: `{ AUTH: 'make a new one with the scope "Events API"' }`. */
  readonly advice?: Readonly<Partial<Record<ErrorCode, string>>> | undefined;
  /** `false` where a 401 is of a kind that no new token cures: then none is made. @default every 401 may be cured */
  readonly renews?: ((error: TipstreamError) => boolean) | undefined;
  /** Tries calls that failed with these codes again, too, so many times at most: `{ SERVER: 1 }`. */
  readonly retries?: Readonly<Partial<Record<ErrorCode, number>>> | undefined;
  /** The name of an endpoint that is cheap, needs no input, and whose answer says whether the credential is good. */
  readonly verify?: string | undefined;
  /** Wants https even to hosts in the own network. */
  readonly strictHttps?: boolean | undefined;
}

/** What `platform()` takes. */
export interface PlatformSpec<Endpoints, Rate extends string> extends Omit<Platform<Endpoints, Rate>, 'rates'> {
  readonly rates?: Readonly<Record<Rate, RateClass>> | undefined;
}

/** The members of an intersection as one plain object type. */
export type Flat<T> = { [K in keyof T]: T[K] };

type Declare = <Params, Query, Body, Out, const Rate extends string = never>(
  path: string,
  spec: EndpointSpec<Params, Query, Body, Out, Rate>,
) => Endpoint<Flat<Params & Query & Body>, Out, Rate>;

const declare =
  (method: Method): Declare =>
  (path, spec) => ({ ...spec, name: path, method, path });

/** Declares a GET. */
export const get: Declare = /* @__PURE__ */ declare('GET');
/** Declares a POST. */
export const post: Declare = /* @__PURE__ */ declare('POST');
/** Declares a PATCH. */
export const patch: Declare = /* @__PURE__ */ declare('PATCH');
/** Declares a DELETE. */
export const del: Declare = /* @__PURE__ */ declare('DELETE');

/** Whether a member of an endpoint tree is an endpoint and no group. */
export const isEndpoint = (value: object): value is Endpoint => 'method' in value && 'response' in value;

/** Every endpoint of a tree, in order. */
export const listEndpoints = (tree: object): Endpoint<never>[] =>
  Object.values(tree).flatMap((value: object) => (isEndpoint(value) ? [value] : listEndpoints(value)));

const named = (tree: object, prefix: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(tree).map(([key, value]: [string, object]) => [
      key,
      isEndpoint(value) ? { ...value, name: prefix + key } : named(value, `${prefix}${key}.`),
    ]),
  );

/** Puts a platform's endpoints together and gives each its name. Touches nothing but its argument. */
export function platform<const Rate extends string, Endpoints extends EndpointTree<NoInfer<Rate>>>(
  spec: PlatformSpec<Endpoints, Rate>,
): Platform<Endpoints, Rate> {
  return {
    rates: {} as Record<Rate, RateClass>,
    ...spec,
    endpoints: named(spec.endpoints, '') as typeof spec.endpoints,
  } as Platform<Endpoints, Rate>;
}
