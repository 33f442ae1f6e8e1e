import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cached } from '../../src/core/cached.ts';
import { circuit } from '../../src/core/circuit.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { readProblem } from '../../src/core/problem.ts';
import type { TelemetryEvent } from '../../src/core/telemetry.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { gate, json, type Route, startServer } from '../support/server.ts';
import { canary, demo } from './fixture.ts';

async function connected(routes: Route | Record<string, Route>, options: ClientOptions = {}) {
  const server = await startServer(routes);
  const client = connect(
    demo,
    { baseUrl: server.url, logger: false, random: () => 0, ...options },
    { credential: canary },
  );
  return { server, client };
}

describe('input', () => {
  it('is spelled for the wire: query, lists, path and body', async () => {
    const { server, client } = await connected(() => json({ items: [] }));
    await client.users({ ids: ['a', 'b c'] });
    await client.room({ room: 'x/y' });
    await client.wallet.send({ toUserId: 'u1' });
    await client.users();
    expect(server.arrivals.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'GET /users?id=a&id=b+c ',
      `GET /rooms/x%2Fy/${canary}/ `,
      'POST /send {"to_user_id":"u1"}',
      'GET /users ',
    ]);
    expect(server.arrivals[2]?.headers['content-type']).toBe('application/json');
  });

  it('in the spelling of the wire is VALIDATION and names the right one', async () => {
    const { server, client } = await connected(() => json({}));
    const wrong = { to_user_id: 'u1' } as unknown as { toUserId: string };
    const error = await failure(client.wallet.send(wrong));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      sent: 'no',
      message: 'demo wallet.send: write "toUserId", not "to_user_id"',
    });
    expect(server.arrivals).toHaveLength(0);
  });

  it.each([{ room: '' }, { room: '..' }, {}])(
    '%j cannot be a path and is VALIDATION before anything is sent',
    async (input) => {
      const { server, client } = await connected(() => json({}));
      const error = await failure(client.room(input as { room: string }));
      expect(error.code).toBe('VALIDATION');
      expect(error.message).toContain('room');
      expect(server.arrivals).toHaveLength(0);
    },
  );
});

