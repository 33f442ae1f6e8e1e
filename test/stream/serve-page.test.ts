import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { seconds, systemClock } from '../../src/core/time.ts';
import type { EventStream, StreamGap } from '../../src/stream/event-stream.ts';
import { type FromUrlOptions, fromUrl, toResponse } from '../../src/stream/serve.ts';
import { createSource, type Source } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { settle, testClock } from '../support/clock.ts';
import { type Serving, serving } from './serve-server.ts';

const tip = (number: number): TipEvent => ({
  platform: 'here',
  amount: number,
  tipper: 'fan123',
  message: 'Grüße\n🎉',
  timestamp: 1_767_297_600 + number,
  id: `here:-:${number}`,
  unit: 'token',
  anonymous: false,
});

/** A hundred times as fast as the wall, so that back-off costs a test nothing. */
const quick: FromUrlOptions = {
  clock: { now: () => Date.now(), after: (ms, run) => systemClock.after(ms / 100, run) },
};

interface Page {
  stream: EventStream<TipEvent>;
  tips: TipEvent[];
  gaps: StreamGap[];
  errors: string[];
  states: string[];
  invalid: number;
  stop(): void;
}

function open(url: string, options: FromUrlOptions = quick): Page {
  const stream = fromUrl(url, options);
  const page: Page = { stream, tips: [], gaps: [], errors: [], states: [], invalid: 0, stop: () => {} };
  stream.on('gap', (gap) => page.gaps.push(gap));
  stream.on('error', (error) => page.errors.push(error.code));
  stream.on('status', ({ state }) => page.states.push(state));
  stream.on('invalid', () => (page.invalid += 1));
  page.stop = stream.subscribe((event) => void page.tips.push(event));
  onTestFinished(() => stream.close());
  return page;
}

const source = (): Source<TipEvent> => {
  const made = createSource<TipEvent>({ platform: 'here', id: ({ id }) => id });
  onTestFinished(() => made.stream.close());
  return made;
};

const sse = (text: string, init: ResponseInit = {}): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' }, ...init });

const until = (check: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 5_000, interval: 2 });

test('the page gets what the server has, whole', async () => {
  const tips = source();
  const server = await serving((request) => toResponse(tips.stream, { format: 'sse', request }));
  const page = open(server.url);
  await page.stream.ready();
  await until(() => tips.stream.stats().watchers === 1);
  await tips.push(tip(1));
  await until(() => page.tips.length === 1);
  expect(page.tips).toEqual([tip(1)]);
  expect(page.states).toEqual(['connecting', 'live']);
});

test('the connection is cut twenty times, in the middle of an evening: every tip once, in order, and no gap', async () => {
  const tips = source();
  const server = await serving((request) => toResponse(tips.stream, { format: 'sse', request }));
  const page = open(server.url);
  await page.stream.ready();
  let sent = 0;
  for (let cut = 0; cut < 20; cut += 1) {
    for (let each = 0; each < 10; each += 1) {
      sent += 1;
      void tips.push(tip(sent));
      // Some of them while the page is away, some while it is connected, some at the very moment.
      if (each % 3 === 0) await settle(each);
      if (each === cut % 10) server.cut();
    }
    await until(() => server.requests.length >= cut + 2);
  }
  await until(() => page.tips.length >= sent);
  await settle();
  expect(page.tips.map(({ id }) => id)).toEqual(Array.from({ length: sent }, (_, index) => `here:-:${index + 1}`));
  expect(server.requests.length).toBeGreaterThanOrEqual(21);
  expect(page.gaps).toEqual([]);
  expect(page.stream.stats().duplicates).toBe(0);
});

test('a server that was started anew is a gap, and what it has again comes once', async () => {
  let tips = source();
  const server = await serving((request) => toResponse(tips.stream, { format: 'sse', request }));
  const page = open(server.url);
  await page.stream.ready();
  await until(() => tips.stream.stats().watchers === 1);
  void tips.push(tip(1));
  await until(() => page.tips.length === 1);
  tips = source();
  server.cut();
  await until(() => page.gaps.length === 1);
  await until(() => tips.stream.stats().watchers === 1);
  void tips.push(tip(1));
  void tips.push(tip(2));
  await until(() => page.tips.length === 2);
  expect(page.tips).toEqual([tip(1), tip(2)]);
  expect(page.gaps).toEqual([expect.objectContaining({ reason: 'restart' })]);
});

