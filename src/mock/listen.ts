import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { mistake } from './mistake.ts';
import { upgrade } from './upgrade.ts';
import type { Upgrade } from './upstreams.ts';

/** A port that is served. */
export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Ends every request and every socket. */
  close(): Promise<void>;
}

/** Serves a port of 127.0.0.1. */
export async function listen(
  port: number,
  respond: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
  decide: (request: Request) => Promise<Upgrade>,
): Promise<Listener> {
  // What cannot even be read as a request (a path or method that no client sends) gets its connection closed.
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing).catch(() => outgoing.destroy()));
  // A client may keep its connection between polls: closing it on our side would look to it like a reset.
  server.keepAliveTimeout = 120_000;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (incoming, socket, head) => {
    upgrade(decide, sockets, incoming, head).catch(() => socket.destroy());
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error & { code?: string }) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        mistake(
          taken ? `port ${port} is taken; give another, or 0 for a free one` : `cannot listen on port ${port}`,
          cause,
        ),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A socket is no connection of the server any more once it was let in.
        for (const connection of connections) connection.destroy();
      }),
  };
}
