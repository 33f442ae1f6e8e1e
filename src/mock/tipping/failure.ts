import { type Answer, json } from '../answer.ts';

/** The seven names of failures, and the status that goes with each. */
const statuses = {
  VALIDATION_ERROR: 400,
  AUTHENTICATION_REQUIRED: 401,
  INSUFFICIENT_BALANCE: 402,
  STREAM_NOT_FOUND: 404,
  KYC_REQUIRED: 403,
  RATE_LIMIT_EXCEEDED: 429,
  PERMISSION_DENIED: 403,
} as const;

/** A name of a failure. */
export type FailureName = keyof typeof statuses;

/** What is said beside the name. */
export interface FailureMore {
  code?: string;
  message?: string;
  details?: Readonly<Record<string, unknown>>;
  status?: number;
  /** Beside the five fields. */
  top?: Readonly<Record<string, unknown>>;
  headers?: Record<string, string>;
}

/** A handler throws this to answer with a failure. */
export interface Refusal {
  readonly refusal: FailureName;
  readonly more: FailureMore;
}

/** Makes what a handler throws. */
export const refusal = (name: FailureName, more: FailureMore = {}): Refusal => ({ refusal: name, more });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refusal' in value;

const words: Readonly<Record<FailureName, string>> = {
  VALIDATION_ERROR: 'Invalid request parameters',
  AUTHENTICATION_REQUIRED: 'A valid access token is required',
  INSUFFICIENT_BALANCE: 'Not enough tokens for this',
  STREAM_NOT_FOUND: 'There is no such stream',
  KYC_REQUIRED: 'Age verification is needed first',
  RATE_LIMIT_EXCEEDED: 'Too many requests',
  PERMISSION_DENIED: 'Not allowed for this account',
};

/** The answer of a failure, in the one form that all have. */
export const failure = ({ refusal: name, more }: Refusal, now: number): Answer =>
  json(
    more.status ?? statuses[name],
    {
      error: name,
      message: more.message ?? words[name],
      code: more.code ?? name,
      ...(more.details && { details: more.details }),
      timestamp: new Date(now).toISOString(),
      ...more.top,
    },
    more.headers,
  );
