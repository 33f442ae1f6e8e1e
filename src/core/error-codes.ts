import type { ErrorCode } from './errors.ts';

/** What one error code means. */
export interface ErrorCodeInfo {
  /** What happened. */
  readonly meaning: string;
  /** Whether a stream ends with it. */
  readonly fatal: boolean;
  /** Whether the same call may succeed later, without anybody doing anything. */
  readonly retryable: boolean;
  /** What to do. */
  readonly action: string;
}

const info = (meaning: string, action: string, kind?: 'fatal' | 'retryable'): ErrorCodeInfo => ({
  meaning,
  fatal: kind === 'fatal',
  retryable: kind === 'retryable',
  action,
});

/** Every error code: its meaning, whether it is fatal or retryable, and what to do. For help texts and dashboards. */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeInfo>> = {
  CONFIG: info(
    'a client or stream was made with options that cannot work',
    'correct the option that the message names; nothing was sent',
    'fatal',
  ),
  VALIDATION: info(
    'a call got bad input, here or at the upstream',
    'correct the field that the message or `problem.fields` names',
  ),
  AUTH: info(
    'the credential was refused (401)',
    'make a new credential with the scope that the message names',
    'fatal',
  ),
  PERMISSION: info('the credential is good, but not for this (403)', 'ask for the missing scope or right', 'fatal'),
  NOT_FOUND: info('there is no such thing (404)', 'look at the id or name; it may be gone'),
  CONFLICT: info('the state does not allow it (409)', 'read the current state, then decide'),
  INSUFFICIENT_BALANCE: info('there are too few tokens (402)', 'buy tokens, or send fewer'),
  KYC_REQUIRED: info('the account has to be verified first', 'let the person verify their age and identity'),
  RATE_LIMITED: info(
    'too many calls (429), or the wait for a place exceeds the deadline',
    'wait `retryAfterMs`; share one `createLimiter()` between clients of one credential',
    'retryable',
  ),
  SERVER: info('the upstream failed (5xx)', 'try again later; report `requestId` if it stays', 'retryable'),
  UNAVAILABLE: info(
    'the upstream cannot be reached behind its gateway (502, 503, 504)',
    'try again later',
    'retryable',
  ),
  HTTP: info('an answer with a status that means nothing known here', 'look at `status` and `problem`'),
  NETWORK: info(
    'no answer: name not found, connection refused or lost',
    'look at address and network; with `sent: "maybe"` the upstream may have acted',
    'retryable',
  ),
  TLS: info(
    'the certificate of the upstream cannot be trusted',
    'look at address, clock and proxy; do not switch the check off',
    'fatal',
  ),
  TIMEOUT: info(
    'no whole answer within `timeout` or `deadline`',
    'try again, or allow more time; with `sent: "maybe"` the upstream may have acted',
    'retryable',
  ),
  ABORTED: info('your signal, or `close()`, ended it', 'nothing; `cause` is the reason of the signal'),
  SCHEMA: info(
    'the answer has another shape than known',
    'update this library; report path and code that the message names',
  ),
  UPSTREAM: info(
    'the upstream says that it failed, in an answer that looks like success',
    'look at `problem`; a stream goes on by itself',
  ),
  SOCKET: info(
    'the socket closed or broke',
    'nothing: a stream connects again and says what it may have missed',
    'retryable',
  ),
  CIRCUIT_OPEN: info(
    'the host failed several times in a row and is left alone',
    'wait `retryAfterMs`; one call will try the host',
    'retryable',
  ),
  SESSION_EXPIRED: info('the session is over and cannot be refreshed', 'sign in again', 'fatal'),
  OVERFLOW: info(
    'a watcher was too slow for its buffer',
    'make it faster, enlarge `buffer`, or choose another `overflow`',
  ),
  CONSUMER: info(
    'your callback failed, and `onFailure` says stop',
    'mend the callback; `cause` is what it threw',
    'fatal',
  ),
  STORE: info(
    'a checkpoint or cache store failed',
    'look at the store; the stream goes on and tries again',
    'retryable',
  ),
};
