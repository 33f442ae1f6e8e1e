import type { Answer } from './answer.ts';
import { discard, readBody } from './body.ts';
import { type Call, errorOf } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { type ErrorCode, isTipstreamError, type TipstreamError, type TipstreamErrorInit } from './errors.ts';
import type { Ground } from './ground.ts';
import { tell } from './listener.ts';
import { line } from './logger.ts';
import { readRateLimit, readRetryAfter, untilReset } from './rate-limit.ts';
import { read } from './reader.ts';
import { errorCodeOf, explain } from './status.ts';
import { readDate } from './timestamp.ts';

/** JSON has no `undefined`: it stands for an empty body and for one that is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a whole answer. */
export async function readAnswer<Out>(
  { platform, redactor, options: { clock, logger }, readRateWords }: Ground,
  call: Call,
  endpoint: Endpoint<never, Out>,
  response: Response,
): Promise<Answer<Out>> {
  let { status } = response;
  const { headers } = response;
  const now = clock.now();
  const rateLimit = readRateLimit(headers, now, readRateWords?.(headers));
  const said = headers.get('x-request-id') ?? headers.get('request-id');
  // Whoever answers may repeat a credential anywhere.
  const requestId = said ? redactor.text(said) : undefined;
  const fail = (code: ErrorCode, text: string, more?: Partial<TipstreamErrorInit>): TipstreamError =>
    errorOf(call, code, `${status}, ${text}`, { status, rateLimit, requestId, ...more });

  // A page sees status 0 in place of a redirect, and a 304 is none.
  if (!status || (status > 299 && status < 400 && status !== 304)) {
    discard(response);
    throw fail('UPSTREAM', 'a redirect to another address; the credential stays here, look at baseUrl');
  }
  let text: string;
  try {
    text = await readBody(response, call);
  } catch (error) {
    // Also of an answer that was given up in its middle it is known that it had begun, and how.
    throw (
      (call.failure && Object.assign(call.failure, { status })) ??
      (isTipstreamError(error) ? error : fail('NETWORK', 'the answer broke off', { cause: redactor.error(error) }))
    );
  }
  // A line that cannot be made is left out.
  if (logger)
    tell(() =>
      logger.debug?.(
        line(
          platform.name,
          clock.now(),
          `${endpoint.name}: ${status} ${redactor.text((!endpoint.quiet && logger.body?.(text)) || '')}`,
        ),
      ),
    );
  const body = endpoint.text ? text : parse(text);
  if (!(endpoint.accepts?.(status, body) ?? response.ok)) {
    // Masked before it is read: a text that is cut would leave half a secret that no one recognises.
    const problem = (endpoint.problem ?? platform.problem)?.(
      status,
      new Headers([...headers].map(([name, value]): [string, string] => [name, redactor.text(value)])),
      redactor.text(text),
      // To look at every text of a large one takes seconds.
      text.length > 1e6 ? undefined : redactor.value(body),
    );
    status = problem?.status ?? status;
    const code = errorCodeOf(status, problem);
    const retryAfterMs =
      readRetryAfter(headers, body, now) ?? problem?.retryAfterMs ?? untilReset(rateLimit, status === 429, now);
    throw fail(code, explain(code, platform.advice, problem, retryAfterMs), {
      problem,
      retryAfterMs,
      requestId: requestId ?? problem?.requestId,
    });
  }
  if (body === undefined && text) throw fail('SCHEMA', 'the answer is no JSON');
  const receivedAt = clock.now();
  try {
    return {
      data: read(endpoint.response, body),
      status,
      headers,
      receivedAt,
      elapsedMs: receivedAt - call.facts.since,
      serverDate: readDate(headers.get('date') ?? ''),
      rateLimit,
      requestId,
    };
  } catch (error) {
    const what = error instanceof Error ? redactor.text(error.message) : 'invalid';
    throw fail(isTipstreamError(error) ? error.code : 'SCHEMA', `the answer is not what it should be: ${what}`);
  }
}
