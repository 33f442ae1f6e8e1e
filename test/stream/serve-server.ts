import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';

/** A real HTTP server whose answers are `Response`s. */
export interface Serving {
  url: string;
  requests: IncomingMessage[];
  /** Breaks every open connection, as a network does: without a word. */
  cut(): void;
  /** Connections that are open at this moment. */
  readonly open: number;
  close(): Promise<void>;
}

export async function serving(handler: (request: Request) => Response | Promise<Response>): Promise<Serving> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    requests.push(incoming);
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value);
    const response = await handler(new Request(`http://${incoming.headers.host}${incoming.url}`, { headers }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body)
      await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), outgoing);
    else outgoing.end();
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tips`,
    requests,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    get open() {
      return sockets.size;
    },
    close,
  };
}
