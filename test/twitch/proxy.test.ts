import { describe, expect, it } from 'vitest';
import { createTwitchProxyClient, type TwitchProxyClientOptions } from '../../src/twitch/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { type Arrival, gate, json, type Reply, type Route, startServer } from '../support/server.ts';

const token = 'not-a-secret-token';

const user = (id: string, more: object = {}) => ({
  id,
  login: `login${id}`,
  display_name: `Login${id}`,
  type: '',
  broadcaster_type: '',
  description: '',
  profile_image_url: '',
  offline_image_url: '',
  created_at: '2026-01-01T00:00:00Z',
  ...more,
});
const channel = (id: number) => ({ broadcaster_id: `${id}`, broadcaster_login: `c${id}`, broadcaster_name: `C${id}` });
const chatter = (id: number) => ({ user_id: `${id}`, user_login: `u${id}`, user_name: `U${id}` });
const count = (length: number, from = 1) => Array.from({ length }, (_, index) => index + from);

/** Everybody who is asked for, as Helix does: whatever the order. */
const everybody = ({ query }: Arrival): Reply =>
  json({
    data: [
      ...query.getAll('id').map((id) => user(id)),
      ...query.getAll('login').map((login) => user(login.replace(/\D/g, ''), { login })),
    ].reverse(),
  });

async function proxied(routes: Route | Record<string, Route>, options: Partial<TwitchProxyClientOptions> = {}) {
  const server = await startServer(routes);
  const proxy = createTwitchProxyClient({ baseUrl: server.url, token, logger: false, random: () => 0, ...options });
  return { server, proxy };
}

const text = (status: number, body: string): Reply => ({ status, body, headers: { 'content-type': 'text/plain' } });

describe('health', () => {
  it.each([
    [200, 'ok', true],
    [200, ' ok\n', true],
    [200, 'okay', false],
    [200, '', false],
    [204, '', false],
    [503, 'ok', false],
  ])('TW-1 a %i with %j is %j, asked once and without a credential', async (status, body, healthy) => {
    const { server, proxy } = await proxied(() => text(status, body));
    expect(await proxy.health()).toBe(healthy);
    expect(server.arrivals.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['GET', '/healthz', undefined],
    ]);
  });

  it('TW-1 nobody there is not healthy; only the abort of the caller throws', async () => {
    const { server, proxy } = await proxied(() => 'silence');
    const stop = new AbortController();
    const asked = failure(proxy.health({ signal: stop.signal }));
    await server.arrived(1);
    stop.abort();
    expect((await asked).code).toBe('ABORTED');
    await server.close();
    expect(await proxy.health()).toBe(false);
  });
});

