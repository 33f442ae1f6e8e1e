import type { TwitchProxyOptions } from './options.ts';
import { createProxy } from './proxy.ts';
import type { Reply } from './reply.ts';
import type { Visit } from './visit.ts';

/** What the server itself says of a body. */
const ofServer = ['Content-Length', 'Connection'];

function responseOf({ status, headers, body }: Reply, method: string): Response {
  const all = new Headers();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = [headers[index], headers[index + 1]];
    if (!ofServer.includes(name)) all.append(name, value);
  }
  const empty = method === 'HEAD' || status === 204 || status === 499;
  return new Response(empty ? null : body, { status, headers: all });
}

/**
 * The Twitch proxy as a handler of requests: `/healthz`, `/users`, `/chatters`, `/moderated-channels`, `/metrics`. Runs wherever a
 * `Request` comes in and a `Response` goes out: Node, Bun, Deno, Cloudflare Workers.
 *
 * It adds the client id, waits while there is no quota, keeps answers (users for five minutes, moderated channels for one, for the token that
 * asked and no other), tries again, and leaves a Twitch that is down alone.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { twitchProxyHandler } from 'tipstream/twitch-proxy';
 * const handler = twitchProxyHandler({ clientId: 'yourclientid' });
 * const answer = await handler(new Request('http://localhost/healthz'));
 * console.log(await answer.text()); // ok
 * ```
 */
export function twitchProxyHandler(options: TwitchProxyOptions): (request: Request) => Promise<Response> {
  const proxy = createProxy(options);
  return async (request) => {
    const { url, method, headers, signal, body } = request;
    const visit: Visit = {
      method,
      target: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
      authorization: headers.get('authorization') ?? undefined,
      origin: headers.get('origin') ?? undefined,
      acceptEncoding: headers.get('accept-encoding') ?? undefined,
      hasBody: body !== null,
      from: options.from?.(request),
      signal,
    };
    return responseOf(proxy.ready(visit) ?? (await proxy.answer(visit)), method);
  };
}
