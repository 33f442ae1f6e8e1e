import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../src/core/time.ts';
import type { Answer } from '../../src/mock/answer.ts';
import { seededRandom } from '../../src/mock/random.ts';
import type { Peer, ServiceVisit } from '../../src/mock/service.ts';
import { type TippingControls, tippingServiceBy } from '../../src/mock/tipping/index.ts';
import { createSigner } from '../../src/mock/tipping/jwt.ts';

/** A request as it arrived. */
export interface Arrival {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The tipping platform of the mock on a port of its own. */
export interface Host {
  /** With the version: what a client takes as `baseUrl`. */
  baseUrl: string;
  controls: TippingControls;
  arrivals: Arrival[];
  /** The sockets that somebody wanted to open. */
  upgrades: Arrival[];
  /** Answers instead of the mock, until it says nothing more. */
  instead: ((arrival: Arrival) => Answer | 'reset' | undefined | Promise<Answer | 'reset' | undefined>) | undefined;
  /** How many arrivals there were of `POST /auth/login` and its like. */
  count(call: string): number;
  close(): Promise<void>;
}

/** One key for all platforms of a file. */
const signer = createSigner();

const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);

const visitOf = (
  request: IncomingMessage,
  body: string,
  origin: string,
  params: Record<string, string>,
): ServiceVisit => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  const url = new URL(request.url ?? '/', origin);
  return {
    url,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)])),
    request: new Request(url, { method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'), headers }),
    async body() {
      try {
        return JSON.parse(body);
      } catch {
        return undefined;
      }
    },
  };
};

export async function serveTipping(
  options: { clock?: Clock; rateLimits?: boolean; seed?: number } = {},
): Promise<Host> {
  const { clock = systemClock, rateLimits = false, seed = 7 } = options;
  let origin = '';
  const running = tippingServiceBy(() => signer).create({
    clock,
    random: seededRandom(seed, 'tipping'),
    pace: 1,
    every: Number.POSITIVE_INFINITY,
    strict: true,
    rateLimits,
    origin: () => origin,
  });
  const routes = running.routes.map((route) => ({ ...route, shape: pattern(route.path) }));
  const arrivals: Arrival[] = [];
  const upgrades: Arrival[] = [];
  const plain = (headers: IncomingMessage['headers']) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const open = new Set<Duplex>();

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname } = new URL(request.url ?? '/', origin);
    const arrival = { method: request.method ?? '', path: request.url ?? '', headers: plain(request.headers), body };
    arrivals.push(arrival);
    const given = await host.instead?.(arrival);
    if (given === 'reset') return void request.socket.destroy();
    const route = routes.find(({ method, shape }) => method === request.method && shape.test(pathname));
    const answer = given ??
      (await route?.answer(visitOf(request, body, origin, { ...route.shape.exec(pathname)?.groups }))) ?? {
        status: 404,
        headers: {},
        body: '',
      };
    response.setHeader('date', new Date(clock.now()).toUTCString());
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });

  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    upgrades.push({ method: 'GET', path: request.url ?? '', headers: plain(request.headers), body: '' });
    const { pathname } = new URL(request.url ?? '/', origin);
    const found = running.sockets?.find(({ path }) => pattern(path).test(pathname));
    const visit = found && visitOf(request, '', origin, { ...pattern(found.path).exec(pathname)?.groups });
    const status = found && visit ? found.refuse?.(visit) : 404;
    if (!found || !visit || status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const peer: Peer = {
        get open() {
          return ws.readyState === ws.OPEN;
        },
        send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
        close: (code, reason) => ws.close(code, reason),
        drop: () => ws.terminate(),
        freeze: () => ws.pause(),
        onMessage: (listener) => void ws.on('message', (data) => listener(String(data))),
        onClose: (listener) => void ws.on('close', listener),
      };
      found.open(visit, peer);
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  const host: Host = {
    baseUrl: `${origin}/v1`,
    controls: running.controls,
    arrivals,
    upgrades,
    instead: undefined,
    count: (call) => arrivals.filter(({ method, path }) => `${method} ${path.split('?')[0]?.slice(3)}` === call).length,
    async close() {
      running.close?.();
      sockets.close();
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return host;
}