describe('what is asked', () => {
  it('TW-7 TW-18 TW-4 goes out with the bearer token, repeated names and one order of the parameters, and with no Client-Id', async () => {
    const { server, proxy } = await proxied({
      '/users': everybody,
      '/chatters': () => json({ data: [], pagination: {}, total: 0 }),
      '/moderated-channels': () => json({ data: [], pagination: {} }),
    });
    await proxy.users({ logins: ['b1', 'a2'], ids: ['20', '3'] });
    await proxy.chatters({ after: 'next', first: 5, moderatorId: '2', broadcasterId: '1' });
    await proxy.moderatedChannels({ userId: '7' });
    await proxy.moderatedChannels({ after: 'next', userId: '7', first: 50 });
    expect(server.arrivals.map(({ url }) => url)).toEqual([
      '/users?id=20&id=3&login=b1&login=a2',
      '/chatters?broadcaster_id=1&moderator_id=2&first=5&after=next',
      '/moderated-channels?user_id=7',
      '/moderated-channels?user_id=7&first=50&after=next',
    ]);
    for (const { headers } of server.arrivals) {
      expect(headers.authorization).toBe(`Bearer ${token}`);
      expect(headers['client-id']).toBeUndefined();
    }
  });

  it('TW-18 is sorted on request, and comes back in the order of the caller', async () => {
    const { server, proxy } = await proxied({ '/users': everybody }, { sorted: true });
    const { items } = await proxy.users({ ids: ['9', '10', '2'] });
    expect(server.arrivals[0]?.url).toBe('/users?id=10&id=2&id=9');
    expect(items.map(({ id }) => id)).toEqual(['9', '10', '2']);
  });

  it('TW-5 is split into requests of 100 names in all and put together again in the order of the caller', async () => {
    const { server, proxy } = await proxied({ '/users': everybody });
    const ids = count(150).map(String);
    const { items } = await proxy.users({ ids, logins: ['x500', 'x501'] });
    expect(items.map(({ id }) => id)).toEqual([...ids, '500', '501']);
    expect(server.arrivals.map(({ query }) => query.size).sort()).toEqual([100, 52]);
  });

  it.each<[string, (proxy: ReturnType<typeof createTwitchProxyClient>) => Promise<unknown>]>([
    ['TW-5 nobody', (proxy) => proxy.users({})],
    ['TW-2 no broadcaster', (proxy) => proxy.chatters({ broadcasterId: '', moderatorId: '2' })],
    ['TW-2 no moderator', (proxy) => proxy.chatters({ broadcasterId: '1', moderatorId: '' })],
    ['TW-3 a first of 0', (proxy) => proxy.chatters({ broadcasterId: '1', moderatorId: '2', first: 0 })],
    ['TW-3 a first of 1001', (proxy) => proxy.chatters({ broadcasterId: '1', moderatorId: '2', first: 1001 })],
    ['TW-6 no user', (proxy) => proxy.moderatedChannels({ userId: '' })],
    ['TW-24 an id that is a number', (proxy) => proxy.users({ ids: [7 as unknown as string] })],
  ])('%s is VALIDATION before anything is sent', async (_what, ask) => {
    const { server, proxy } = await proxied(() => json({ data: [] }));
    expect(await failure(ask(proxy))).toMatchObject({ code: 'VALIDATION', platform: 'twitch-proxy', sent: 'no' });
    expect(server.arrivals).toHaveLength(0);
  });

  it('TW-16 TW-21 is not held back by a limit of our own, and says no more than fetch itself', async () => {
    const { server, proxy } = await proxied({ '/users': everybody });
    await Promise.all(count(60).map((id) => proxy.users({ ids: [`${id}`] })));
    expect(server.arrivals).toHaveLength(60);
    expect(proxy.rateLimits()).toEqual({});
    expect(server.arrivals[0]?.headers['accept-encoding']).toMatch(/gzip/);
  });

  it.each([{ token }, { baseUrl: 'http://127.0.0.1:1' }, { baseUrl: 'http://proxy.example.com', token }])(
    'is CONFIG with %j',
    (options) => {
      expect(() => createTwitchProxyClient(options as TwitchProxyClientOptions)).toThrow(
        expect.objectContaining({ code: 'CONFIG' }),
      );
    },
  );
});

