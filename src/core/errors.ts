import { defined } from './defined.ts';

/** What went wrong, as one word to `switch` on. `errorCodes` says for each what it means and what to do. */
export type ErrorCode =
  | 'CONFIG'
  | 'VALIDATION'
  | 'AUTH'
  | 'PERMISSION'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'INSUFFICIENT_BALANCE'
  | 'KYC_REQUIRED'
  | 'RATE_LIMITED'
  | 'SERVER'
  | 'UNAVAILABLE'
  | 'HTTP'
  | 'NETWORK'
  | 'TLS'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'SCHEMA'
  | 'UPSTREAM'
  | 'SOCKET'
  | 'CIRCUIT_OPEN'
  | 'SESSION_EXPIRED'
  | 'OVERFLOW'
  | 'CONSUMER'
  | 'STORE';

/** The last known state of one rate limit. */
export interface RateLimit {
  /** Calls allowed in the window. */
  limit?: number;
  /** Calls left in the window. */
  remaining?: number;
  /** When the window starts anew, Unix time in milliseconds on the clock of the client. */
  resetAt?: number;
}

/** What the upstream itself said of the failure, read from any of the known error bodies (XS-1). Redacted. */
export interface Problem {
  /** The upstream's category, e.g. `INSUFFICIENT_BALANCE`, or `HTTP_502` where the body was no JSON. */
  code?: string;
  /** A finer code beside the category. */
  subCode?: string;
  /** A machine-readable reason beside the message. */
  reason?: string;
  /** The upstream's own sentence, at most 500 characters, without HTML. */
  message: string;
  /** Whatever else the upstream added. Not enumerable: it does not reach a log by accident. */
  details?: unknown;
  /** The fields that the upstream refused. */
  fields?: readonly { path: string; message: string; type?: string }[];
  /** The upstream's id of this request. */
  requestId?: string;
  /** The upstream's id across its own services. */
  correlationId?: string;
  /** When the failure happened, as the upstream printed it. */
  timestamp?: string;
  /** The wait that the body asks for, in milliseconds. */
  retryAfterMs?: number;
}

/** What a `TipstreamError` is made of. */
export interface TipstreamErrorInit {
  code: ErrorCode;
  /** One line for a log that says what happened, where, and what to do. Redacted by whoever makes the error. */
  message: string;
  platform?: string | undefined;
  endpoint?: string | undefined;
  status?: number | undefined;
  method?: string | undefined;
  url?: string | undefined;
  requestId?: string | undefined;
  attempts?: number | undefined;
  elapsedMs?: number | undefined;
  retryable?: boolean | undefined;
  fatal?: boolean | undefined;
  sent?: 'no' | 'maybe' | 'yes' | undefined;
  retryAfterMs?: number | undefined;
  rateLimit?: RateLimit | undefined;
  problem?: Problem | undefined;
  at?: number | undefined;
  cause?: unknown;
}

const brand = Symbol.for('tipstream.error');

const fatalCodes: readonly ErrorCode[] = ['CONFIG', 'AUTH', 'PERMISSION', 'TLS', 'SESSION_EXPIRED', 'CONSUMER'];
const retryableCodes: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'SERVER',
  'UNAVAILABLE',
  'NETWORK',
  'TIMEOUT',
  'SOCKET',
  'CIRCUIT_OPEN',
  'STORE',
];

/**
 * The one error of this library. `switch (error.code)` tells the cases apart; `message` is a line for a log that says what
 * to do. No credential and no name behind an anonymous tip is in any field, in `stack`, in `JSON.stringify` or in an inspector.
 */
export class TipstreamError extends Error {
  override readonly name = 'TipstreamError';
  declare readonly code: ErrorCode;
  /** The platform module that failed, e.g. `chaturbate`. */
  declare readonly platform?: string;
  /** The call or stream that failed, e.g. `events`. */
  declare readonly endpoint?: string;
  /** HTTP status, where there was an answer. */
  declare readonly status?: number;
  /** HTTP method. */
  declare readonly method?: string;
  /** The address, with every credential replaced by `***`. */
  declare readonly url?: string;
  /** The upstream's id of this request. */
  declare readonly requestId?: string;
  /** How often the request was sent. */
  declare readonly attempts: number;
  /** Milliseconds from the call to the failure, waiting included. */
  declare readonly elapsedMs: number;
  /** When it failed, Unix time in milliseconds. */
  declare readonly at: number;
  /** Whether the same call may succeed later. */
  declare readonly retryable: boolean;
  /** Whether a stream ends with it: nothing but a human helps. */
  declare readonly fatal: boolean;
  /** Whether the upstream may have acted on the request. */
  declare readonly sent: 'no' | 'maybe' | 'yes';
  /** The wait that the upstream asked for, in milliseconds. */
  declare readonly retryAfterMs?: number;
  declare readonly rateLimit?: RateLimit;
  /** The upstream's own error. */
  declare readonly problem?: Problem;

  constructor({ message, cause, ...fields }: TipstreamErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    const { code } = fields;
    const kind = { retryable: retryableCodes.includes(code), fatal: fatalCodes.includes(code) };
    Object.assign(this, { attempts: 0, elapsedMs: 0, at: Date.now(), sent: 'no', ...kind }, defined(fields));
    Object.defineProperty(this, brand, { value: true });
  }

  /** The fields as plain data, without the stack: safe to log. */
  toJSON(): Record<string, unknown> {
    return { ...Object.fromEntries(Object.entries(this)), message: this.message };
  }
}

/**
 * Whether a caught value is a `TipstreamError`, and of `code` where one is given. Works across bundles and realms.
 *
 * @example
 * ```ts
 * import { isTipstreamError } from 'tipstream';
 * try {
 *   throw new Error('anything');
 * } catch (error) {
 *   if (isTipstreamError(error, 'RATE_LIMITED')) console.log(error.retryAfterMs);
 * }
 * ```
 */
export function isTipstreamError<C extends ErrorCode = ErrorCode>(
  value: unknown,
  code?: C,
): value is TipstreamError & { readonly code: C } {
  return (
    typeof value === 'object' &&
    value !== null &&
    brand in value &&
    (code === undefined || (value as { code?: unknown }).code === code)
  );
}

/** The error for an option that cannot be. */
export const configError = (platform: string, text: string): TipstreamError =>
  new TipstreamError({ code: 'CONFIG', platform, message: `${platform}: ${text}` });
