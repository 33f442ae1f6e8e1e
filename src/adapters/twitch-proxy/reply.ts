/** An answer before any transport. */
export interface Reply {
  readonly status: number;
  /** Names and values in turns, as Node takes them. Shared by every request that gets this answer: never changed. */
  readonly headers: string[];
  readonly body: string | Uint8Array<ArrayBuffer>;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** What a status is called. */
export const reasonOf = (status: number): string => reasons[status] ?? (status > 499 ? 'Server Error' : 'Error');

/** Answers depend on the token, and nobody but us may keep them. */
const ours = ['Cache-Control', 'private, no-cache', 'X-Content-Type-Options', 'nosniff'];

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

const replyOf = (status: number, type: string, body: string, more: readonly string[]): Reply => ({
  status,
  headers: ['Content-Type', `${type}; charset=utf-8`, 'Content-Length', `${sizeOf(body)}`, ...ours, ...more],
  // A text: Node writes it together with the headers, where bytes would be a write of their own.
  body,
});

/** JSON, as Helix sends it. */
export const jsonReply = (status: number, json: string, more: readonly string[] = []): Reply =>
  replyOf(status, 'application/json', json, ['Vary', 'Authorization, Accept-Encoding', ...more]);

/** A line of text. */
export const textReply = (status: number, text: string, more: readonly string[] = []): Reply =>
  replyOf(status, 'text/plain', text, more);

/** An error in the form of Helix. */
export const refusal = (status: number, message: string, more?: readonly string[]): Reply =>
  jsonReply(status, JSON.stringify({ error: reasonOf(status), status, message }), more);

/** The same answer with more headers. */
export const withHeaders = (reply: Reply, more: readonly string[]): Reply =>
  more.length ? { ...reply, headers: [...reply.headers, ...more] } : reply;

/** The value of a header of a reply. */
export function headerOf({ headers }: Reply, name: string): string | undefined {
  const at = headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}
