import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Delivery, onceAskedAgain, onceWritten } from './delivery.ts';
import { mistake } from './mistake.ts';
import { createMock } from './mock.ts';
import type { Mock, MockOptions } from './options.ts';
import { write } from './write.ts';

/** What an evening is like, and where it is served. */
export interface MockServerOptions extends MockOptions {
  /** 0 takes a free one. @default 5000 */
  port?: number | undefined;
  /**
   * When a draining upstream counts a page as handed out. `written`: with its last byte, as upstreams do; a client that
   * dies with the page unread has lost it. `asked-again`: when the same path is asked again before the connection closes,
   * so that a client that dies gets the same page again.
   *
   * @default 'written'
   */
  handOut?: 'written' | 'asked-again' | undefined;
}

/** Every upstream in one process, over real HTTP on 127.0.0.1. Its evening goes on while clients come and die. */
export interface MockServer extends Omit<Mock, 'answer' | 'env' | 'serves'> {
  /** Where it listens, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  /** The port of `url`. */
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
  const { port = 5000, handOut = 'written' } = options;
  const { answer, env, serves: _, ...mock } = createMock(options);
  const delivery = handOut === 'written' ? onceWritten : onceAskedAgain();
  // What cannot even be read as a request (a path or method that no client sends) gets its connection closed.
  const server = createServer(
    (incoming, outgoing) => void respond(answer, delivery, incoming, outgoing).catch(() => outgoing.destroy()),
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

async function respond(
  answer: Mock['answer'],
  delivery: Delivery,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const leaving = new AbortController();
  outgoing.once('close', () => leaving.abort());
  // The mock answers reads; a body is neither needed nor waited for.
  incoming.resume();
  const headers = new Headers();
  for (const [name, value = ''] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const { method = 'GET', url: path = '/' } = incoming;
  const url = `http://${incoming.headers.host ?? '127.0.0.1'}${path}`;
  delivery.asked(path);
  const given = await answer(new Request(url, { method, headers, signal: leaving.signal }));
  if (given.handedOut) delivery.watch(outgoing, path, given.handedOut);
  await write(given, outgoing);
}
