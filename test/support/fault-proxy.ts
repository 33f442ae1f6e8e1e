import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Clock, type Random, sleep, systemClock } from '../../src/core/time.ts';
import { pick, seededRandom } from '../../src/mock/random.ts';
import { messageIn } from './http-bytes.ts';

/**
 * Where a connection is cut. `before-request`: the request arrived here and goes no further. `during-request`: at some byte of
 * the request on its way to the upstream. `before-answer`: the upstream has carried it out and answers; the client hears
 * nothing. `after-headers`: between the headers and the body of the answer. `during-answer`: at some byte of the answer.
 */
export const cuts = ['before-request', 'during-request', 'before-answer', 'after-headers', 'during-answer'] as const;
export type Cut = (typeof cuts)[number];

/** A request that came by. */
export interface Passage {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly socket: boolean;
  /** Where it was cut; a socket's `cut` is `socket`. */
  cut: Cut | 'socket' | undefined;
  /** Bytes of the request that went to the upstream. */
  sent: number;
  /** Bytes of the upstream that went to the client. */
  received: number;
  /** What the upstream answered, whether the client heard of it or not. */
  status?: number;
  /** Whether it is over. */
  over: boolean;
}

export interface FaultProxyOptions {
  /** Where the requests go, e.g. `http://127.0.0.1:5000`. */
  target: string;
  /** @default 1 */
  seed?: string | number;
  /** The share of requests that are cut. @default 0.5 */
  rate?: number;
  /** The cuts to choose from. @default all */
  cuts?: readonly [Cut, ...Cut[]];
  /** Decides instead of chance. `'none'` lets a request pass. */
  decide?(passage: Passage): Cut | 'none' | undefined;
  /** Every request, and every answer, is kept for up to so many milliseconds. @default 0 */
  delay?: number;
  /** A socket is cut at a byte below this, counted from the upstream's first. @default 2000 */
  socketBytes?: number;
  clock?: Clock;
}

export interface FaultProxy {
  readonly url: string;
  readonly passages: readonly Passage[];
  close(): Promise<void>;
}

/** A proxy on a port of its own that loses connections on purpose: one request for each, so that all others arrive whole. */
export async function faultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { seed = 1, clock = systemClock } = options;
  const { hostname, port } = new URL(options.target);
  const random = seededRandom(seed, 'proxy');
  const passages: Passage[] = [];
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    // A reset is what this is for; who is at the other end hears of it by its own socket.
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const ended = new AbortController();

  const server = createServer({ allowHalfOpen: true }, (client) => {
    kept(client);
    serve(client).catch(() => client.destroy());
  });

  async function serve(client: Socket): Promise<void> {
    const request = await readRequest(client);
    if (!request) return void client.destroy();
    const [line = ''] = request.toString('latin1').split('\r\n', 1);
    const [method = '', path = ''] = line.split(' ');
    const socket = /^upgrade: *websocket/im.test(request.toString('latin1'));
    const passage: Passage = {
      number: passages.length,
      method,
      path,
      socket,
      cut: undefined,
      sent: 0,
      received: 0,
      over: false,
    };
    passages.push(passage);
    client.once('close', () => {
      passage.over = true;
    });
    const plan = planned(options, random, passage);
    await sleep(clock, plan.delays[0], ended.signal);
    if (plan.cut === 'before-request') return cut(client, passage, plan.cut);

    const upstream = kept(connect(Number(port), hostname));
    client.once('close', () => upstream.destroy());
    await once(upstream, 'connect');
    if (plan.cut === 'during-request') {
      passage.sent = inside(plan.place, request.length);
      await new Promise((done) => upstream.write(request.subarray(0, passage.sent), done));
      upstream.destroy();
      return cut(client, passage, plan.cut);
    }
    passage.sent = request.length;
    upstream.write(request);
    if (socket) return relaySocket(client, upstream, passage, plan);

    const hears = once(upstream, 'data');
    const [first]: unknown[] = await Promise.race([hears, once(upstream, 'close').then(() => [])]);
    if (!(first instanceof Buffer)) return void client.destroy();
    passage.status = Number(first.toString('latin1').split(' ', 2)[1]);
    if (plan.cut === 'before-answer') return cut(client, passage, plan.cut);
    upstream.pause();
    await sleep(clock, plan.delays[1], ended.signal);
    if (plan.cut === undefined) return forward(first, client, upstream, passage);
    const answer = await whole(first, upstream);
    const headBytes = answer.indexOf('\r\n\r\n') + 4;
    // An answer without a body has nothing to be cut after its headers: it is cut within them.
    const place =
      plan.cut === 'after-headers' && headBytes < answer.length ? headBytes : inside(plan.place, answer.length);
    passage.received = place;
    await new Promise((done) => client.write(answer.subarray(0, place), done));
    cut(client, passage, plan.cut);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async (): Promise<void> => {
    ended.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, passages, close };
}

