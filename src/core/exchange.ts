import { loadHttp } from '#http';
import { discard } from './body.ts';
import { type Call, contextOf, errorOf, race, signalOf } from './call.ts';
import type { Ground } from './ground.ts';
import { readNetworkFailure } from './network.ts';
import { seconds } from './time.ts';

/** So many failures before any answer make a page suspect CORS, which no browser names. */
const suspicious = 3;

/** What ky is not to do: waiting, trying again and judging are done here. */
const quiet = { redirect: 'manual', retry: 0, timeout: false, throwHttpErrors: false } as const;

/** From the first byte out to the first byte in: the one place that sends. */
export async function exchange(
  ground: Ground,
  call: Call,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | FormData | undefined,
): Promise<Response> {
  const { options, redactor, telemetry } = ground;
  const { progress } = call.facts;
  const { sent, attempts } = progress;
  // Headers are set on the finished request, where ky neither copies nor merges them.
  const fetch = async (made: string | URL | Request): Promise<Response> => {
    if (call.failure) throw call.failure;
    const request = made as Request;
    for (const name in headers) request.headers.set(name, headers[name] ?? '');
    progress.attempts += 1;
    // Whatever came of an earlier attempt, of this one nothing is known.
    progress.sent = 'maybe';
    telemetry.emit('request', () => contextOf(call));
    const response = await options.fetch(request, { signal: signalOf(call) });
    if (call.failure) discard(response);
    return response;
  };
  try {
    ground.http ??= await loadHttp();
    const response = await race(
      call,
      // Every option costs a copy of those before it.
      ground.http(url, { ...quiet, fetch, ...(method !== 'GET' && { method }), ...(body !== undefined && { body }) }),
    );
    ground.failures = Number.NEGATIVE_INFINITY;
    // A refusal says nothing of an attempt that was never answered.
    progress.sent = sent === 'maybe' && !response.ok ? sent : 'yes';
    return response;
  } catch (error) {
    if (call.failure) throw call.failure;
    const cause = redactor.error(error);
    if (progress.attempts === attempts) throw errorOf(call, 'VALIDATION', 'no request can be made of this', { cause });
    const { code, text, unsent } = readNetworkFailure(cause);
    if (unsent) progress.sent = sent;
    ground.failures += 1;
    throw ground.failures >= suspicious && 'document' in globalThis
      ? errorOf(call, code, `${text}, or the server forbids pages (CORS)`, { cause, retryAfterMs: seconds(60) })
      : errorOf(call, code, text, { cause });
  }
}
