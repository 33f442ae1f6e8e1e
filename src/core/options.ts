import type { CacheStore } from './cache.ts';
import { defined } from './defined.ts';
import { configError } from './errors.ts';
import type { Limiter } from './limiter.ts';
import { type Logger, plainLogger } from './logger.ts';
import type { TelemetryListener } from './telemetry.ts';
import { type Clock, type Random, seconds, systemClock } from './time.ts';

/** A `fetch`. It is called with a `Request` and, beside it, the signal that ends the attempt. */
export type Fetch = (request: Request, init?: RequestInit) => Promise<Response>;

/** How failed calls are tried again. Streams have a rhythm of their own and do not use it. */
export interface RetryOptions {
  /** How often a call is tried again after its first attempt. @default 2 */
  limit?: number | undefined;
  /** The longest wait before the first retry, in milliseconds; doubles with every retry. The wait is a random part of it. @default 300 */
  base?: number | undefined;
  /** The longest wait of all, in milliseconds. A wait that the upstream asks for is never cut short. @default 20000 */
  cap?: number | undefined;
  /** `false` waits exactly `base`, `2 * base`, ... @default true */
  jitter?: boolean | undefined;
  /** Sends a POST, PATCH or DELETE without idempotency key again after a 429 or 503 that says when. @default false */
  refused?: boolean | undefined;
}

/** How answers are kept. */
export interface CacheOptions {
  /** Where: anything with `get`, `set` and `delete`. @default an in-memory cache per client */
  store?: CacheStore | undefined;
  /** For how long, in milliseconds, instead of what the endpoint says. */
  ttl?: number | undefined;
  /** For so long after its time an answer is still given at once, while a new one is fetched behind it, instead of what the endpoint says. */
  staleWhileRevalidate?: number | undefined;
  /** For so long after its time an answer is given when upstream is down, instead of what the endpoint says. */
  staleIfError?: number | undefined;
}

/** What every `createX` takes beside its credentials. Durations are in milliseconds: `seconds(5)`. */
export interface ClientOptions {
  /** Where the upstream is. @default the platform's own address, where it has one */
  baseUrl?: string | undefined;
  /** Sends the requests. @default the global `fetch`, looked up at every request */
  fetch?: Fetch | undefined;
  /** Opens the sockets. @default the global `WebSocket`; on Node the one of `ws` */
  WebSocket?: (new (url: string, protocols?: string | string[]) => unknown) | undefined;
  /** The time limit of one attempt, from the moment it may be sent to the last byte of its answer. @default seconds(10) */
  timeout?: number | undefined;
  /** The time limit of a whole call: queue, token refresh, every attempt and the waits between them. @default seconds(60) */
  deadline?: number | undefined;
  /** How often a failed call is tried again, or how. `0` sends exactly once. @default 2 */
  retry?: number | RetryOptions | undefined;
  /** Counts the calls of several clients together; `false` counts none. @default a limiter of this client's own */
  limiter?: Limiter | false | undefined;
  /** Where answers of endpoints that declare a TTL are kept; `false` keeps none. @default in memory */
  cache?: CacheStore | CacheOptions | false | undefined;
  /** Where warnings and errors go; `false` silences them. @default consoleLogger() */
  logger?: Logger | false | undefined;
  /** Told of every request, answer, retry, rate limit, cache look-up and circuit change. Holds no secret. */
  telemetry?: TelemetryListener | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
  /** The source of random numbers. @default Math.random */
  random?: Random | undefined;
  /** Lets credentials travel over plain http beyond the own machine and network. @default false */
  allowInsecure?: boolean | undefined;
  /** Closes the client when it aborts. */
  signal?: AbortSignal | undefined;
}

/** What every call takes last. */
export interface CallOptions {
  /** Ends the call at once with `ABORTED`. */
  signal?: AbortSignal | undefined;
  /** The time limit of this call, in milliseconds. @default the client's */
  deadline?: number | undefined;
  /** The key under which the upstream recognises a repeated call. @default made once per call, where the endpoint takes one. Visible ASCII characters */
  idempotencyKey?: string | undefined;
}

/** The options with every default filled in. */
export interface ResolvedOptions extends ClientOptions {
  fetch: Fetch;
  timeout: number;
  deadline: number;
  logger: Logger | false;
  clock: Clock;
  random: Random;
}

/** Every default that does not depend on the client. Functions look their global up when they are called, never at load. */
export const defaults = {
  fetch: (request, init) => fetch(request, init),
  timeout: seconds(10),
  deadline: seconds(60),
  clock: systemClock,
  random: () => Math.random(),
} satisfies Partial<ResolvedOptions>;

/**
 * Checks a duration of the public face: at least 50 ms, or somebody meant seconds.
 *
 * @throws TipstreamError `CONFIG`
 */
export function checkDuration(platform: string, name: string, value: number | undefined): void {
  if (value === undefined || value >= 50) return;
  const hint = value > 0 ? `means ${value} ms; did you mean seconds(${value})?` : 'is no duration in milliseconds';
  throw configError(platform, `${name}: ${value} ${hint}`);
}

/**
 * Checks an option that is one of a few words.
 *
 * @throws TipstreamError `CONFIG`
 */
export function checkWord(platform: string, name: string, value: string | undefined, words: readonly string[]): void {
  if (value !== undefined && !words.includes(value))
    throw configError(platform, `${name}: '${value}' is none of ${words.join(', ')}`);
}

/** Fills the defaults in and refuses what cannot work, before anything is sent. */
export function resolveOptions(platform: string, options: ClientOptions): ResolvedOptions {
  const resolved = Object.assign({ ...defaults, logger: plainLogger() }, defined(options));
  for (const name of ['timeout', 'deadline'] as const) checkDuration(platform, name, resolved[name]);
  return resolved;
}