describe('another attempt', () => {
  const twice =
    (first: Awaited<ReturnType<Route>>): Route =>
    ({ nth }) =>
      nth === 1 ? first : json({ nth });

  it.each([
    ['a reset', 'reset' as const],
    ['a 503', { status: 503 }],
    ['a 502', { status: 502 }],
    ['a 504', { status: 504 }],
    ['a 429', { status: 429 }],
  ])('XS-3 a GET is tried again after %s', async (_, first) => {
    const { server, client } = await connected(twice(first));
    expect(await client.plain()).toEqual({ nth: 2 });
    expect(server.arrivals).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 409, 500])('XS-3 a GET is not tried again after a %i', async (status) => {
    const { server, client } = await connected(() => ({ status }));
    expect(await failure(client.plain())).toMatchObject({ status, attempts: 1 });
    expect(server.arrivals).toHaveLength(1);
  });

  it.each(['send', 'change', 'drop'] as const)(
    'core-2 %s without a key arrives once, whatever happens after',
    async (name) => {
      for (const reply of ['reset', { status: 503, headers: { 'retry-after': '0' } }, { status: 429 }] as const) {
        const { server, client } = await connected(() => reply);
        const error = await failure(client.wallet[name]({ toUserId: 'u' }));
        expect(error.sent).not.toBe('no');
        expect(server.arrivals).toHaveLength(1);
      }
    },
  );

  it('core-2 a POST that never left this machine is tried again', async () => {
    let calls = 0;
    const { server, client } = await connected(() => json({}), {
      fetch: (request, init) => {
        calls += 1;
        if (calls === 1)
          throw Object.assign(new TypeError('fetch failed'), {
            cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
          });
        return fetch(request, init);
      },
    });
    await client.wallet.send({ toUserId: 'u' });
    expect(server.arrivals).toHaveLength(1);
  });

  it('core-2 a POST with a key is tried again with the same key, and the next call has another', async () => {
    const { server, client } = await connected(({ nth }) => (nth < 3 ? 'reset' : json({})));
    await client.wallet.keyed();
    await client.wallet.keyed();
    await client.wallet.keyed({}, { idempotencyKey: 'mine' });
    const keys = server.arrivals.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(5);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(keys[4]).toBe('mine');
  });

  it('core-2 a POST that does no harm is tried again, and one that was turned away where that is asked for', async () => {
    const safe = await connected(twice('reset'));
    await safe.client.wallet.safe();
    expect(safe.server.arrivals).toHaveLength(2);
    const refused = await connected(twice({ status: 429, headers: { 'retry-after': '0' } }), {
      retry: { refused: true },
    });
    await refused.client.wallet.send({ toUserId: 'u' });
    expect(refused.server.arrivals).toHaveLength(2);
  });

  it('retry: 0 sends exactly once', async () => {
    const { server, client } = await connected(() => 'reset', { retry: 0 });
    await failure(client.plain());
    expect(server.arrivals).toHaveLength(1);
  });

  it('core-2 retry: what is no number sends exactly once', async () => {
    const { server, client } = await connected(() => 'reset', { retry: Number('twice') });
    await failure(client.plain());
    expect(server.arrivals).toHaveLength(1);
  });

  it('core-9 waits a random part of 300, 600 ms', async () => {
    const clock = testClock();
    const { client } = await connected(() => ({ status: 503 }), {
      clock,
      random: () => 0.5,
      timeout: 5_000,
      deadline: 50_000,
    });
    const call = failure(client.plain());
    for (let turn = 0; turn < 8; turn += 1) await clock.advance(200);
    expect(await call).toMatchObject({ attempts: 3 });
    expect(clock.delays.filter((delay) => delay < 1000)).toEqual([150, 300]);
  });

  it('core-6 waits for Retry-After, not for the back-off', async () => {
    const clock = testClock();
    const { server, client } = await connected(twice({ status: 503, headers: { 'retry-after': '7' } }), { clock });
    const call = client.plain();
    await server.arrived(1);
    await clock.advance(seconds(7) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await call;
    expect(server.arrivals).toHaveLength(2);
  });

  it('core-6 fails at once where the hint lies beyond the deadline, and says how long', async () => {
    const clock = testClock();
    const { server, client } = await connected(() => json({}, 429, { 'retry-after': '61' }), { clock });
    const error = await failure(client.plain());
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: seconds(61), elapsedMs: 0 });
    expect(error.message).toContain('wait 61 s');
    expect(server.arrivals).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('core-8 an upstream that only fails gets hardly more requests than calls, and retries come back with it', async () => {
    let down = true;
    const { server, client } = await connected(({ nth }) => (down || nth % 2 ? { status: 503 } : json(1)), {
      retry: { base: 0 },
    });
    for (let call = 0; call < 300; call += 1) await failure(client.plain());
    expect(server.arrivals.length).toBeLessThanOrEqual(350);
    down = false;
    let good = 0;
    for (let call = 0; call < 60; call += 1)
      await client.plain().then(
        () => (good += 1),
        () => {},
      );
    expect(good).toBeGreaterThan(25);
    const before = server.arrivals.length;
    for (let call = 0; call < 10; call += 1) await client.plain().catch(() => {});
    expect(server.arrivals.length - before).toBeGreaterThan(12);
  });
});

describe('one deadline', () => {
  it('core-3 covers the queue: what cannot be in time fails at once', async () => {
    const clock = testClock();
    const { client } = await connected(() => json(1), { clock });
    await client.slow();
    const error = await failure(client.slow({}, { deadline: seconds(30) }));
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: seconds(60),
      sent: 'no',
      platform: 'demo',
      endpoint: 'slow',
    });
  });

  it('core-3 covers the attempts together', async () => {
    const clock = testClock();
    const { server, client } = await connected(() => 'silence', { clock, deadline: seconds(15) });
    const call = failure(client.plain());
    await server.arrived(1);
    await clock.advance(seconds(10));
    await server.arrived(2);
    await clock.advance(seconds(5));
    expect(await call).toMatchObject({ code: 'TIMEOUT', elapsedMs: seconds(15), attempts: 2 });
    await settle(20);
    expect(clock.pending).toBe(0);
  });

  it('core-3 covers the credential', async () => {
    const clock = testClock();
    const client = connect(
      demo,
      { baseUrl: 'http://127.0.0.1:1', clock, logger: false },
      { credential: () => new Promise<string>(() => {}) },
    );
    const call = failure(client.plain({}, { deadline: 500 }));
    await clock.advance(500);
    expect(await call).toMatchObject({ code: 'TIMEOUT', sent: 'no' });
  });

  it('of 5 means 5 ms and is CONFIG', async () => {
    const { client } = await connected(() => json(1));
    expect((await failure(client.plain({}, { deadline: 5 }))).message).toContain('did you mean seconds(5)?');
    expect(() => connect(demo, { baseUrl: 'https://a.example', timeout: 5 })).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });

  it('core-4 an abort in the back-off rejects at once and clears its timer', async () => {
    const clock = testClock();
    const { server, client } = await connected(() => ({ status: 503, headers: { 'retry-after': '9' } }), { clock });
    const controller = new AbortController();
    const call = failure(client.plain({}, { signal: controller.signal }));
    await server.arrived(1);
    await settle(30);
    expect(clock.pending).toBeGreaterThan(0);
    controller.abort('enough');
    expect(await call).toMatchObject({ code: 'ABORTED', cause: 'enough', attempts: 1 });
    await settle();
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('core-4 the timeout of a signal of the caller is not tried again', async () => {
    const { server, client } = await connected(() => 'silence');
    const error = await failure(client.plain({}, { signal: AbortSignal.timeout(60) }));
    expect(error).toMatchObject({ code: 'ABORTED', cause: expect.objectContaining({ name: 'TimeoutError' }) });
    expect(server.arrivals).toHaveLength(1);
  });
});

describe('equal calls at the same time', () => {
  it('core-14 are one request, and everybody has an own answer', async () => {
    const answer = gate();
    const { server, client } = await connected(async () => {
      await answer.opened;
      return json({ items: [{ id: 'b' }, { id: 'a' }] });
    });
    const calls = [client.users(), client.users(), client.users({ ids: ['x'] })];
    await server.arrived(2);
    answer.open();
    const [one, same] = await Promise.all(calls);
    expect(server.arrivals).toHaveLength(2);
    one?.items.sort((a, b) => a.id.localeCompare(b.id));
    expect(same?.items.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('core-14 the first one may leave, and the others still get their answer', async () => {
    const answer = gate();
    const { server, client } = await connected(async () => {
      await answer.opened;
      return json(7);
    });
    const controller = new AbortController();
    const first = failure(client.plain({}, { signal: controller.signal }));
    const second = client.plain();
    await server.arrived(1);
    controller.abort('enough');
    expect(await first).toMatchObject({ code: 'ABORTED', attempts: 1, sent: 'maybe' });
    answer.open();
    expect(await second).toBe(7);
    expect(server.arrivals).toHaveLength(1);
    expect(server.aborted).toBe(0);
  });

  it('core-14 when the last one has left, the request ends', async () => {
    const { server, client } = await connected(() => 'silence');
    const controller = new AbortController();
    const calls = [1, 2].map(() => failure(client.plain({}, { signal: controller.signal })));
    await server.arrived(1);
    controller.abort();
    await Promise.all(calls);
    await expect.poll(() => server.aborted).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('core-14 of POSTs each is sent', async () => {
    const { server, client } = await connected(() => json(1));
    await Promise.all([1, 2].map(() => client.wallet.send({ toUserId: 'u' })));
    expect(server.arrivals).toHaveLength(2);
  });

  it('core-14 in workerd nothing is shared between requests', async () => {
    const agent = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' }, configurable: true });
    try {
      const { server, client } = await connected(() => json(1));
      await Promise.all([client.plain(), client.plain()]);
      expect(server.arrivals).toHaveLength(2);
    } finally {
      if (agent) Object.defineProperty(globalThis, 'navigator', agent);
    }
  });
});

const keeping = platform({
  name: 'keeping',
  circuit: circuit({ failures: 2, cooldown: seconds(30) }),
  problem: readProblem,
  endpoints: {
    item: get('/item', {
      query: (value: unknown) => value as { id?: string },
      cache: cached(minutes(5)),
      response: (value) => value as { n: number; list?: number[] },
    }),
    live: get('/live', { response: (value) => value }),
  },
});

describe('kept answers', () => {
  it('core-15 are asked for once, are fresh values, and say where they came from', async () => {
    const clock = testClock();
    const server = await startServer(({ nth }) => json({ n: nth, list: [2, 1] }));
    const client = connect(keeping, { baseUrl: server.url, clock, logger: false }, { credential: canary });
    const first = await client.item.withMeta();
    first.data.list?.sort();
    expect(first.meta).toMatchObject({ cache: 'MISS', attempts: 1, status: 200 });
    const second = await client.item.withMeta();
    expect(second).toMatchObject({ data: { n: 1, list: [2, 1] }, meta: { cache: 'HIT', attempts: 0 } });
    await client.item({ id: 'other' });
    expect(server.arrivals).toHaveLength(2);
    await clock.advance(minutes(5));
    expect((await client.item()).n).toBe(3);
    await client.forget();
    expect((await client.item()).n).toBe(4);
  });

  it('core-15 say the id of the request that brought them, where there is one', async () => {
    const server = await startServer(({ nth }) => json({ n: nth }, 200, nth === 1 ? { 'x-request-id': 'r-1' } : {}));
    const client = connect(keeping, { baseUrl: server.url, logger: false }, { credential: canary });
    expect((await client.item.withMeta()).meta.requestId).toBe('r-1');
    expect((await client.item.withMeta({ id: 'other' })).meta).not.toHaveProperty('requestId');
  });

  it('core-15 are renewed by ETag', async () => {
    const clock = testClock();
    const server = await startServer(({ headers }) =>
      headers['if-none-match'] === '"v1"' ? { status: 304 } : json({ n: 1 }, 200, { etag: '"v1"' }),
    );
    const client = connect(keeping, { baseUrl: server.url, clock, logger: false });
    await client.item();
    await clock.advance(minutes(5));
    expect(await client.item()).toEqual({ n: 1 });
    expect(server.arrivals).toHaveLength(2);
  });

  it('core-15 of one credential are not given to another, though both share a store; and keys hold no credential', async () => {
    const server = await startServer(({ nth }) => json({ n: nth }));
    const keys: string[] = [];
    const store = memoryCache();
    const cache = {
      ...store,
      set(key: string, value: unknown, ttl?: number) {
        keys.push(key);
        store.set(key, value, ttl);
      },
    };
    const client = (credential: string) =>
      connect(keeping, { baseUrl: server.url, logger: false, cache }, { credential });
    expect([
      await client(canary).item(),
      await client('another-not-secret').item(),
      await client(canary).item(),
    ]).toEqual([{ n: 1 }, { n: 2 }, { n: 1 }]);
    expect(keys.join()).not.toContain(canary);
    expect(keys).toHaveLength(2);
  });

  it('core-15 a store that fails is passed over, with one warning', async () => {
    const server = await startServer(() => json({ n: 1 }));
    const warnings: string[] = [];
    const broken = (): never => {
      throw new Error(`no ${canary}`);
    };
    const cache = { get: broken, set: broken, delete: broken };
    const logger = { warn: (line: string) => void warnings.push(line) };
    const client = connect(keeping, { baseUrl: server.url, logger, cache }, { credential: canary });
    expect(await client.item()).toEqual({ n: 1 });
    expect(warnings[0]).toMatch(/^\[keeping\] \[\d\d:\d\d:\d\d\] the cache failed/);
    expect(warnings.join()).not.toContain(canary);
  });

  it('cache: false keeps nothing', async () => {
    const server = await startServer(({ nth }) => json({ n: nth }));
    const client = connect(keeping, { baseUrl: server.url, cache: false, logger: false });
    await client.item();
    expect(await client.item()).toEqual({ n: 2 });
  });
});

describe('the circuit', () => {
  it('core-22 opens after failures of the host, says when to come back, and closes by one call', async () => {
    const clock = testClock();
    let down = true;
    const server = await startServer(() => (down ? { status: 500 } : json(1)));
    const events: TelemetryEvent[] = [];
    const client = connect(keeping, {
      baseUrl: server.url,
      clock,
      logger: false,
      telemetry: (event) => events.push(event),
    });
    await failure(client.live());
    await failure(client.live());
    expect(await failure(client.live())).toMatchObject({
      code: 'CIRCUIT_OPEN',
      retryAfterMs: seconds(30),
      platform: 'keeping',
      endpoint: 'live',
      sent: 'no',
    });
    expect(server.arrivals).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'circuit')).toHaveLength(1);
    down = false;
    await clock.advance(seconds(30));
    expect(await client.live()).toBe(1);
    expect(await client.live()).toBe(1);
  });

  it('core-22 is never opened by a 4xx', async () => {
    const server = await startServer(() => ({ status: 404 }));
    const client = connect(keeping, { baseUrl: server.url, logger: false });
    for (let call = 0; call < 5; call += 1) expect((await failure(client.live())).code).toBe('NOT_FOUND');
    expect(server.arrivals).toHaveLength(5);
  });
});

describe('the token', () => {
  it('core-13 is renewed once for all calls that were refused with it', async () => {
    let good = 'first-not-secret';
    let refreshed = 0;
    const server = await startServer(({ headers }) =>
      headers['x-api-key'] === 'second-not-secret' ? json(1) : { status: 401 },
    );
    const client = connect(
      demo,
      { baseUrl: server.url, logger: false },
      {
        credential: {
          get: () => good,
          refresh: async () => {
            refreshed += 1;
            await settle();
            good = 'second-not-secret';
            return good;
          },
        },
      },
    );
    await Promise.all([client.plain(), client.typed().catch(() => {}), client.wallet.send({ toUserId: 'u' })]);
    await client.plain();
    expect(refreshed).toBe(1);
  });

  it('core-3 a renewed token begins its attempt with a whole time limit', async () => {
    const clock = testClock();
    const server = await startServer(({ nth }) => (nth === 1 ? { status: 401 } : 'silence'));
    const renewing = gate();
    const refresh = async () => {
      await renewing.opened;
      return 'second-not-secret';
    };
    const client = connect(
      demo,
      { baseUrl: server.url, clock, logger: false, retry: 0 },
      { credential: { get: () => 'first-not-secret', refresh } },
    );
    const call = failure(client.plain());
    await server.arrived(1);
    await settle(30);
    await clock.advance(seconds(6));
    renewing.open();
    await server.arrived(2);
    await clock.advance(seconds(6));
    await clock.advance(seconds(4));
    expect(await call).toMatchObject({ code: 'TIMEOUT', elapsedMs: seconds(16), attempts: 2 });
  });

  it('core-13 that cannot be renewed ends the call with the 401', async () => {
    const { server, client } = await connected(() => ({ status: 401 }));
    expect(await failure(client.plain())).toMatchObject({ code: 'AUTH', status: 401 });
    expect(server.arrivals).toHaveLength(1);
  });
});

describe('lists', () => {
  const pages: Route = ({ query }) => {
    const after = Number(query.get('after') ?? 0);
    const items = [0, 1].map((n) => ({ id: String(after + n) }));
    return json({ items, ...(after < 4 && { next: { after: String(after + 2) } }) });
  };

  it('are walked item by item, and only as far as somebody asks', async () => {
    const { server, client } = await connected(pages);
    const ids: string[] = [];
    for await (const { id } of client.users.all({ ids: ['x'] })) ids.push(id);
    expect(ids).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(server.arrivals.map(({ url }) => url)).toEqual([
      '/users?id=x',
      '/users?id=x&after=2',
      '/users?id=x&after=4',
    ]);
    const some: string[] = [];
    for await (const { id } of client.users.all({}, { max: 3 })) some.push(id);
    expect(some).toEqual(['0', '1', '2']);
    expect(server.arrivals).toHaveLength(5);
  });

  it('that go in a circle end with UPSTREAM', async () => {
    const { client } = await connected(() => json({ items: [{ id: '1' }], next: { after: 'a' } }));
    const walk = async () => {
      for await (const _ of client.users.all());
    };
    expect(await failure(walk())).toMatchObject({ code: 'UPSTREAM' });
  });

  it('that stay empty end', async () => {
    const { server, client } = await connected(({ nth }) => json({ items: [], next: { after: String(nth) } }));
    for await (const _ of client.users.all()) throw new Error('nothing is there');
    expect(server.arrivals).toHaveLength(10);
  });
});

describe('a client', () => {
  it('says in a sentence whether its credential is good', async () => {
    const good = await connected(() => json(1));
    expect(await good.client.verify()).toEqual({ ok: true, message: 'demo: the credential works' });
    const bad = await connected(() => ({ status: 401 }));
    expect(await bad.client.verify()).toEqual({
      ok: false,
      message: expect.stringContaining('make a new one with the scope "Demo"'),
    });
    const down = await connected(() => 'reset', { retry: 0 });
    expect((await failure(down.client.verify())).code).toBe('NETWORK');
  });

  it('XS-13 takes its fetch, clock, random numbers and logger from its options', async () => {
    const clock = testClock();
    const lines: string[] = [];
    const asked: string[] = [];
    const client = connect(
      demo,
      {
        baseUrl: 'https://demo.example',
        clock,
        random: () => 0.25,
        logger: { info: (line) => lines.push(line) },
        fetch: async ({ url }) => {
          asked.push(url);
          return asked.length === 1 ? new Response('', { status: 503 }) : Response.json(5);
        },
      },
      { credential: canary },
    );
    const call = client.plain();
    await clock.advance(75);
    expect(await call).toBe(5);
    expect(asked).toEqual(['https://demo.example/plain', 'https://demo.example/plain']);
    expect(lines).toEqual(['[demo] [20:00:00] demo plain: 503, the upstream is not available; trying again in 75 ms']);
  });

  it('core-5 lets go of everything when it is closed', async () => {
    const clock = testClock();
    const { server, client } = await connected(() => 'silence', { clock });
    const call = failure(client.plain());
    await server.arrived(1);
    await client.close();
    expect((await call).code).toBe('ABORTED');
    await settle();
    expect(clock.pending).toBe(0);
    expect((await failure(client.plain())).code).toBe('ABORTED');
  });
});