test('stopping leaves the server, and watching again goes on where it was', async () => {
  const tips = source();
  const server = await serving((request) => toResponse(tips.stream, { format: 'sse', request }));
  const page = open(server.url);
  await page.stream.ready();
  await until(() => tips.stream.stats().watchers === 1);
  void tips.push(tip(1));
  await until(() => page.tips.length === 1);
  page.stop();
  await until(() => server.open === 0);
  void tips.push(tip(2));
  page.stream.subscribe((event) => void page.tips.push(event));
  await until(() => page.tips.length === 2);
  expect(page.tips).toEqual([tip(1), tip(2)]);
  expect(page.gaps).toEqual([]);
});

test.each([
  [401, 'AUTH'],
  [403, 'PERMISSION'],
])('%i ends the stream with %s, and nothing hammers', async (status, code) => {
  const server = await serving(() => new Response('no', { status }));
  const stream = fromUrl(server.url, quick);
  await expect(stream.iterate().next()).rejects.toMatchObject({
    code,
    status,
    fatal: true,
    message: expect.stringContaining(`${status}; look at the server`),
  });
  expect(server.requests).toHaveLength(1);
});

test.each([
  [500, 'SERVER'],
  [502, 'SERVER'],
  [499, 'HTTP'],
])('%i is %s, and is asked again', async (status, code) => {
  let requests = 0;
  const server = await serving(() => {
    requests += 1;
    return new Response(null, { status: requests === 1 ? status : 204 });
  });
  const page = open(server.url);
  await until(() => requests === 2);
  expect(page.errors).toEqual([code]);
});

test('an event of a name that is not ours is passed over without a word', async () => {
  const server = await serving(() =>
    sse(
      `event: ping\ndata: {}\n\nevent: other\ndata: ${JSON.stringify(tip(2))}\n\ndata: ${JSON.stringify(tip(1))}\n\n`,
    ),
  );
  const page = open(server.url);
  await until(() => page.tips.length === 1);
  expect([page.tips, page.invalid]).toEqual([[tip(1)], 0]);
  page.stop();
});

