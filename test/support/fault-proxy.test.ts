import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { testClock } from './clock.ts';
import { type Cut, cuts, faultProxy } from './fault-proxy.ts';
import { messageIn } from './http-bytes.ts';
import { until } from './polled.ts';
import { testSockets } from './sockets.ts';

/** An upstream that counts what it carried out: a request counts once all of it arrived. */
async function upstream(
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void = (_, outgoing) =>
    outgoing.end('x'.repeat(500)),
) {
  const carriedOut: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    try {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      carriedOut.push(body);
      answer(incoming, outgoing);
    } catch {
      // Cut off while it spoke.
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { target: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, carriedOut };
}

const post = (url: string, body: string): Promise<string> =>
  fetch(`${url}/pay?to=ada`, { method: 'POST', body }).then((answer) => answer.text());

describe('the proxy', () => {
  it.each([
    ['before-request', 0, false],
    ['during-request', 0, false],
    ['before-answer', 1, false],
    ['after-headers', 1, true],
    ['during-answer', 1, true],
  ] as const)('cuts %s: the upstream carried out %i, the client heard something: %s', async (cut, done, heard) => {
    const { target, carriedOut } = await upstream();
    const { url, passages } = await faultProxy({ target, decide: () => cut });
    for (let turn = 0; turn < 6; turn += 1) await expect(post(url, 'tokens=5')).rejects.toThrow();
    expect(carriedOut).toHaveLength(6 * done);
    expect(passages).toHaveLength(6);
    for (const passage of passages) {
      expect(passage).toMatchObject({ method: 'POST', path: '/pay?to=ada', cut, over: true, socket: false });
      expect([passage.received > 0, passage.status === 200]).toEqual([heard, done === 1]);
    }
  });

  it('cuts at other bytes each time, and after the headers exactly there', async () => {
    const { target } = await upstream((_, outgoing) => outgoing.end('y'.repeat(50)));
    const places = async (cut: Cut) => {
      const { url, passages } = await faultProxy({ target, decide: () => cut });
      for (let turn = 0; turn < 8; turn += 1) await post(url, 'tokens=5').catch(() => undefined);
      return passages;
    };
    const sent = new Set((await places('during-request')).map((passage) => passage.sent));
    const received = new Set((await places('during-answer')).map((passage) => passage.received));
    expect([sent.size > 4, received.size > 4, Math.min(...sent) > 0]).toEqual([true, true, true]);
    const head = new Set((await places('after-headers')).map((passage) => passage.received));
    expect(head.size).toBe(1);
  });

  it('gives the headers of an answer that is cut after them', async () => {
    const { target } = await upstream();
    const { url } = await faultProxy({ target, decide: () => 'after-headers' });
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  it('lets everything else pass as it is: methods, headers, long and chunked bodies, other answers', async () => {
    const { target, carriedOut } = await upstream((incoming, outgoing) => {
      outgoing.writeHead(201, { 'x-host': incoming.headers.host ?? '', 'x-mine': incoming.headers['x-mine'] ?? '' });
      outgoing.write('one ');
      setImmediate(() => outgoing.end('two'));
    });
    const { url, passages } = await faultProxy({ target, rate: 0 });
    const long = 'z'.repeat(300_000);
    const answer = await fetch(url, { method: 'PUT', body: long, headers: { 'x-mine': 'yes' } });
    expect([answer.status, answer.headers.get('x-mine'), await answer.text()]).toEqual([201, 'yes', 'one two']);
    expect(answer.headers.get('x-host')).toBe(new URL(url).host);
    const stream = new Blob(['in ', 'pieces']).stream();
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: stream, duplex: 'half' };
    expect(await (await fetch(url, init)).text()).toBe('one two');
    expect(carriedOut).toEqual([long, 'in pieces']);
    expect(passages.map((passage) => [passage.cut, passage.status])).toEqual([
      [undefined, 201],
      [undefined, 201],
    ]);
  });

  it('the same seed cuts the same requests at the same places; half of them by default', async () => {
    const { target } = await upstream();
    const evening = async (seed: number) => {
      const { url, passages } = await faultProxy({ target, seed });
      for (let turn = 0; turn < 40; turn += 1) await post(url, 'tokens=5').catch(() => undefined);
      return passages.map((passage) => passage.cut);
    };
    const [one, same, other] = [await evening(7), await evening(7), await evening(8)];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(new Set(one)).toEqual(new Set([undefined, ...cuts]));
    const lost = one.filter((cut) => cut !== undefined).length;
    expect(lost > 10 && lost < 30).toBe(true);
  });

  it('keeps a request and its answer as long as it is told', async () => {
    const clock = testClock();
    const { target, carriedOut } = await upstream();
    const { url } = await faultProxy({ target, rate: 0, delay: 1000, clock });
    const answered = post(url, 'a');
    await until(() => clock.pending === 1);
    expect(carriedOut).toEqual([]);
    await clock.advance(clock.delays[0] ?? 0);
    await until(() => clock.pending === 1);
    expect(carriedOut).toEqual(['a']);
    await clock.advance(clock.delays[1] ?? 0);
    expect(clock.delays.every((ms) => ms > 0 && ms < 1000)).toBe(true);
    expect(await answered).toHaveLength(500);
  });

  it('ends a connection whose upstream is gone, and all of them with close()', async () => {
    const { target } = await upstream((incoming) => incoming.socket.destroy());
    const gone = await faultProxy({ target, rate: 0 });
    await expect(post(gone.url, 'a')).rejects.toThrow();
    const nobody = await faultProxy({ target: 'http://127.0.0.1:1', rate: 0 });
    await expect(post(nobody.url, 'a')).rejects.toThrow();
    const silent = await upstream(() => {});
    const held = await faultProxy({ target: silent.target, rate: 0 });
    const asked = post(held.url, 'a').catch(() => 'cut');
    await until(() => silent.carriedOut.length === 1);
    await held.close();
    expect(await asked).toBe('cut');
  });
});

describe('its sockets', () => {
  async function talk(options: { rate: number; socketBytes?: number; seed?: number }) {
    const sockets = await testSockets();
    const proxy = await faultProxy({ target: sockets.url.replace('ws', 'http'), ...options });
    const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/live`);
    onTestFinished(() => socket.terminate());
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('error', () => {});
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    return { sockets, socket, heard, passages: proxy.passages, closed };
  }

  it('pass both ways where nothing is cut, and end as they end', async () => {
    const { sockets, socket, heard, passages, closed } = await talk({ rate: 0 });
    await once(socket, 'open');
    await until(() => sockets.guests.length === 1);
    const [guest] = sockets.guests;
    guest?.send({ n: 1 });
    socket.send('hello');
    await until(() => heard.length === 1 && guest?.received.length === 1);
    expect([heard, guest?.received, guest?.url]).toEqual([['{"n":1}'], ['hello'], '/live']);
    guest?.close(4000, 'done');
    expect(await closed).toBe(4000);
    expect(passages).toMatchObject([{ socket: true, status: 101, cut: undefined }]);
  });

  it('are cut at a byte of their own, in the handshake or later', async () => {
    const places: number[] = [];
    let opened = 0;
    for (let seed = 0; seed < 8; seed += 1) {
      const { sockets, socket, heard, passages, closed } = await talk({ rate: 1, socketBytes: 1000, seed });
      socket.on('open', () => {
        opened += 1;
      });
      let over = false;
      void closed.then(() => {
        over = true;
      });
      await until(() => {
        for (const guest of sockets.guests) if (guest.left === undefined) guest.send({ text: 'one more' });
        return over;
      });
      expect(await closed).toBe(1006);
      expect(heard.every((text) => text === '{"text":"one more"}')).toBe(true);
      expect(passages).toMatchObject([{ socket: true, cut: 'socket', over: true }]);
      places.push(passages[0]?.received ?? 0);
    }
    expect(new Set(places).size).toBe(8);
    expect([opened > 0, opened < 8, places.every((place) => place < 1000)]).toEqual([true, true, true]);
  });
});

describe('the bytes of a message', () => {
  const whole = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n';
  it.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\nrest', 27],
    ['POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcd', 41],
    ['POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab', undefined],
    ['POST / HTTP/1.1\r\ncontent-length: 3\r\n', undefined],
    [whole, whole.length],
    [whole.slice(0, -1), undefined],
    [whole.slice(0, -8), undefined],
  ])('%j ends at %s', (text, bytes) => {
    expect(messageIn(Buffer.from(text))?.bytes).toBe(bytes);
  });
});
