import { loadHttp } from '#http';
import type { SendOptions } from './answer.ts';
import { discard } from './body.ts';
import { type Call, contextOf, errorOf, race, signalOf } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { TipstreamError } from './errors.ts';
import { readNetworkFailure } from './network.ts';
import type { ResolvedOptions } from './options.ts';
import type { Redactor } from './redact.ts';
import { address, type Target } from './target.ts';
import type { Telemetry } from './telemetry.ts';
import { seconds } from './time.ts';

/** From the first byte out to the first byte in. */
export type Exchange = (call: Call, endpoint: Endpoint, target: Target, sending: SendOptions) => Promise<Response>;

/** So many failures before any answer make a page suspect CORS, which no browser names. */
const suspicious = 3;
const corsPause = seconds(60);

const accept = { accept: 'application/json' };
const json = { ...accept, 'content-type': 'application/json' };
/** What ky is not to do: waiting, trying again and judging are done here. */
const quiet = { redirect: 'manual', retry: 0, timeout: false, throwHttpErrors: false } as const;

/** The credential of an address that the upstream gave stands where the endpoint's own path has it. */
const hideSegment = ({ template, scheme }: Target, url: string): string => {
  const own = template.split('/');
  return url
    .split('/')
    .map((segment, index) => (scheme?.in === 'path' && own[index] === `{${scheme.name}}` ? '***' : segment))
    .join('/');
};

/** The one place that sends. `headers` go with every request. */
export function createExchange(
  options: ResolvedOptions,
  headers: Readonly<Record<string, string>>,
  redactor: Redactor,
  telemetry: Telemetry,
): Exchange {
  let http: Awaited<ReturnType<typeof loadHttp>> | undefined;
  let answered = false;
  let failures = 0;

  const explain = (call: Call, error: unknown, before: Call['facts']['sent']): TipstreamError => {
    const cause = redactor.error(error);
    const { code, text, unsent } = readNetworkFailure(cause);
    if (unsent) call.facts.sent = before;
    failures += 1;
    const cors = !answered && failures >= suspicious && 'document' in globalThis;
    return errorOf(call, code, cors ? `${text}, or the server forbids pages (CORS)` : text, {
      cause,
      retryAfterMs: cors ? corsPause : undefined,
    });
  };

  return async (call, endpoint, target, sending) => {
    const { facts } = call;
    const { scheme, secret, prepared } = target;
    const { body } = prepared;
    const before = facts.sent;
    const url = address(target, call);
    const shown = { ...target, secret: secret === undefined ? undefined : '***' };
    facts.url = () => redactor.url(target.url === undefined ? address(shown, call) : hideSegment(target, url));
    let left = false;
    // Headers are set on the finished request, where ky neither copies nor merges them.
    const fetch = async (request: string | URL | Request): Promise<Response> => {
      if (call.failure) throw call.failure;
      const ready = request as Request;
      const own = scheme?.in === 'header' && secret !== undefined ? { [scheme.name]: scheme.prefix + secret } : {};
      for (const some of [body === undefined ? accept : json, headers, sending.headers ?? {}, own])
        for (const [name, value] of Object.entries(some)) ready.headers.set(name, value);
      left = true;
      facts.attempts += 1;
      if (before === 'no') facts.sent = 'maybe';
      telemetry.emit('request', () => contextOf(call));
      const response = await options.fetch(ready, { signal: signalOf(call) });
      if (call.failure) discard(response);
      return response;
    };
    try {
      http ??= await loadHttp();
      const { method } = endpoint;
      const response = await race(call, http(url, { ...quiet, fetch, method, ...(body !== undefined && { body }) }));
      answered = true;
      facts.sent = 'yes';
      return response;
    } catch (error) {
      if (call.failure) throw call.failure;
      if (!left) throw errorOf(call, 'VALIDATION', 'no request can be made of this', { cause: redactor.error(error) });
      throw explain(call, error, before);
    }
  };
}