test('204 ends the stream in order', async () => {
  const server = await serving(() => new Response(null, { status: 204 }));
  const seen: TipEvent[] = [];
  for await (const event of fromUrl(server.url, quick)) seen.push(event);
  expect(seen).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test('a tip that the connection broke off in the middle of is not half a tip', async () => {
  const answers = [
    `id: here:-:1\ndata: ${JSON.stringify(tip(1))}\n\nid: here:-:2\ndata: ${JSON.stringify(tip(2)).slice(0, 40)}`,
  ];
  const server: Serving = await serving(() => {
    const next = answers.shift();
    return next ? sse(next) : new Response(null, { status: 204 });
  });
  const page = open(server.url);
  await until(() => page.states.includes('ended'));
  expect(page.tips).toEqual([tip(1)]);
  expect(page.invalid).toBe(0);
  expect(server.requests[1]?.headers['last-event-id']).toBe('here:-:1');
});

test('what is no tip is an invalid event, and the stream goes on', async () => {
  const answers = [`data: {"amount":"12"}\n\ndata: {\n\ndata: ${JSON.stringify(tip(1))}\n\n`];
  const server = await serving(() => {
    const next = answers.shift();
    return next ? sse(next) : new Response(null, { status: 204 });
  });
  const page = open(server.url);
  await until(() => page.states.includes('ended'));
  expect(page.invalid).toBe(2);
  expect(page.tips).toEqual([tip(1)]);
});

test('an answer that is no event stream says so, and is asked again later', async () => {
  const answers = [new Response('<html>', { headers: { 'content-type': 'text/html' } })];
  const server = await serving(() => answers.shift() ?? new Response(null, { status: 204 }));
  const stream = fromUrl(`${server.url}?key=not-a-secret`, quick);
  const messages: string[] = [];
  stream.on('error', ({ message }) => messages.push(message));
  for await (const _ of stream);
  expect(messages).toEqual([
    expect.stringMatching(/tips: the answer is text\/html; is this the address of a toResponse answer/),
  ]);
  expect(messages[0]).not.toContain('not-a-secret');
});

test('XS-8 the query of the address is in no error, also not in what fetch throws', async () => {
  const errors: unknown[] = [];
  const stream = fromUrl('http://tips.example/tips?key=hush', {
    ...quick,
    fetch: async ({ url }) => {
      throw Object.assign(new TypeError(`failed: ${url}`), { path: url, cause: new Error(`connect ${url}`) });
    },
  });
  stream.on('error', (error) => errors.push(error));
  const stop = stream.subscribe(() => {});
  await until(() => errors.length > 0);
  stop();
  expect(errors[0]).toMatchObject({ code: 'NETWORK', cause: { message: 'failed: http://tips.example/tips?***' } });
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('hush');
});

test('waits for Retry-After, not for the back-off', async () => {
  const clock = testClock();
  let requests = 0;
  const stream = fromUrl('http://tips.example/tips', {
    clock,
    random: () => 0.5,
    fetch: async () => {
      requests += 1;
      return requests === 1
        ? new Response(null, { status: 503, headers: { 'retry-after': '60' } })
        : new Response(null, { status: 204 });
    },
  });
  const stop = stream.subscribe(() => {});
  await clock.advance(seconds(59));
  expect(requests).toBe(1);
  await clock.advance(seconds(1));
  expect(requests).toBe(2);
  stop();
  expect(clock.pending).toBe(0);
});

test('the waits between failures are a random part of 1, 2, 4 ... 30 s', async () => {
  const clock = testClock();
  const at: number[] = [];
  const stream = fromUrl('http://tips.example/tips', {
    clock,
    random: () => 1,
    fetch: async () => {
      at.push(clock.now());
      throw new TypeError('fetch failed');
    },
  });
  const stop = stream.subscribe(() => {});
  await clock.advance(seconds(95));
  stop();
  expect(at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / 1000)).toEqual([1, 2, 4, 8, 16, 30, 30]);
});

test('a server that says nothing for 45 s is a dead connection', async () => {
  const clock = testClock();
  let requests = 0;
  const stream = fromUrl('http://tips.example/tips', {
    clock,
    random: () => 0,
    fetch: async (_request, init) => {
      requests += 1;
      const signal = init?.signal;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(':\n\n'));
          signal?.addEventListener('abort', () => controller.error(signal.reason));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const errors: string[] = [];
  const said: string[] = [];
  stream.on('error', ({ code, message }) => {
    errors.push(code);
    said.push(message);
  });
  const stop = stream.subscribe(() => {});
  await clock.advance(seconds(44));
  expect({ requests, errors }).toEqual({ requests: 1, errors: [] });
  await clock.advance(seconds(2));
  expect({ requests, errors }).toEqual({ requests: 2, errors: ['TIMEOUT'] });
  expect(said[0]).toContain('nothing was heard for 45 s');
  stop();
  expect(clock.pending).toBe(0);
});

test('a server that says nothing but heartbeats is alive', async () => {
  const clock = testClock();
  let requests = 0;
  const stream = fromUrl('http://tips.example/tips', {
    clock,
    fetch: async (_request, init) => {
      requests += 1;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          const signal = init?.signal;
          signal?.addEventListener('abort', () => controller.error(signal.reason));
          const beat = (): void => {
            if (signal?.aborted) return;
            controller.enqueue(new TextEncoder().encode(':\n\n'));
            clock.after(seconds(15), beat);
          };
          beat();
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const stop = stream.subscribe(() => {});
  await clock.advance(seconds(300));
  expect(requests).toBe(1);
  stop();
});

test('a connection that is lost is a state, not an error, and after a tip the back-off begins anew', async () => {
  const clock = testClock();
  const at: number[] = [];
  const stream = fromUrl('http://tips.example/tips', {
    clock,
    random: () => 1,
    fetch: async () => {
      at.push(clock.now());
      if (at.length % 4 !== 0) throw new TypeError('fetch failed');
      const text = new TextEncoder().encode(`data: ${JSON.stringify(tip(at.length))}\n\n`);
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls += 1;
          if (pulls === 1) controller.enqueue(text);
          else controller.error(new TypeError('terminated'));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const errors: string[] = [];
  const states: string[] = [];
  stream.on('error', ({ code }) => errors.push(code));
  stream.on('status', ({ state, reason }) => states.push(reason === 'the connection was lost' ? 'lost' : state));
  const stop = stream.subscribe(() => {});
  await clock.advance(seconds(23));
  stop();
  expect(at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / 1000)).toEqual([1, 2, 4, 1, 2, 4, 8, 1]);
  expect(errors).toEqual(Array.from({ length: 7 }, () => 'NETWORK'));
  expect(states.filter((state) => state === 'lost')).toHaveLength(2);
});

test('a server without ids: a cut is a gap, because what was missed cannot be known', async () => {
  const answers = [sse(`data: ${JSON.stringify(tip(1))}\n\n`), sse(`data: ${JSON.stringify(tip(2))}\n\n`)];
  const server = await serving(() => answers.shift() ?? new Response(null, { status: 204 }));
  const page = open(server.url);
  await until(() => page.states.includes('ended'));
  expect(page.tips).toEqual([tip(1), tip(2)]);
  expect(page.gaps.map(({ reason, from }) => [reason, typeof from])).toEqual([['disconnected', 'number']]);
});

test('a server that could not be reached at first is no gap: nothing was seen yet', async () => {
  let asked = 0;
  const stream = fromUrl('http://tips.example/tips', {
    ...quick,
    fetch: async () => {
      asked += 1;
      if (asked < 3) throw new TypeError('fetch failed');
      return asked === 3 ? sse(`data: ${JSON.stringify(tip(1))}\n\n`) : new Response(null, { status: 204 });
    },
  });
  const gaps: string[] = [];
  stream.on('gap', ({ reason }) => gaps.push(reason));
  for await (const _ of stream);
  expect(asked).toBe(4);
  expect(gaps).toEqual([]);
});

test('a page asks another origin with the id in the query, its own with the header', async () => {
  const asked: { url: string; header: string | null }[] = [];
  vi.stubGlobal('location', { href: 'http://page.example/overlay.html', origin: 'http://page.example' });
  onTestFinished(() => void vi.unstubAllGlobals());
  for (const url of ['http://tips.example/tips?key=1', '/tips']) {
    const answers = [sse(`id: here:é:1\ndata: ${JSON.stringify(tip(1))}\n\n`)];
    const stream = fromUrl(url, {
      ...quick,
      fetch: async (request) => {
        asked.push({ url: request.url, header: request.headers.get('last-event-id') });
        return answers.shift() ?? new Response(null, { status: 204 });
      },
    });
    for await (const _ of stream);
  }
  expect(asked).toEqual([
    { url: 'http://tips.example/tips?key=1', header: null },
    { url: 'http://tips.example/tips?key=1&lastEventId=here%3A%C3%A9%3A1', header: null },
    { url: 'http://page.example/tips', header: null },
    { url: 'http://page.example/tips', header: Buffer.from('here:é:1').toString('latin1') },
  ]);
});

test('an address with a credential is CONFIG, and the credential is in no message', () => {
  expect(() => fromUrl('https://me:not-a-secret@tips.example/')).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.not.stringContaining('not-a-secret') }),
  );
});

test('an address that is none is CONFIG, and so is a silence in seconds', () => {
  expect(() => fromUrl('/tips')).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('must be whole') }),
  );
  expect(() => fromUrl('http://tips.example', { silence: 45 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
});
