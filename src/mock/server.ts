import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { mistake } from './mistake.ts';
import { createMock } from './mock.ts';
import type { Mock, MockOptions } from './options.ts';

/** What an evening is like, and where it is served. */
export interface MockServerOptions extends MockOptions {
  /** 0 takes a free one. @default 5000 */
  port?: number | undefined;
}

/** Every upstream in one process, over real HTTP on 127.0.0.1. Its evening goes on while clients come and die. */
export interface MockServer extends Omit<Mock, 'answer' | 'env' | 'serves'> {
  /** Where it listens, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /** The variables that lead a program here, e.g. `CHATURBATE_EVENTS_URL`. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every request, frees the port. Resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts the upstreams on this machine, so that a program runs and is tested offline.
 *
 * @throws `CONFIG` for an option that makes no sense, or a port that is taken
 * @example
 * ```ts
 * import { createMockServer } from 'tipstream/mock';
 * const server = await createMockServer({ port: 0, seed: 7 });
 * const answer = await fetch(`${server.url}/events/chaturbate`);
 * console.log(await answer.json());
 * await server.close();
 * ```
 */
export async function createMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const { port = 5000 } = options;
  const { answer, env, serves: _, ...mock } = createMock(options);
  // What cannot even be read as a request (a path or method that no client sends) gets its connection closed.
  const server = createServer(
    (incoming, outgoing) => void respond(answer, incoming, outgoing).catch(() => outgoing.destroy()),
  );
  // A client may keep its connection between polls: closing it on our side would look to it like a reset.
  server.keepAliveTimeout = 120_000;
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
  const url = `http://127.0.0.1:${bound}`;
  return {
    ...mock,
    url,
    port: bound,
    env: env(url),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(answer: Mock['answer'], incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const leaving = new AbortController();
  outgoing.once('close', () => leaving.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    headers.set(name, Array.isArray(value) ? value.join(', ') : (value ?? ''));
  const method = incoming.method ?? 'GET';
  // The mock answers reads; a body is neither needed nor waited for.
  incoming.resume();
  const request = new Request(new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`), {
    method,
    headers,
    signal: leaving.signal,
  });
  await send(await answer(request), outgoing);
}

/** Writes an answer; it counts as handed out with its last byte. */
async function send({ status, headers, body, trouble, handedOut }: Answer, outgoing: ServerResponse): Promise<void> {
  if (handedOut) {
    outgoing.once('close', () => handedOut(outgoing.writableFinished));
    outgoing.once('finish', () => handedOut(true));
    if (outgoing.destroyed) return handedOut(false);
  }
  if (trouble?.kind === 'reset') return void outgoing.socket?.resetAndDestroy();
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': bytes.length });
  if (trouble === undefined) return void outgoing.end(bytes);
  const half = Math.floor(bytes.length / 2);
  if (trouble.kind === 'truncated') return void outgoing.write(bytes.subarray(0, half), () => outgoing.destroy());
  const pieces = 10;
  for (let piece = 0; piece < pieces && !outgoing.destroyed; piece += 1) {
    outgoing.write(
      bytes.subarray(Math.floor((bytes.length * piece) / pieces), Math.floor((bytes.length * (piece + 1)) / pieces)),
    );
    await new Promise((resolve) => setTimeout(resolve, trouble.ms / pieces));
  }
  outgoing.end();
}
