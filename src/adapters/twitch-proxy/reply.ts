/** An answer before any transport. */
export interface Reply {
  readonly status: number;
  /** Names and values in turns. */
  readonly headers: readonly string[];
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

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** JSON, as Helix sends it. */
export function jsonReply(status: number, json: string, more: readonly string[] = []): Reply {
  const body = bytes(json);
  const type = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', `${body.length}`];
  return { status, headers: [...type, 'Vary', 'Authorization, Accept-Encoding', ...ours, ...more], body };
}

/** A line of text. */
export function textReply(status: number, text: string, more: readonly string[] = []): Reply {
  const body = bytes(text);
  const type = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', `${body.length}`];
  return { status, headers: [...type, ...ours, ...more], body };
}

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
