import type { Credential } from './auth.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import type { RateLimit } from './errors.ts';
import type { ClientOptions, ResolvedOptions } from './options.ts';
import type { Redactor } from './redact.ts';
import type { Telemetry, TelemetryEvents } from './telemetry.ts';
import type { Stop } from './time.ts';

/** One answer, as it came. */
export interface Answer<T> {
  data: T;
  status: number;
  headers: Headers;
  /** When its last byte was read, Unix time in milliseconds on the client's clock. */
  receivedAt: number;
  /** From the call to the last byte, the wait for a place in the queue included. */
  elapsedMs: number;
  /** What the answer's `Date` header says, Unix time in milliseconds. */
  serverDate?: number;
  rateLimit?: RateLimit;
  requestId?: string;
}

/** How one attempt is made. */
export interface SendOptions {
  /** Ends it at once with `ABORTED`, `cause` being the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The time limit in milliseconds, from the moment it may be sent. @default the endpoint's, else the client's */
  timeout?: number | undefined;
  /** An absolute address that the upstream gave, used verbatim. It must have the origin of the base URL. */
  url?: string | undefined;
  /** More headers. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Who asks. */
export interface Credentials {
  /** Goes where the platform's or the endpoint's `auth` says. */
  credential?: Credential | undefined;
  /** Fills `{placeholders}` of paths, e.g. `{ username }`. */
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
  /** The origin and path that endpoints stand on, without a trailing slash. */
  readonly baseUrl: string;
  readonly redactor: Redactor;
  readonly telemetry: Telemetry;
  readonly closed: boolean;
  /**
   * One attempt: a place in the queue, the credential, the request, the whole body, its reading.
   *
   * @throws TipstreamError by code, with `status`, `sent`, `retryAfterMs`. A body that broke off or was no JSON carries the status that came before it.
   */
  send<In, Out>(endpoint: Endpoint<In, Out>, input: In, options?: SendOptions): Promise<Answer<Out>>;
  /** The last known state of each rate class that was used. */
  rateLimits(): Record<string, RateState>;
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
  /** Runs once when the connection closes; the returned function forgets it. */
  onClose(run: () => void | Promise<void>): Stop;
  /** Ends every call in flight with `ABORTED` and lets go of everything. */
  close(): Promise<void>;
  /** The SHA-256 of the account or credential in hex, made once: for keys that leave the process. */
  accountKey(): Promise<string>;
}

/**
 * Opens a connection. Sends nothing and touches no global.
 *
 * @throws TipstreamError `CONFIG`
 */
export function open(
  _platform: Platform<unknown>,
  _options: ClientOptions,
  _credentials: Credentials = {},
): Connection {
  throw new Error('not yet');
}
