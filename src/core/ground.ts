import type { Call } from './call.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import type { loadHttp } from './http.node.ts';
import type { Slot } from './limiter.ts';
import type { ResolvedOptions } from './options.ts';
import type { ReadRateWords } from './rate-limit.ts';
import type { Redactor } from './redact.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tokens } from './tokens.ts';

/** What every attempt of a connection stands on. */
export interface Ground {
  readonly platform: Platform<unknown>;
  readonly options: ResolvedOptions;
  /** Stands before the path of every endpoint; may hold `{placeholders}`. */
  readonly baseUrl: string;
  readonly origin: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  readonly telemetry: Telemetry;
  /** Absent where there is no credential. */
  readonly tokens: Tokens | undefined;
  readonly readRateWords: ReadRateWords | undefined;
  /** Waits for a place in the queue of the endpoint's rate class. */
  acquire(endpoint: Endpoint, call: Call): Promise<Slot> | undefined;
  /** Comes with the first request. */
  http?: Awaited<ReturnType<typeof loadHttp>>;
  /** Failures in a row before any answer. */
  failures: number;
}