interface Plan {
  cut: Cut | undefined;
  /** From 0 to 1: at which byte of what is cut. */
  place: number;
  delays: [number, number];
  /** At which byte a socket is cut. */
  socketByte: number | undefined;
}

/** All that chance decides is drawn here, in the order of the requests, whatever becomes of them. */
function planned(options: FaultProxyOptions, random: Random, passage: Passage): Plan {
  const { rate = 0.5, delay = 0, socketBytes = 2000 } = options;
  const hit = random() < rate;
  const chosen = pick(random, options.cuts ?? cuts);
  const [place, first, second] = [random(), random(), random()];
  const decided = options.decide?.(passage) ?? (hit ? chosen : 'none');
  return {
    cut: decided === 'none' || passage.socket ? undefined : decided,
    place,
    delays: [first * delay, second * delay],
    socketByte: decided === 'none' || !passage.socket ? undefined : Math.floor(place * socketBytes),
  };
}

/** A byte of `length` with at least one before and one behind it. */
const inside = (place: number, length: number): number => 1 + Math.floor(place * (length - 1));

/** The client sees a reset for every second cut, and a mere end for the others. */
function cut(client: Socket, passage: Passage, where: Passage['cut']): void {
  passage.cut = where;
  passage.over = true;
  if (passage.number % 2 === 0 && passage.received === 0) client.resetAndDestroy();
  else client.destroy();
}

async function readRequest(client: Socket): Promise<Buffer | undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    const message = messageIn(bytes);
    if (!message) continue;
    // One request for each connection, so that where it was cut is said of one request.
    const head = /^connection: *upgrade/im.test(message.head)
      ? message.head
      : `${message.head.replace(/^connection:.*\r\n/im, '')}\r\nConnection: close`;
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), bytes.subarray(message.headBytes)]);
  }
  return undefined;
}

async function whole(first: Buffer, upstream: Socket): Promise<Buffer> {
  const chunks = [first];
  for await (const chunk of upstream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forward(first: Buffer, client: Socket, upstream: Socket, passage: Passage): void {
  const pass = (chunk: Buffer): void => {
    passage.received += chunk.length;
    client.write(chunk);
  };
  pass(first);
  upstream.on('data', pass);
  upstream.once('end', () => client.end());
  upstream.once('close', () => (upstream.errored ? client.resetAndDestroy() : client.destroySoon()));
  upstream.resume();
}

function relaySocket(client: Socket, upstream: Socket, passage: Passage, { socketByte }: Plan): void {
  const lose = (): void => {
    upstream.destroy();
    cut(client, passage, 'socket');
  };
  if (socketByte === 0) return lose();
  upstream.on('data', (chunk: Buffer) => {
    passage.status ??= Number(chunk.toString('latin1').split(' ', 2)[1]);
    const left = socketByte === undefined ? chunk.length : Math.max(0, socketByte - passage.received);
    const part = chunk.subarray(0, left);
    passage.received += part.length;
    if (socketByte !== undefined && passage.received >= socketByte) client.write(part, lose);
    else client.write(part);
  });
  client.on('data', (chunk: Buffer) => {
    passage.sent += chunk.length;
    upstream.write(chunk);
  });
  client.once('end', () => upstream.end());
  upstream.once('end', () => client.end());
  upstream.once('close', () => client.destroy());
  client.resume();
}
