import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as it arrived. */
export interface Arrival {
  method: string;
  /** Path and query, verbatim. */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Names and values as they were written. */
  rawHeaders: readonly string[];
  body: string;
  /** The how-manieth arrival on this server, from 1. */
  nth: number;
}

/** What a route answers. A string or bytes go out as they are, anything else as JSON. */
export interface Reply {
  status?: number;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: unknown;
  /** Sends so many bytes of the body and then cuts the connection. */
  cutAfter?: number;
}

/** `'reset'` cuts the connection before a byte; `'silence'` never answers; `undefined` means the route wrote the answer itself. */
export type Route = (
  arrival: Arrival,
  response: ServerResponse,
) => Reply | 'reset' | 'silence' | undefined | Promise<Reply | 'reset' | 'silence' | undefined>;

export interface TestServer {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  /** Every request that arrived whole, in order. */
  readonly arrivals: readonly Arrival[];
  /** Requests whose client went away before its answer was written. */
  readonly aborted: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Resolves when the `n`th request of all has arrived. */
  arrived(n: number): Promise<void>;
  close(): Promise<void>;
}

/** A promise to be kept by hand: a route waits for `opened`, the test calls `open`. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A JSON answer. */
export const json = (body: unknown, status = 200, headers: Reply['headers'] = {}): Reply => ({ status, headers, body });

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

function write(reply: Reply, response: ServerResponse): void {
  const { status = 200, headers = {}, body, cutAfter } = reply;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = Buffer.from(body === undefined ? '' : raw ? body : JSON.stringify(body));
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  if (!response.hasHeader('content-type') && !raw && body !== undefined)
    response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', bytes.length);
  response.writeHead(status);
  if (cutAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, cutAfter), () => setImmediate(() => response.socket?.destroy()));
}

/**
 * A real HTTP server on loopback. Routes by path, or by `METHOD /path`, or one function for everything; without a route 404.
 * Inside a test it closes itself at the end.
 */
export async function startServer(routes: Route | Readonly<Record<string, Route>>): Promise<TestServer> {
  const arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const waiting: { n: number; tell: () => void }[] = [];
  let aborted = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) aborted += 1;
    });
    try {
      const url = request.url ?? '/';
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      const { method = 'GET', headers, rawHeaders } = request;
      const arrival: Arrival = {
        method,
        url,
        path: pathname,
        query: searchParams,
        headers,
        rawHeaders,
        body: await read(request),
        nth: arrivals.length + 1,
      };
      arrivals.push(arrival);
      for (const one of waiting) if (arrivals.length >= one.n) one.tell();
      const route = typeof routes === 'function' ? routes : (routes[`${method} ${pathname}`] ?? routes[pathname]);
      const reply = route ? await route(arrival, response) : json({ error: 'no such route' }, 404);
      if (reply === 'reset') request.socket.resetAndDestroy();
      else if (reply !== undefined && reply !== 'silence' && !response.destroyed) write(reply, response);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  try {
    onTestFinished(close);
  } catch {
    // Outside a test (a benchmark, a hook) whoever started it closes it.
  }
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    get aborted() {
      return aborted;
    },
    get connections() {
      return sockets.size;
    },
    arrived: (n) =>
      arrivals.length >= n ? Promise.resolve() : new Promise((resolve) => waiting.push({ n, tell: resolve })),
    close,
  };
}
