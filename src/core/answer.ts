import type { RateLimit } from './errors.ts';

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
  serverDate?: number | undefined;
  rateLimit?: RateLimit | undefined;
  requestId?: string | undefined;
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
