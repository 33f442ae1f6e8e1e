import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { sleep, systemClock } from '../../src/core/time.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { changed, inPlace, type Memory, standsIn } from './fault-changes.ts';
import type { FaultProxy, FaultProxyOptions, Passage } from './fault-passage.ts';
import { inside, type Plan, planned } from './fault-proxy-plan.ts';
import { messageIn } from './http-bytes.ts';
import { readRaw, writeRaw } from './raw-answer.ts';

/** A proxy on a port of its own that loses connections on purpose: one request for each, so that all others arrive whole. */
export async function openFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { seed = 1, clock = systemClock } = options;
  const { hostname, port } = new URL(options.target);
  const random = seededRandom(seed, 'proxy');
  const passages: Passage[] = [];
  let came = 0;
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    // A reset is what this is for; who is at the other end hears of it by its own socket.
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const ended = new AbortController();
  /** By path: what comes again was given there. */
  const memories = new Map<string, Memory>();

  const { givesUp } = options;
  const givenUp = givesUp === undefined ? undefined : () => sleep(clock, givesUp, ended.signal);
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
      number: came++,
      method,
      path,
      socket,
      cut: undefined,
      sent: 0,
      received: 0,
      over: false,
    };
    passages.push(passage);
    if (passages.length > (options.remembers ?? Number.POSITIVE_INFINITY)) passages.shift();
    client.once('close', () => {
      passage.over = true;
    });
    const plan = planned(options, random, passage);
    await sleep(clock, plan.delays[0], ended.signal);
    if (plan.cut === 'before-request') return cut(client, passage, plan.cut);
    if (plan.change) passage.changed = plan.change;
    if (plan.change && standsIn(plan.change)) {
      const answer = inPlace(plan.change, clock.now());
      passage.status = answer.status;
      return writeRaw(client, { answer, spoiled: false }, clock, ended.signal);
    }

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
    if (socket) return relaySocket(client, upstream, passage, plan, givenUp);

    const hears = once(upstream, 'data');
    const [first]: unknown[] = await Promise.race([hears, once(upstream, 'close').then(() => [])]);
    if (!(first instanceof Buffer)) return void client.destroy();
    passage.status = Number(first.toString('latin1').split(' ', 2)[1]);
    if (plan.cut === 'before-answer') {
      options.told?.(passage, readRaw(await whole(first, upstream)), false);
      return cut(client, passage, plan.cut);
    }
    upstream.pause();
    await sleep(clock, plan.delays[1], ended.signal);
    if (plan.cut === undefined && !plan.change && !options.told) return forward(first, client, upstream, passage);
    const answer = await whole(first, upstream);
    if (plan.cut === undefined) {
      const raw = readRaw(answer);
      const [place = ''] = passage.path.split('?');
      const memory = memories.get(place) ?? { pages: [] };
      memories.set(place, memory);
      const played = plan.change ? changed(plan.change, raw, random, memory) : { answer: raw, spoiled: false };
      if (raw.status === 200 && raw.body.includes('"events":[{')) memory.pages = [...memory.pages.slice(-3), raw];
      passage.received = answer.length;
      await writeRaw(client, played, clock, ended.signal);
      options.told?.(passage, raw, !played.spoiled && !client.destroyed);
      return;
    }
    options.told?.(passage, readRaw(answer), false);
    const headBytes = answer.indexOf('\r\n\r\n') + 4;
    // An answer without a body has nothing to be cut after its headers: it is cut within them.
    const place =
      plan.cut === 'after-headers' && headBytes < answer.length ? headBytes : inside(plan.place, answer.length);
    passage.received = place;
    await new Promise((done) => client.write(answer.subarray(0, place), done));
    cut(client, passage, plan.cut);
  }

  const listen = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  };
  const leave = async (): Promise<void> => {
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const own = await listen(0);
  return {
    url: `http://127.0.0.1:${own}`,
    passages,
    async listen(accepts) {
      if (accepts && !server.listening) await listen(own);
      if (!accepts) await leave();
    },
    async close() {
      ended.abort();
      await leave();
    },
  };
}

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

function relaySocket(
  client: Socket,
  upstream: Socket,
  passage: Passage,
  { socketByte, freezes }: Plan,
  givenUp: (() => Promise<void>) | undefined,
): void {
  const lose = (): void => {
    if (freezes) {
      // Both ends stay open, and hear nothing more of each other.
      passage.changed = 'freeze';
      upstream.removeAllListeners('data').pause();
      client.removeAllListeners('data').pause();
      givenUp?.().then(
        () => {
          upstream.destroy();
          client.destroy();
        },
        () => {},
      );
      return;
    }
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
