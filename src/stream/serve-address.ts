import { bareError } from '../core/bare-error.ts';
import { TipstreamError } from '../core/errors.ts';
import { seconds } from '../core/time.ts';
import { inHeader } from './serve-relay.ts';

/** The question, with the place where to go on. */
export function request(address: URL, id: string | undefined, inQuery: boolean): Request {
  const target = new URL(address);
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (id !== undefined && inQuery) target.searchParams.set('lastEventId', id);
  else if (id !== undefined) headers['last-event-id'] = inHeader(id);
  return new Request(target, { headers });
}

/** A day. Whoever asks for more is not believed. */
const longestWait = seconds(86_400);

/** @throws {TipstreamError} when the answer is no stream of events. */
export function check(response: Response, address: URL): void {
  const { status, headers } = response;
  if (status !== 200) {
    const code = status === 401 ? 'AUTH' : status === 403 ? 'PERMISSION' : status >= 500 ? 'SERVER' : 'HTTP';
    const wait = seconds(Number(headers.get('retry-after')));
    const retryAfterMs = wait > 0 && wait < longestWait ? wait : undefined;
    throw problem(address, code, `${status}; look at the server that gives this stream`, undefined, {
      status,
      retryAfterMs,
    });
  }
  if (!headers.get('content-type')?.startsWith('text/event-stream'))
    throw problem(
      address,
      'UPSTREAM',
      `the answer is ${headers.get('content-type') ?? 'of no type'}; is this the address of a toResponse answer with format 'sse'?`,
    );
}

const withoutQuery = (text: string): string => text.replace(/\?[^\s"'<>]*/g, '?***');

/** The query is left out, also of what `fetch` threw: it may hold a key. */
export const problem = (
  address: URL,
  code: TipstreamError['code'],
  what: string,
  cause?: unknown,
  more?: { status: number; retryAfterMs: number | undefined },
): TipstreamError =>
  new TipstreamError({
    code,
    message: `fromUrl ${address.origin}${address.pathname}: ${what}`,
    cause: cause && bareError(cause, withoutQuery),
    ...more,
  });

/** @throws {TipstreamError} `CONFIG` */
export function parse(url: string | URL, base: string | undefined): URL {
  const refuse = (what: string): TipstreamError => new TipstreamError({ code: 'CONFIG', message: `fromUrl: ${what}` });
  let address: URL;
  try {
    address = new URL(url, base);
  } catch {
    throw refuse('this is no address; outside of a page it must be whole, with https:// and the host');
  }
  // `fetch` would refuse it too, and print it.
  if (address.username || address.password)
    throw refuse('the address holds a credential; send it with the option fetch');
  return address;
}
