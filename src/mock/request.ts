import type { IncomingMessage } from 'node:http';

/** The address that was asked for, as the client sees it. */
const addressOf = ({ headers, url = '/' }: IncomingMessage): string => `http://${headers.host ?? '127.0.0.1'}${url}`;

/** What came over the wire, as a `Request`. */
export function requestOf(incoming: IncomingMessage, signal: AbortSignal, body?: Uint8Array<ArrayBuffer>): Request {
  const headers = new Headers();
  for (const [name, value = ''] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const { method = 'GET' } = incoming;
  return new Request(addressOf(incoming), { method, headers, signal, ...(body?.length ? { body } : {}) });
}

/** The whole body; nothing for the methods that have none. */
export async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return void incoming.resume();
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}
