import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { get, platform } from '../../src/core/endpoint.ts';
import { open } from '../../src/core/open.ts';
import { testClock } from './clock.ts';
import { failure } from './failure.ts';
import { type Change, changes, stale } from './fault-changes.ts';
import { faultProxy } from './fault-proxy.ts';
import { until } from './polled.ts';
import { startServer } from './server.ts';
import { testSockets } from './sockets.ts';

const page = (n: number) => ({ events: [{ n }, { n: n + 1 }, { n: n + 2 }], nextUrl: `http://127.0.0.1/?i=1000-${n}` });
const date = 'Thu, 01 Jan 2026 20:00:00 GMT';

/** A proxy before an upstream whose pages are numbered; the first `calm` requests pass. */
async function changing(change: Change, calm = 0, options: { clock?: ReturnType<typeof testClock> } = {}) {
  const server = await startServer(({ nth }) => ({ headers: { date }, body: page(nth) }));
  const told: boolean[] = [];
  const proxy = await faultProxy({
    target: server.url,
    decide: ({ number }) => (number < calm ? 'none' : change),
    told: (_, __, whole) => told.push(whole),
    ...options,
  });
  return { server, proxy, told, ask: () => fetch(proxy.url, { redirect: 'manual' }) };
}

describe('an answer that is changed', () => {
  it.each(changes.filter((change) => change.startsWith('429')))(
    '%s says in its own way how long to wait',
    async (change) => {
      const { server, ask } = await changing(change);
      const answer = await ask();
      expect([answer.status, server.arrivals.length]).toEqual([429, 0]);
      const said = [...answer.headers.keys()].filter((name) => /retry|ratelimit/.test(name)).join();
      const body = await answer.text();
      const forms: Record<string, string> = {
        seconds: 'retry-after',
        fraction: 'retry-after',
        date: 'retry-after',
        body: '',
        'reset-delta': 'x-ratelimit-remaining,x-ratelimit-reset',
        'reset-seconds': 'ratelimit-remaining,ratelimit-reset',
        'reset-milliseconds': 'x-ratelimit-remaining,x-ratelimit-reset',
        ratelimit: 'ratelimit,ratelimit-policy',
        none: '',
      };
      expect(said).toBe(forms[change.slice(4)]);
      expect(body.includes('retry_after')).toBe(change === '429 body');
    },
  );

  it('redirect leads to another host', async () => {
    const { server, ask } = await changing('redirect');
    const answer = await ask();
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://elsewhere.invalid/']);
    expect(server.arrivals).toHaveLength(0);
  });

  it.each([
    ['empty', ''],
    ['broken JSON', `${JSON.stringify(page(1)).slice(0, -1)},]`],
    ['short', JSON.stringify(page(1)).slice(0, JSON.stringify(page(1)).length >> 1)],
  ] as const)('%s is whole to HTTP, and no page', async (change, text) => {
    const { ask, told } = await changing(change);
    expect(await (await ask()).text()).toBe(text);
    await until(() => told.length === 1);
    expect(told).toEqual([false]);
  });

  it('wrong type and clock of another hour leave the page as it is', async () => {
    for (const [change, name, value] of [
      ['wrong type', 'content-type', 'text/html; charset=utf-8'],
      ['clock ahead', 'date', 'Thu, 01 Jan 2026 21:00:00 GMT'],
      ['clock behind', 'date', 'Thu, 01 Jan 2026 19:00:00 GMT'],
    ] as const) {
      const { ask, told } = await changing(change);
      const answer = await ask();
      expect(answer.headers.get(name)).toBe(value);
      expect(await answer.json()).toEqual(page(1));
      await until(() => told.length === 1);
      expect(told).toEqual([true]);
    }
  });

  it('page again gives a page of before, out of order its events in another order, a stale cursor leads back', async () => {
    const again = await changing('page again', 1);
    expect(await (await again.ask()).json()).toEqual(page(1));
    expect(await (await again.ask()).json()).toEqual(page(1));
    expect(again.server.arrivals).toHaveLength(2);
    const turned = await changing('out of order');
    const orders = new Set<string>();
    for (let turn = 1; turn < 8; turn += 1) {
      const { events } = await (await turned.ask()).json();
      expect(events.map(({ n }: { n: number }) => n).sort((a: number, b: number) => a - b)).toEqual([
        turn,
        turn + 1,
        turn + 2,
      ]);
      orders.add(events.map(({ n }: { n: number }) => n - turn).join());
    }
    expect(orders.size).toBeGreaterThan(1);
    expect(stale('?i=1000-7&timeout=1', 3)).toBe('?i=1000-4&timeout=1');
    const back = await changing('stale cursor');
    expect((await (await back.ask()).json()).nextUrl).toBe('http://127.0.0.1/?i=1000-0');
  });

  it('oversized is eleven megabytes, a gzip bomb a few on the wire and sixty-four unpacked: no client reads either to its end', async () => {
    const large = await changing('oversized');
    expect((await (await large.ask()).arrayBuffer()).byteLength).toBeGreaterThan(11 * 2 ** 20);
    const bomb = await changing('gzip bomb');
    const raw = await new Promise<Buffer>((resolve) => {
      import('node:http').then(({ get: ask }) =>
        ask(bomb.proxy.url, async (answer) => {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part);
          resolve(Buffer.concat(parts));
        }),
      );
    });
    expect(raw.length).toBeLessThan(100_000);
    expect(gunzipSync(raw)).toHaveLength(64 * 2 ** 20);
    const demo = platform({ name: 'demo', endpoints: { page: get('/', { response: (value: unknown) => value }) } });
    for (const { proxy } of [large, bomb]) {
      const connection = open(demo, { baseUrl: proxy.url, logger: false });
      onTestFinished(connection.close);
      expect(await failure(connection.send(demo.endpoints.page, {}))).toMatchObject({ code: 'SCHEMA', status: 200 });
    }
  });

  it('slow comes in pieces over its time, and frozen never comes to its end', async () => {
    const clock = testClock();
    const slow = await changing('slow', 0, { clock });
    let text = '';
    const read = slow.ask().then(async (answer) => {
      for await (const part of answer.body ?? []) text += Buffer.from(part);
    });
    for (let turn = 0; turn < 2; turn += 1) {
      await until(() => clock.pending === 1);
      await clock.advance(0);
    }
    await until(() => text.length > 0);
    expect(text.length).toBeLessThan(30);
    for (let turn = 0; turn < 12; turn += 1) {
      await clock.advance(2000);
      await until(() => clock.pending === 1 || text.length === JSON.stringify(page(1)).length);
    }
    await read;
    expect(JSON.parse(text)).toEqual(page(1));
    const frozen = await changing('frozen');
    const controller = new AbortController();
    const asked = fetch(frozen.proxy.url, { signal: controller.signal });
    const answer = await asked;
    const first = await answer.body?.getReader().read();
    expect(first?.done).toBe(false);
    expect(frozen.told).toEqual([]);
    controller.abort();
    await until(() => frozen.told.length === 1);
    expect(frozen.told).toEqual([false]);
  });

  it('refuses whoever comes while it does not listen', async () => {
    const { proxy, ask } = await changing('wrong type');
    await proxy.listen(false);
    const error = await ask().catch((caught) => caught);
    expect(error.cause.code).toBe('ECONNREFUSED');
    await proxy.listen(true);
    expect((await ask()).status).toBe(200);
  });
});

