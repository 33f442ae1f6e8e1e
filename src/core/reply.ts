import type { Answer } from './answer.ts';
import { discard, readBody } from './body.ts';
import { type Call, errorOf } from './call.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import {
  type ErrorCode,
  isTipstreamError,
  type RateLimit,
  type TipstreamError,
  type TipstreamErrorInit,
} from './errors.ts';
import { explain } from './explain.ts';
import { readRateLimit, readRetryAfter } from './rate-limit.ts';
import { read } from './reader.ts';
import type { Redactor } from './redact.ts';
import { errorCodeOf } from './status.ts';

/** What an answer is judged by. */
export interface Judge {
  platform: Platform<unknown>;
  redactor: Redactor;
  /** Sees every body before it is judged. */
  look(endpoint: Endpoint, status: number, text: string): void;
}

/** Reads a whole answer. A 304 to a conditional request is an answer without data. */
export async function readAnswer<Out>(
  judge: Judge,
  call: Call,
  endpoint: Endpoint<never, Out>,
  response: Response,
  conditional: boolean,
): Promise<Answer<Out>> {
  const { platform, redactor } = judge;
  const { status, headers } = response;
  const now = call.clock.now();
  const rateLimit = readRateLimit(headers, now);
  const requestId = headers.get('x-request-id') ?? headers.get('request-id') ?? undefined;
  const fail = (code: ErrorCode, text: string, more?: Partial<TipstreamErrorInit>): TipstreamError =>
    errorOf(call, code, text, { status, rateLimit, requestId, ...more });

  const unchanged = status === 304 && conditional;
  if (response.type === 'opaqueredirect' || (status > 299 && status < 400 && !unchanged)) {
    discard(response);
    throw fail('UPSTREAM', `${status || 'a'} redirect is not followed, the credential stays here; look at baseUrl`);
  }
  const text = await readBody(response, call).catch((error) => {
    throw isTipstreamError(error)
      ? error
      : fail('NETWORK', `${status}, the answer broke off`, { cause: redactor.error(error) });
  });
  judge.look(endpoint, status, text);
  const body = parse(endpoint, text);
  if (!(endpoint.accepts?.(status, body) ?? (response.ok || unchanged))) {
    // Masked before it is read: a text that is cut would leave half a secret that no one recognises.
    const reader = endpoint.problem ?? platform.problem;
    const problem = reader?.(status, headers, redactor.text(text), redactor.value(body));
    const code = errorCodeOf(status, problem);
    const retryAfterMs =
      readRetryAfter(headers, body, now) ?? problem?.retryAfterMs ?? untilReset(status, rateLimit, now);
    throw fail(code, explain(status, code, platform.advice, problem, retryAfterMs), {
      problem,
      retryAfterMs,
      requestId: requestId ?? problem?.requestId,
    });
  }
  if (body === undefined && text) throw fail('SCHEMA', `${status}, the answer is no JSON`);
  const receivedAt = call.clock.now();
  const serverDate = Date.parse(headers.get('date') ?? '');
  try {
    return {
      // Whoever asks conditionally keeps the data of last time.
      data: unchanged ? (undefined as Out) : read(endpoint.response, body),
      status,
      headers,
      receivedAt,
      elapsedMs: receivedAt - call.facts.since,
      ...(!Number.isNaN(serverDate) && { serverDate }),
      ...(rateLimit && { rateLimit }),
      ...(requestId !== undefined && { requestId }),
    };
  } catch (error) {
    const what = error instanceof Error ? redactor.text(error.message) : 'invalid';
    throw fail(
      isTipstreamError(error) ? error.code : 'SCHEMA',
      `${status}, the answer is not what it should be: ${what}`,
    );
  }
}

/** JSON has no `undefined`: it stands for an empty body and for one that is no JSON. */
function parse(endpoint: Endpoint<never>, text: string): unknown {
  if (endpoint.text) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const untilReset = (status: number, rateLimit: RateLimit | undefined, now: number): number | undefined =>
  status === 429 && rateLimit?.resetAt !== undefined ? Math.max(0, rateLimit.resetAt - now) : undefined;
