import { isTipstreamError } from '../../core/errors.ts';
import { jsonReply, type Reply, reasonOf, refusal, textReply } from './reply.ts';

/** The headers of Twitch that reach the caller; no other does. */
const open = ['Ratelimit-Limit', 'Ratelimit-Remaining', 'Ratelimit-Reset', 'Retry-After'];

/** Those headers of an answer. */
export const passed = (headers: Headers): string[] =>
  open.flatMap((name) => {
    const value = headers.get(name);
    return value !== null && /^[\w :,;=.+-]{1,100}$/.test(value) ? [name, value] : [];
  });

/** Whether a text is the JSON of an object. */
export function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

const waitOf = (ms: number | undefined): string[] =>
  ms === undefined ? [] : ['Retry-After', `${Math.max(1, Math.ceil(ms / 1000))}`];

/** What Twitch refused, passed on where it is JSON. */
export function refused(status: number, text: string, more: readonly string[]): Reply {
  return isJson(text)
    ? jsonReply(status, text, more)
    : refusal(status, `twitch API error: ${status} ${reasonOf(status)}`, more);
}

/** What became of a request that Twitch did not answer. */
export function failed(error: unknown): Reply {
  const { code, retryAfterMs } = isTipstreamError(error) ? error : { code: undefined, retryAfterMs: undefined };
  switch (code) {
    case 'RATE_LIMITED':
      // The text that this proxy has always said, and that its clients know.
      return textReply(503, 'rate limit context error\n', waitOf(retryAfterMs));
    case 'CIRCUIT_OPEN':
      return refusal(503, 'Twitch failed several times in a row and is left alone for a while', waitOf(retryAfterMs));
    case 'TIMEOUT':
      return refusal(504, 'Twitch did not answer in time');
    case 'AUTH':
      return refusal(502, 'no token of the app could be had; look at the client id and its secret');
    case 'ABORTED':
      return { status: 499, headers: [], body: '' };
    default:
      return isTipstreamError(error)
        ? refusal(502, 'Twitch could not be reached, or answered with something strange')
        : refusal(500, 'a mistake of the proxy');
  }
}
