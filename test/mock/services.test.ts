import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { json } from '../../src/mock/answer.ts';
import { freePorts } from '../../src/mock/free-ports.ts';
import { type MockServerOptions, serveAll } from '../../src/mock/server.ts';
import type { MockService, Peer } from '../../src/mock/service.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';

interface Till {
  balance: number;
  bodies: unknown[];
  heard: string[];
  left: number[];
  origin: string;
  every: number;
  peers: Peer[];
}

let begun = 0;
let ended = 0;
/** An upstream with a state: a till that takes money and tells everybody who listens. */
const till: MockService<Till> = {
  name: 'till',
  prefix: '/till',
  origins: ['https://till.example.com/api'],
  create({ random, origin, every }) {
    begun += 1;
    const controls: Till = {
      balance: Math.floor(random() * 1000),
      bodies: [],
      heard: [],
      left: [],
      origin: '',
      every,
      peers: [],
    };
    return {
      controls,
      routes: [
        { method: 'GET', path: '/v1/:name', answer: ({ params }) => json(200, { name: params.name }) },
        {
          method: 'GET',
          path: '/v1/balance',
          answer: () => json(200, { balance: controls.balance }, { 'x-request-id': 'r1' }),
        },
        {
          method: 'POST',
          path: '/v1/balance',
          async answer({ body }) {
            await body();
            controls.bodies.push(await body());
            controls.balance -= 1;
            controls.origin = origin();
            return json(201, { balance: controls.balance });
          },
        },
        { method: 'DELETE', path: '/v1/balance', answer: () => ({ status: 204, headers: {}, body: '' }) },
        {
          method: 'GET',
          path: '/v1/broken',
          answer() {
            throw new Error('out of order');
          },
        },
      ],
      sockets: [
        {
          path: '/v1/:room/live',
          refuse: ({ url }) => (url.searchParams.get('token') === 'wrong' ? 403 : undefined),
          open({ params }, peer) {
            controls.peers.push(peer);
            peer.send({ welcome: params.room });
            peer.onMessage((text) => {
              if (text === 'stumble') throw new Error('stumbled');
              controls.heard.push(text);
              peer.send(`heard ${text}`);
            });
            peer.onClose((code) => controls.left.push(code));
          },
        },
      ],
      env: (at) => ({ TILL_URL: at }),
      close() {
        ended += 1;
      },
    };
  },
};

async function serve(options: MockServerOptions = {}) {
  const server = await serveAll({ port: 0, platforms: ['till'], ...options }, { till });
  onTestFinished(server.close);
  const { url, port, requests, faults, addresses } = server;
  return {
    server,
    url,
    port,
    requests,
    faults,
    addresses,
    live: `${server.url.replace('http', 'ws')}/till/v1/red/live`,
  };
}

/** A port on which nobody listens. */
async function unused(): Promise<number> {
  const server = await serveAll({ port: 0 }, {});
  await server.close();
  return server.port;
}

/** A socket, and everything that came by it. */
async function listen(url: string, protocols: string[] = []) {
  const socket = new WebSocket(url, protocols);
  onTestFinished(() => socket.terminate());
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return { socket, heard, closed };
}

/** What an upgrade that is refused is answered with; `reset` where nothing is. */
function refusal(url: string): Promise<number | string> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
  });
}