describe('what comes back', () => {
  it.each([
    ['HIT', 'HIT'],
    ['miss', 'MISS'],
    ['Hit', 'HIT'],
    [undefined, undefined],
    ['EXPIRED', undefined],
  ])('TW-8 X-Cache %j is meta.cache %j', async (said, cache) => {
    const headers = said === undefined ? {} : { 'x-cache': said };
    const { proxy } = await proxied({
      '/users': () => json({ data: [user('1')] }, 200, headers),
      '/moderated-channels': () => json({ data: [channel(1)], pagination: {} }, 200, headers),
    });
    for (const { meta } of [
      await proxy.users.withMeta({ ids: ['1'] }),
      await proxy.moderatedChannels.withMeta({ userId: '1' }),
    ]) {
      expect(meta.cache).toBe(cache);
      expect('cache' in meta).toBe(cache !== undefined);
      expect(meta).toMatchObject({ status: 200, attempts: 1 });
    }
  });

  it('TW-8 of several requests together is a hit only where all are', async () => {
    const { proxy } = await proxied((arrival) => ({
      ...everybody(arrival),
      headers: { 'x-cache': arrival.query.has('id', '1') ? 'MISS' : 'HIT' },
    }));
    expect((await proxy.users.withMeta({ ids: count(150).map(String) })).meta.cache).toBe('MISS');
    expect((await proxy.users.withMeta({ ids: count(150, 2).map(String) })).meta.cache).toBe('HIT');
  });

  it('TW-10 TW-24 TW-25 keeps totals, texts, what is optional and what is unknown', async () => {
    const { proxy } = await proxied({
      '/chatters': () => json({ data: [chatter(1)], pagination: { cursor: 'next' }, total: 8 }),
      '/users': () =>
        json({ data: [user('9007199254740993', { view_count: 3, email: 'mira@example.com', new: { a: 1 } })] }),
    });
    expect(await proxy.chatters({ broadcasterId: '1', moderatorId: '2' })).toMatchObject({ total: 8, cursor: 'next' });
    const { items } = await proxy.users({ ids: ['9007199254740993'] });
    expect(items[0]).toMatchObject({ id: '9007199254740993', view_count: 3, email: 'mira@example.com', new: { a: 1 } });
  });

  it('TW-26 there are no tips here', async () => {
    const { proxy } = await proxied({});
    expect('tips' in proxy || 'events' in proxy).toBe(false);
  });

  it('TW-9 all walks through the pages; no cursor, an empty page and a cursor seen before end it', async () => {
    const pages: Record<string, unknown> = {
      start: { data: [chatter(1), chatter(2)], pagination: { cursor: 'a' }, total: 9 },
      a: { data: [chatter(3)], pagination: { cursor: 'b' }, total: 9 },
      b: { data: [chatter(4)], pagination: { cursor: 'a' }, total: 9 },
    };
    const { server, proxy } = await proxied(({ query }) => json(pages[query.get('after') ?? 'start']));
    const found: string[] = [];
    for await (const { user_id } of proxy.chatters.all({ broadcasterId: '1', moderatorId: '2' })) found.push(user_id);
    expect(found).toEqual(['1', '2', '3', '4']);
    expect(server.arrivals.map(({ query }) => [query.get('first'), query.get('after')])).toEqual([
      ['1000', null],
      ['1000', 'a'],
      ['1000', 'b'],
    ]);
  });
});

describe('moderatedChannels.all', () => {
  const collect = async (channels: AsyncIterable<{ broadcaster_id: string }>) => {
    const found: string[] = [];
    const end = await (async () => {
      for await (const { broadcaster_id } of channels) found.push(broadcaster_id);
    })().catch((error: unknown) => error);
    return { found, end };
  };

  it('TW-6 walks where the proxy passes first and after on', async () => {
    const all = count(230).map(channel);
    const { server, proxy } = await proxied(({ query }) => {
      const [first, after] = [Number(query.get('first') ?? 20), Number(query.get('after') ?? 0)];
      const next = after + first;
      return json({ data: all.slice(after, next), pagination: next < all.length ? { cursor: `${next}` } : {} });
    });
    const { found, end } = await collect(proxy.moderatedChannels.all({ userId: '1' }));
    expect([found.length, end]).toEqual([230, undefined]);
    expect(server.arrivals).toHaveLength(3);
  });

  it('TW-6 says that there is more where the proxy passes them by, after what it shows', async () => {
    const { proxy } = await proxied(() => json({ data: count(20).map(channel), pagination: { cursor: 'same' } }));
    const { found, end } = await collect(proxy.moderatedChannels.all({ userId: '1' }));
    expect(found).toHaveLength(20);
    expect(end).toMatchObject({
      code: 'UPSTREAM',
      endpoint: 'moderatedChannels',
      message: expect.stringContaining('passes "after" by'),
    });
    expect((await collect(proxy.moderatedChannels.all({ userId: '1' }, { max: 20 }))).end).toBeUndefined();
  });

  it('TW-6 says so where the cursor is another each time, and shows it to whoever asks for a page', async () => {
    const { proxy } = await proxied(({ nth }) =>
      json({ data: count(20).map(channel), pagination: { cursor: `c${nth}` } }),
    );
    expect((await collect(proxy.moderatedChannels.all({ userId: '1' }))).end).toMatchObject({ code: 'UPSTREAM' });
    expect(await proxy.moderatedChannels({ userId: '1' })).toMatchObject({ cursor: 'c3', next: { after: 'c3' } });
  });
});

