import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { type Delivery, onceAskedAgain, onceWritten } from './delivery.ts';
import { type OpenService, withControls } from './hosting.ts';
import { type Listener, listen } from './listen.ts';
import { mistake } from './mistake.ts';
import type { Mock, MockOptions } from './options.ts';
import { bodyOf, requestOf } from './request.ts';
import { type ControlsOf, type ServiceControls, type Services, services } from './services.ts';
import { openUpstreams } from './upstreams.ts';
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
  /**
   * Services that are also served alone at the root of a port of their own, e.g. `{ tipping: 8003 }`; 0 takes a free one.
   *
   * @default none: every service is below its prefix
   */
  ports?: Readonly<Record<string, number>> | undefined;
}

/** Every upstream in one process, over real HTTP and WebSockets on 127.0.0.1. Its evening goes on while clients come and die. */
export interface MockServer extends ServedMock, ServiceControls {}

/** What every server of the mock is, whichever services it has. */
export interface ServedMock
  extends Omit<Mock, keyof ServiceControls | 'answer' | 'upgrade' | 'services' | 'env' | 'serves'> {
  /** Where it listens, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  /** The port of `url`. */
  readonly port: number;
  /** Where each service is: at its own port where it has one, otherwise below its prefix. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The variables that lead a program here, e.g. `CHATURBATE_EVENTS_URL`. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every request, socket and timer, frees the ports. Resolves when nothing is left. */
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
export const createMockServer = (options: MockServerOptions = {}): Promise<MockServer> => serveAll(options, services);

/** A server with these services. */
export async function serveAll<All extends Services>(
  options: MockServerOptions,
  all: All,
): Promise<ServedMock & ControlsOf<All>> {
  const { port = 5000, handOut = 'written', ports = {} } = options;
  let url = '';
  const upstreams = openUpstreams(options, all, { origin: ({ prefix }) => url + prefix, atOrigins: false });
  const homeless = Object.keys(ports).find((name) => !upstreams.services.some((service) => service.name === name));
  if (homeless !== undefined) throw mistake(`ports names "${homeless}", which is no service that is served`);
  const delivery = handOut === 'written' ? onceWritten : onceAskedAgain();
  const at = (where: number, own?: OpenService): Promise<Listener> =>
    listen(
      where,
      (incoming, outgoing) => respond((request) => upstreams.answer(request, own), delivery, incoming, outgoing),
      (request) => upstreams.upgrade(request, own),
    );
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    for (const service of upstreams.services) service.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  const main = await at(port);
  listeners.push(main);
  url = main.url;
  const addresses: Record<string, string> = {};
  try {
    for (const service of upstreams.services) {
      const own = ports[service.name];
      const listener = own === undefined ? undefined : await at(own, service);
      if (listener) listeners.push(listener);
      addresses[service.name] = listener?.url ?? url + service.prefix;
    }
  } catch (error) {
    await close();
    throw error;
  }
  const server = {
    ...upstreams.plain,
    url,
    port: main.port,
    addresses,
    get env() {
      return upstreams.env(url);
    },
    get routes() {
      return upstreams.routes();
    },
    close,
  };
  return withControls(server, all, upstreams.services);
}

async function respond(
  answer: (request: Request) => Promise<Answer>,
  delivery: Delivery,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const leaving = new AbortController();
  outgoing.once('close', () => leaving.abort());
  const body = await bodyOf(incoming);
  const { url: path = '/' } = incoming;
  delivery.asked(path);
  const given = await answer(requestOf(incoming, leaving.signal, body));
  if (given.handedOut) delivery.watch(outgoing, path, given.handedOut);
  await write(given, outgoing);
}