it('a socket freezes without closing: neither side hears anything more, and both are open', async () => {
  const sockets = await testSockets();
  const proxy = await faultProxy({ target: sockets.url.replace('ws', 'http'), rate: 1, freezes: 1, socketBytes: 1 });
  const early = new WebSocket(`${proxy.url.replace('http', 'ws')}/live`);
  onTestFinished(() => early.terminate());
  early.on('error', () => {});
  await until(() => proxy.passages[0]?.changed === 'freeze');
  expect(early.readyState).toBe(WebSocket.CONNECTING);
  const later = await faultProxy({
    target: sockets.url.replace('ws', 'http'),
    rate: 1,
    freezes: 1,
    socketBytes: 400_000,
    seed: 2,
  });
  const socket = new WebSocket(`${later.url.replace('http', 'ws')}/live`);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  await once(socket, 'open');
  await until(() => sockets.guests.length > 0);
  const guest = sockets.guests.at(-1);
  await until(() => {
    guest?.send({ text: 'x'.repeat(50_000) });
    return later.passages[0]?.changed === 'freeze';
  });
  const heard: unknown[] = [];
  socket.on('message', (data) => heard.push(data));
  const before = guest?.received.length;
  socket.send('hello');
  guest?.send({ text: 'nobody hears it' });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect([heard.length, guest?.received.length, closed, guest?.left]).toEqual([0, before, false, undefined]);
});