describe('failures', () => {
  const helix = (status: number, error: string, message: string): Reply => json({ error, status, message }, status);

  it.each<[string, Reply, object]>([
    ['Helix JSON', helix(401, 'Unauthorized', 'Invalid OAuth token'), { code: 'AUTH', status: 401 }],
    ['a line', text(401, 'twitch API error: 401 Unauthorized\n'), { code: 'AUTH', status: 401 }],
    ['a line behind a 500', text(500, 'twitch API error: 401 Unauthorized'), { code: 'AUTH', status: 401 }],
    ['a line behind a 200', text(200, 'twitch API error: 404 Not Found'), { code: 'NOT_FOUND', status: 404 }],
    [
      'a line with the JSON of Helix',
      text(
        502,
        'twitch API error: 401 Unauthorized - {"error":"Unauthorized","status":401,"message":"Missing scope: a:b"}',
      ),
      { code: 'PERMISSION', status: 401, problem: expect.objectContaining({ reason: 'missing_scope' }) },
    ],
    [
      'a line that the status contradicts',
      text(400, 'twitch API error: 401 Unauthorized'),
      { code: 'VALIDATION', status: 400 },
    ],
    [
      'Helix JSON behind a 200',
      json({ error: 'Unauthorized', status: 401, message: 'Invalid OAuth token' }),
      { code: 'AUTH', status: 401 },
    ],
    ['nothing', { status: 500 }, { code: 'SERVER', status: 500 }],
    ['a 200 with a page', text(200, '<html><title>Welcome</title></html>'), { code: 'SCHEMA', status: 200 }],
    ['a 200 with nothing', { status: 200 }, { code: 'SCHEMA', status: 200 }],
    ['a 400', helix(400, 'Bad Request', 'Missing required parameter "broadcaster_id"'), { code: 'VALIDATION' }],
  ])('TW-11 TW-12 %s is read', async (_what, reply, expected) => {
    const { proxy } = await proxied(() => reply, { retry: 0 });
    expect(await failure(proxy.users({ ids: ['1'] }))).toMatchObject(expected);
  });

  it('TW-12 a refused token says to renew it; with a refresh it is renewed once for everybody and asked once more', async () => {
    const refusing = await proxied(() => text(401, 'twitch API error: 401 Unauthorized'));
    const error = await failure(refusing.proxy.users({ ids: ['1'] }));
    expect(error.message).toContain('renew the token');
    expect(refusing.server.arrivals).toHaveLength(1);

    let renewed = 0;
    const fresh = 'not-a-secret-new-one';
    let current = token;
    const { server, proxy } = await proxied(
      (arrival) =>
        arrival.headers.authorization === `Bearer ${fresh}`
          ? everybody(arrival)
          : text(500, 'twitch API error: 401 Unauthorized'),
      {
        token: {
          get: () => current,
          refresh: async () => {
            renewed += 1;
            await settle();
            current = fresh;
            return fresh;
          },
        },
      },
    );
    await Promise.all(['1', '2', '3'].map((id) => proxy.users({ ids: [id] })));
    expect(renewed).toBe(1);
    expect(server.arrivals).toHaveLength(6);
  });

  it('TW-12 a 401 that no new token cures is not renewed for', async () => {
    let renewed = 0;
    const { server, proxy } = await proxied(
      () => helix(401, 'Unauthorized', 'Missing scope: moderator:read:chatters'),
      {
        token: {
          get: () => token,
          refresh: () => {
            renewed += 1;
            return `not-a-secret-${renewed}`;
          },
        },
      },
    );
    const error = await failure(proxy.chatters({ broadcasterId: '1', moderatorId: '2' }));
    expect([error.code, renewed, server.arrivals.length]).toEqual(['PERMISSION', 0, 1]);
    expect(error.message).toContain('moderator:read:chatters');
  });

  it.each([200, 429, 500, 503, 504])(
    'TW-13 "rate limit context error" with a %i is RATE_LIMITED and asked again, after a second where nobody says when',
    async (status) => {
      const clock = testClock();
      const { server, proxy } = await proxied(
        (arrival) => (arrival.nth === 1 ? text(status, 'rate limit context error\n') : everybody(arrival)),
        { clock },
      );
      const asked = proxy.users.withMeta({ ids: ['1'] });
      await server.arrived(1);
      await clock.advance(999);
      expect(server.arrivals).toHaveLength(1);
      await clock.advance(1);
      await server.arrived(2);
      expect((await asked).meta.attempts).toBe(2);
      const once = await proxied(() => text(status, 'rate limit context error'), { retry: 0 });
      expect(await failure(once.proxy.users({ ids: ['1'] }))).toMatchObject({
        code: 'RATE_LIMITED',
        retryable: true,
        status,
      });
    },
  );

  it.each<[string, Record<string, string>, number]>([
    [
      'Ratelimit-Reset',
      { 'ratelimit-remaining': '0', 'ratelimit-reset': `${Date.UTC(2026, 0, 1, 20, 0, 7) / 1000}` },
      7000,
    ],
    ['Retry-After', { 'retry-after': '3' }, 3000],
    ['nothing', {}, 1000],
  ])('TW-14 a 429 waits as %s says, and not less', async (_what, headers, wait) => {
    const clock = testClock(Date.UTC(2026, 0, 1, 20));
    const date = new Date(clock.now()).toUTCString();
    const { server, proxy } = await proxied(
      (arrival) =>
        arrival.nth === 1
          ? json({ error: 'Too Many Requests', status: 429, message: 'slow' }, 429, { date, ...headers })
          : everybody(arrival),
      { clock },
    );
    const asked = proxy.users({ ids: ['1'] });
    await server.arrived(1);
    await clock.advance(wait - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await asked;
    expect(server.arrivals).toHaveLength(2);
  });

  it('TW-15 a proxy may hold a request for half a minute; what takes longer is TIMEOUT, retryable and maybe sent', async () => {
    const clock = testClock();
    const held = gate();
    const { server, proxy } = await proxied(
      async (arrival) => {
        if (arrival.nth === 1) await held.opened;
        return arrival.nth === 1 ? everybody(arrival) : 'silence';
      },
      { clock, retry: 0 },
    );
    const patient = proxy.users({ ids: ['1'] });
    await server.arrived(1);
    await clock.advance(35_000);
    held.open();
    expect((await patient).items).toHaveLength(1);
    const silent = failure(proxy.users({ ids: ['2'] }));
    await server.arrived(2);
    await clock.advance(40_000);
    expect(await silent).toMatchObject({ code: 'TIMEOUT', retryable: true, sent: 'maybe' });
    const short = await proxied(() => 'silence', { clock, retry: 0, timeout: 500 });
    const brief = failure(short.proxy.users({ ids: ['3'] }));
    await short.server.arrived(1);
    await clock.advance(500);
    expect((await brief).code).toBe('TIMEOUT');
  });

  it.each<[string, Reply | 'reset']>([
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a reset', 'reset'],
  ])('TW-19 %s is asked for again, at most three times', async (_what, reply) => {
    const { server, proxy } = await proxied(() => reply);
    await failure(proxy.users({ ids: ['1'] }));
    expect(server.arrivals).toHaveLength(4);
  });

  it('TW-19 a 404 and a 500 are not asked for again', async () => {
    const { server, proxy } = await proxied(({ nth }) => ({ status: nth === 1 ? 404 : 500 }));
    expect((await failure(proxy.users({ ids: ['1'] }))).code).toBe('NOT_FOUND');
    expect((await failure(proxy.users({ ids: ['1'] }))).code).toBe('SERVER');
    expect(server.arrivals).toHaveLength(2);
  });

  it('TW-20 requests, answers and cache are told, and a proxy that is down is left alone for a while', async () => {
    const clock = testClock();
    const { server, proxy } = await proxied(() => ({ status: 500 }), { clock, retry: 0 });
    const told: unknown[] = [];
    proxy.on('response', ({ status, elapsedMs }) => told.push([status, elapsedMs]));
    for (const id of ['1', '2', '3', '4', '5']) await failure(proxy.users({ ids: [id] }));
    expect((await failure(proxy.users({ ids: ['6'] }))).code).toBe('CIRCUIT_OPEN');
    expect(server.arrivals).toHaveLength(5);
    expect(told).toEqual(Array.from({ length: 5 }, () => [500, 0]));
    await clock.advance(30_000);
    await failure(proxy.users({ ids: ['7'] }));
    expect(server.arrivals).toHaveLength(6);
  });

  it('no credential is in an error, wherever the proxy repeats it', async () => {
    const { proxy } = await proxied(() => text(500, `twitch API error: 401 Unauthorized - {"message":"bad ${token}"}`));
    const error = await failure(proxy.users({ ids: ['1'] }));
    expect(`${error.stack}${JSON.stringify(error)}${JSON.stringify(error.problem)}`).not.toContain(token);
  });
});

describe('a cache of its own', () => {
  it('TW-17 is off; on request it keeps users for 5 minutes and moderated channels for one, chatters never', async () => {
    const clock = testClock();
    const routes: Record<string, Route> = {
      '/users': everybody,
      '/moderated-channels': () => json({ data: [channel(1)], pagination: {} }, 200, { 'x-cache': 'MISS' }),
      '/chatters': () => json({ data: [chatter(1)], pagination: {}, total: 1 }),
    };
    const off = await proxied(routes, { clock });
    for (let turn = 0; turn < 2; turn += 1) await off.proxy.users({ ids: ['1'] });
    expect(off.server.arrivals).toHaveLength(2);

    const { server, proxy } = await proxied(routes, { clock, cache: {} });
    const ask = async () => {
      const users = await proxy.users.withMeta({ ids: ['1', '2'] });
      const channels = await proxy.moderatedChannels.withMeta({ userId: '1' });
      const chatters = await proxy.chatters.withMeta({ broadcasterId: '1', moderatorId: '2' });
      return [users, channels, chatters].map(({ meta }) => meta.cache);
    };
    expect(await ask()).toEqual([undefined, 'MISS', undefined]);
    expect(await ask()).toEqual(['HIT', 'HIT', undefined]);
    expect(server.arrivals).toHaveLength(4);
    await proxy.users({ ids: ['2', '1'] });
    expect(server.arrivals).toHaveLength(4);
    await clock.advance(60_000);
    expect(await ask()).toEqual(['HIT', 'MISS', undefined]);
    await clock.advance(240_000);
    expect(await ask()).toEqual([undefined, 'MISS', undefined]);
  });

  it('TW-17 is never shared by two tokens, and its keys hold none', async () => {
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => kept.delete(key),
    };
    const server = await startServer({ '/users': everybody });
    const other = 'not-a-secret-other-token';
    const [mine, theirs] = [token, other].map((one) =>
      createTwitchProxyClient({ baseUrl: server.url, token: one, cache: store, logger: false }),
    );
    await mine?.users({ ids: ['1'] });
    await theirs?.users({ ids: ['1'] });
    expect(server.arrivals).toHaveLength(2);
    expect([...kept.keys()].join(' ')).not.toMatch(/not-a-secret/);
    expect(kept.size).toBe(2);
  });
});

describe('verify', () => {
  it('says of the token whether it is good', async () => {
    const { proxy } = await proxied(({ headers }) =>
      headers.authorization === `Bearer ${token}` ? json({ data: [] }) : { status: 401 },
    );
    expect(await proxy.verify()).toEqual({ ok: true, message: 'twitch-proxy: the credential works' });
    const refused = await proxied(() => ({ status: 401 }));
    expect(await refused.proxy.verify()).toMatchObject({
      ok: false,
      message: expect.stringContaining('renew the token'),
    });
  });
});
