import { once } from 'node:events';
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * Where a connection is cut: before anything can be sent (`refused`), when the request has arrived here and nowhere else, when the
 * upstream has answered and nothing of it has been passed on, in the middle of the answer's first line, or in its body.
 */
export type Cut = 'none' | 'refused' | 'request' | 'answer' | 'head' | 'body';

/** A server between a client and its upstream that cuts connections as it is told to. */
export interface CuttingProxy {
  readonly url: string;
  /** Decides for each request. `refused` is a matter of `listen`. */
  cut: (headers: IncomingMessage['headers']) => Exclude<Cut, 'refused'>;
  /** Whether connections are accepted at all. */
  listen(open: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function createCuttingProxy(upstream: string): Promise<CuttingProxy> {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port: target } = new URL(upstream);
  const open = new Set<Socket>();

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket, headers, method, url } = request;
    const where = proxy.cut(headers);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (where === 'request') return void socket.destroy();
    const asked = forward({ hostname, port: target, agent, headers, method, path: url });
    asked.end(Buffer.concat(chunks));
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    const parts: Buffer[] = [];
    for await (const part of answer ?? []) parts.push(part);
    const body = Buffer.concat(parts);
    if (where === 'answer') return void socket.destroy();
    if (where === 'head') return void socket.write('HTTP/1.1 20', () => socket.destroy());
    response.writeHead(answer?.statusCode ?? 502, {
      'content-type': 'application/json',
      // A connection that is kept could be lost between two requests, where no plan says so.
      connection: 'close',
      'content-length': body.length,
    });
    if (where === 'none') return void response.end(body);
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => setImmediate(() => socket.destroy()));
  };

  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const proxy: CuttingProxy = {
    url: `http://127.0.0.1:${port}`,
    cut: () => 'none',
    async listen(wanted) {
      if (wanted === server.listening) return;
      if (!wanted) return stop();
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      if (server.listening) await stop();
      agent.destroy();
    },
  };
  return proxy;
}
