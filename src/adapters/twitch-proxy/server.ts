import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { seconds } from '../../core/time.ts';
import type { TwitchProxy } from './proxy.ts';
import { type Reply, withHeaders } from './reply.ts';
import type { Visit } from './visit.ts';

/** A proxy that listens. */
export interface TwitchProxyServer {
  /** Where it listens on this machine, e.g. `http://127.0.0.1:8081`. */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those that are open end, for 10 s at most, and frees the port. */
  close(): Promise<void>;
}

/** Where it listens. */
export interface ListenOptions {
  /** 0 takes a free one. @default 8081 */
  port?: number | undefined;
  /** The address to listen on. @default every address of this machine */
  host?: string | undefined;
}

/** Requests that are open may take so long after the end was asked for. */
const farewell = seconds(10);
/** A connection may rest so long; load balancers rest them for a minute, and should be the ones to close. */
const rest = seconds(65);
/** A request has to be here whole after so long. */
const arrival = seconds(30);

/** `10.0.0.7:51234`, `[fd00::7]:51234`. */
const nameOf = ({ remoteAddress = '-', remotePort = 0 }: Socket): string => {
  const address = remoteAddress.replace(/^::ffff:/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${remotePort}`;
};

/** Where a server is for whoever asks from this machine. */
export function addressOf(host: string | undefined, port: number): string {
  const name = host && host !== '0.0.0.0' && host !== '::' ? host : '127.0.0.1';
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function write(response: ServerResponse, { status, headers, body }: Reply, method: string): void {
  response.writeHead(status, headers);
  if (method === 'HEAD') response.end();
  else response.end(body);
}

/** Serves a proxy over HTTP. What lies ready goes out without a detour over `Request` and `Response`. */
export function listen(proxy: TwitchProxy, { port = 8081, host }: ListenOptions): Promise<TwitchProxyServer> {
  const names = new WeakMap<Socket, string>();
  let closed: Promise<void> | undefined;
  /** Once the end was asked for, a connection ends with its answer. */
  const send = (response: ServerResponse, reply: Reply, method: string): void =>
    write(response, closed ? withHeaders(reply, ['Connection', 'close']) : reply, method);
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url: target = '/', headers, socket } = request;
    const { authorization, origin } = headers;
    const visit: Visit = {
      method,
      target,
      authorization,
      origin,
      acceptEncoding: headers['accept-encoding'] as string | undefined,
      hasBody: headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0',
      from: names.get(socket),
    };
    const reply = proxy.ready(visit);
    if (reply) return send(response, reply, method);
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    proxy
      .answer({ ...visit, signal: leaving.signal })
      .then((late) => response.destroyed || send(response, late, method))
      .catch(() => response.destroy());
  };
  const server = createServer({ keepAliveTimeout: rest, requestTimeout: arrival, headersTimeout: arrival }, respond);
  server.on('connection', (socket) => names.set(socket, nameOf(socket)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      const end = async (): Promise<void> => {
        const late = setTimeout(() => server.closeAllConnections(), farewell);
        await new Promise((done) => server.close(done));
        clearTimeout(late);
        await proxy.close();
      };
      resolve({
        url: addressOf(host, bound),
        port: bound,
        close: () => {
          closed ??= end();
          return closed;
        },
      });
    });
  });
}