describe('an upstream with a state of its own', () => {
  it('is served below its prefix, by method, beside the rooms', async () => {
    const { url, server, requests } = await serve({ platforms: undefined });
    const before = server.till.balance;
    const paid = await fetch(`${url}/till/v1/balance`, { method: 'POST' });
    expect([paid.status, await paid.json()]).toEqual([201, { balance: before - 1 }]);
    expect(await (await fetch(`${url}/till/v1/balance`)).json()).toEqual({ balance: before - 1 });
    expect((await fetch(`${url}/till/v1/balance`, { method: 'DELETE' })).status).toBe(204);
    expect(await (await fetch(`${url}/till/v1/a%20b`)).json()).toEqual({ name: 'a b' });
    expect((await fetch(`${url}/events/stripchat`)).status).toBe(200);
    expect(requests.map(({ platform, method, status }) => [platform, method, status])).toEqual([
      ['till', 'POST', 201],
      ['till', 'GET', 200],
      ['till', 'DELETE', 204],
      ['till', 'GET', 200],
      ['stripchat', 'GET', 200],
    ]);
  });

  it('says what it has where there is nothing, and names the methods of a path', async () => {
    const { url, requests } = await serve();
    const nothing = await fetch(`${url}/till/v2`);
    expect([nothing.status, (await nothing.json()).routes]).toEqual([404, expect.arrayContaining(['/v1/balance'])]);
    const wrong = await fetch(`${url}/till/v1/balance`, { method: 'PUT' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE']);
    const other = await fetch(`${url}/tillage/v1/balance`);
    expect([other.status, (await other.json()).error]).toEqual([404, 'nothing is served at /tillage/v1/balance']);
    expect(requests.at(-1)?.platform).toBeUndefined();
    const broken = await fetch(`${url}/till/v1/broken`);
    expect([broken.status, await broken.json()]).toEqual([500, { error: 'out of order' }]);
  });

  it.each([
    ['application/json', '{"a":[1]}', { a: [1] }],
    ['application/vnd.api+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['application/x-www-form-urlencoded', 'a=1&b=x%20y&b=z', { a: '1', b: ['x y', 'z'] }],
    ['application/json', '{"a":', undefined],
    ['text/plain', 'a=1', undefined],
  ])('reads a body of %s: %s', async (type, body, read) => {
    const { url, server } = await serve();
    await fetch(`${url}/till/v1/balance`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(server.till.bodies).toEqual([read]);
  });

  it('reads a form with files', async () => {
    const { url, server } = await serve();
    const form = new FormData();
    form.set('kind', 'passport');
    form.set('front', new File(['pixels'], 'front.png', { type: 'image/png' }));
    await fetch(`${url}/till/v1/balance`, { method: 'POST', body: form });
    const [body] = server.till.bodies as [{ kind: string; front: File }];
    expect([body.kind, body.front.name, await body.front.text()]).toEqual(['passport', 'front.png', 'pixels']);
  });

  it('lets pages of other origins ask by the methods and headers of the path', async () => {
    const { url } = await serve();
    const headers = { 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'authorization' };
    const asked = await fetch(`${url}/till/v1/balance`, { method: 'OPTIONS', headers });
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, POST, DELETE, OPTIONS',
    ]);
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization');
    const read = await fetch(`${url}/till/v1/balance`);
    expect(read.headers.get('access-control-expose-headers')).toContain('x-request-id');
    const closed = await serve({ cors: false });
    const refused = await fetch(`${closed.url}/till/v1/balance`, { method: 'OPTIONS', headers });
    expect([refused.status, refused.headers.has('access-control-allow-origin')]).toEqual([403, false]);
  });

  it('begins when somebody first comes to it, with the same numbers for the same seed', async () => {
    const [before, over] = [begun, ended];
    const { server } = await serve({ seed: 7 });
    expect(begun).toBe(before);
    await server.close();
    expect(ended).toBe(over);
    const other = await serve({ seed: 7 });
    expect(server.till.balance).toBe(other.server.till.balance);
    expect((await serve({ seed: 8 })).server.till.balance).not.toBe(server.till.balance);
    await other.server.close();
    expect(ended).toBe(over + 1);
  });

  it('a quiet evening tells it that nothing happens by itself', async () => {
    expect((await serve({ every: 50 })).server.till.every).toBe(50);
    expect((await serve({ every: 50, scenario: 'quiet' })).server.till.every).toBe(Number.POSITIVE_INFINITY);
  });

  it('is left out where the platforms do not name it', async () => {
    const { server, url } = await serve({ platforms: ['stripchat'] });
    expect((await fetch(`${url}/till/v1/balance`)).status).toBe(404);
    expect(() => server.till).toThrow('it was started without till');
    await expect(serve({ platforms: ['tell'] })).rejects.toThrow(
      'there is no platform "tell"; there are chaturbate, stripchat, camsoda, till',
    );
  });

  it('is also at the root of a port of its own, and says where', async () => {
    const { server, addresses, url } = await serve({ ports: { till: 0 } });
    expect(addresses.till).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(addresses.till).not.toBe(url);
    await fetch(`${addresses.till}/v1/balance`, { method: 'POST' });
    const { balance } = server.till;
    expect(await (await fetch(`${url}/till/v1/balance`)).json()).toEqual({ balance });
    expect((await fetch(`${addresses.till}/till/v1/balance`)).status).toBe(404);
    const { heard } = await listen(`${addresses.till?.replace('http', 'ws')}/v1/blue/live`);
    await until(() => heard.length === 1);
    expect([server.till.origin, server.env.TILL_URL]).toEqual([`${url}/till`, `${url}/till`]);
    await expect(serve({ ports: { tell: 0 } })).rejects.toThrow('ports names "tell", which is no service');
    // What was already open by then is closed again.
    const port = await unused();
    await expect(serve({ port, ports: { till: server.port } })).rejects.toThrow(`port ${server.port} is taken`);
    expect(await freePorts({ port })).toEqual({ port });
  });

  it('fails as a room does: by header, by query, by order, by plan', async () => {
    const clock = testClock();
    const { server, url, faults } = await serve({
      clock,
      faults: ({ platform, number }) =>
        platform === 'till' && number === 3 ? { kind: 'status', status: 502 } : undefined,
    });
    const pay = (query = '', headers = {}) =>
      fetch(`${url}/till/v1/balance${query}`, { method: 'POST', headers }).then(({ status }) => status);
    const before = server.till.balance;
    expect(await pay('?mock=503')).toBe(503);
    expect(await pay('', { 'x-mock-scenario': '429:seconds:3' })).toBe(429);
    server.fail('reset', { platform: 'till' });
    await expect(pay()).rejects.toThrow();
    expect(await pay()).toBe(502);
    expect(server.till.balance).toBe(before);
    server.fail('lost');
    await expect(pay()).rejects.toThrow();
    expect(server.till.balance).toBe(before - 1);
    expect(await pay('?mock=storm')).toBe(400);
    expect(faults).toEqual({ till: { '503': 1, '429': 1, reset: 1, '502': 1, lost: 1 } });
  });
});

describe('its sockets', () => {
  it('talk both ways, with the protocol that was asked for, and are in the list of requests', async () => {
    const { server, live, requests } = await serve();
    const { socket, heard, closed } = await listen(live, ['bearer.abc']);
    expect([socket.protocol, socket.extensions]).toEqual(['bearer.abc', '']);
    socket.send('hello');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['{"welcome":"red"}', 'heard hello']);
    expect(server.till.peers[0]?.open).toBe(true);
    server.till.peers[0]?.close(4000, 'enough');
    expect(await closed).toBe(4000);
    await until(() => server.till.left.length === 1);
    expect(server.till.peers[0]?.open).toBe(false);
    expect(requests).toMatchObject([{ platform: 'till', method: 'GET', path: '/till/v1/red/live', status: 101 }]);
  });

  it('are refused before they are accepted: the bare status answers the upgrade', async () => {
    const { live, url } = await serve();
    expect(await refusal(`${live}?token=wrong`)).toBe(403);
    expect(await refusal(`${url.replace('http', 'ws')}/till/v1/balance`)).toBe(404);
    expect(await refusal(`${url.replace('http', 'ws')}/else`)).toBe(404);
    expect((await fetch(`${url}/till/v1/red/live`)).status).toBe(404);
  });

  it('that the upstream stumbles over are closed with 1011, alone', async () => {
    const { live } = await serve();
    const [one, two] = [await listen(live), await listen(live)];
    one.socket.send('stumble');
    expect(await one.closed).toBe(1011);
    two.socket.send('hello');
    await until(() => two.heard.includes('heard hello'));
  });

  it('are dropped without a word: what was sent before still arrives', async () => {
    const { server, live } = await serve();
    const { heard, closed } = await listen(live);
    server.till.peers[0]?.send('last');
    server.till.peers[0]?.drop();
    expect([await closed, heard.at(-1)]).toEqual([1006, 'last']);
  });

  it('freeze: nothing is sent, nothing is read, no ping is answered, nothing is closed', async () => {
    const { server, live } = await serve();
    const { socket, heard } = await listen(live);
    await until(() => heard.length === 1);
    const [peer] = server.till.peers;
    peer?.freeze();
    let pongs = 0;
    socket.on('pong', () => (pongs += 1));
    socket.send('anybody?');
    socket.ping();
    peer?.send('never');
    peer?.close();
    // Another socket of the same server has gone there and back twice meanwhile.
    const other = await listen(live);
    for (const count of [2, 3]) {
      other.socket.send('x');
      await until(() => other.heard.length === count);
    }
    expect([heard.length, pongs, server.till.heard, socket.readyState]).toEqual([1, 0, ['x', 'x'], WebSocket.OPEN]);
  });

  it.each([
    ['refuse:401', 401],
    ['503', 503],
    ['429:date:2', 429],
    ['html:503', 503],
    ['redirect', 302],
    ['reset', 'ECONNRESET'],
  ])('fail before they are let in: %s', async (fault, seen) => {
    const { live, requests } = await serve();
    expect(await refusal(`${live}?mock=${fault}`)).toBe(seen);
    expect(requests[0]?.fault).toBe(fault.startsWith('429') ? '429' : fault.split(':')[0]);
  });

  it.each([
    ['drop', [], 1006],
    ['drop:2', ['{"welcome":"red"}', 'heard a'], 1006],
    ['truncated', [], 1006],
    ['garbage:1', ['{"welcome":"red"}', '{"type":"tip","amou', 'heard a'], undefined],
    ['malformed', ['{"type":"tip","amou', '{"welcome":"red"}', 'heard a'], undefined],
    ['freeze:1', ['{"welcome":"red"}'], undefined],
  ])('fail once they are let in: %s', async (fault, wanted, code) => {
    const { server, live } = await serve();
    server.fail(fault);
    const { socket, heard, closed } = await listen(live);
    socket.send('a');
    if (code !== undefined) expect(await closed).toBe(code);
    else await until(() => heard.length === wanted.length);
    // A second socket comes after everything that the first was sent.
    const next = await listen(live);
    next.socket.send('b');
    await until(() => next.heard.includes('heard b'));
    expect(heard).toEqual(wanted);
  });

  it('a fault of sockets waits for the next socket', async () => {
    const { server, url, live } = await serve({ scenario: 'drop:1' });
    server.fail('refuse:403');
    expect((await fetch(`${url}/till/v1/balance`)).status).toBe(200);
    expect(await refusal(live)).toBe(403);
    const { heard, closed } = await listen(live);
    expect([await closed, heard]).toEqual([1006, ['{"welcome":"red"}']]);
  });

  it('are let in as late as latency says', async () => {
    const clock = testClock();
    const { live, requests } = await serve({ clock });
    const opened = listen(`${live}?mock=latency:5000`);
    await until(() => clock.pending === 1);
    await clock.advance(4999);
    expect(requests[0]?.status).toBeUndefined();
    await clock.advance(1);
    const { heard } = await opened;
    await until(() => heard.length === 1);
  });

  it('all end with close(), at once: open, frozen, waiting and half asked for', async () => {
    const clock = testClock();
    const { server, live, port } = await serve({ clock, ports: { till: 0 } });
    const [open, frozen] = [await listen(live), await listen(live)];
    server.till.peers[1]?.freeze();
    const waiting = refusal(`${live}?mock=latency:5000`);
    await until(() => clock.pending === 1);
    const half = connect(port, '127.0.0.1');
    half.write('GET /till/v1/red/live HTTP/1.1\r\n');
    await once(half, 'connect');
    half.on('error', () => {});
    await server.close();
    expect([await open.closed, await frozen.closed, await waiting]).toEqual([1006, 1006, 'ECONNRESET']);
    await until(() => clock.pending === 0);
    await until(() => half.closed || half.destroyed || half.readableEnded);
  });
});
