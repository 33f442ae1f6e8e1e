import { describe, expect, it } from 'vitest';
import { type TwitchProxyOptions, twitchProxyHandler } from '../../../src/adapters/twitch-proxy.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import { createTwitchProxyClient, userToken } from '../../../src/twitch/index.ts';
import { testClock } from '../../support/clock.ts';
import { json, startServer } from '../../support/server.ts';
import { proxied, token } from './helix.ts';

describe('the routes', () => {
  it('/healthz is ok, without a credential and without Twitch', async () => {
    const { ask, helix } = await proxied();
    const answer = await ask('/healthz', { token: null });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'ok',
    ]);
    expect(helix.arrivals).toHaveLength(0);
  });

  it('three others go to Helix with the token of the caller, the client id of the proxy, and nothing else', async () => {
    const { ask, helix } = await proxied();
    for (const target of [
      '/users?id=3&id=1&login=Mira&id=1',
      '/chatters?moderator_id=2&broadcaster_id=1&after=abc%3D&first=1000',
      '/moderated-channels?user_id=7',
      '/moderated-channels?after=x&first=100&user_id=7',
    ])
      expect(
        (await ask(target, { headers: { cookie: 'a=b', 'x-forwarded-for': '1.2.3.4', 'client-id': 'other' } })).status,
      ).toBe(200);
    expect(helix.arrivals.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /helix/users?id=1&id=3&login=mira',
      'GET /helix/chat/chatters?broadcaster_id=1&moderator_id=2&first=1000&after=abc%3D',
      'GET /helix/moderation/channels?user_id=7',
      'GET /helix/moderation/channels?user_id=7&first=100&after=x',
    ]);
    for (const { headers } of helix.arrivals) {
      expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'client-id': 'someclient' });
      expect(Object.keys(headers).filter((name) => /cookie|forward|origin|referer/.test(name))).toEqual([]);
    }
  });

  it('answer with the body of Helix and with no header of it but the rate limit', async () => {
    const { ask } = await proxied();
    const answer = await ask('/users?id=1');
    expect(await answer.json()).toEqual({
      data: [{ id: '1', path: '/helix/users', nth: 1, email: 'token@example.com' }],
    });
    expect(Object.fromEntries(answer.headers)).toEqual({
      'cache-control': 'private, no-cache',
      'content-type': 'application/json; charset=utf-8',
      'ratelimit-limit': '800',
      'ratelimit-remaining': '799',
      vary: 'Authorization, Accept-Encoding',
      'x-cache': 'MISS',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([
    ['/', 404],
    ['/users/', 404],
    ['//users?id=1', 404],
    ['/helix/users?id=1', 404],
    ['/eventsub/subscriptions', 404],
    ['/users/../chat/color?user_id=1', 404],
    ['/users%2f..?id=1', 404],
    ['/https://elsewhere.example/users', 404],
    ['/users?id=1&url=https://elsewhere.example', 400],
    ['/users?user_id=1', 400],
    ['/users?id=', 400],
    ['/chatters?broadcaster_id=1', 400],
    ['/chatters?broadcaster_id=1&broadcaster_id=2&moderator_id=2', 400],
    ['/chatters?broadcaster_id=1&moderator_id=2&first=0', 400],
    ['/chatters?broadcaster_id=1&moderator_id=2&first=1001', 400],
    ['/chatters?broadcaster_id=1&moderator_id=2&first=1e2', 400],
    ['/moderated-channels', 400],
    ['/moderated-channels?user_id=7&first=101', 400],
    [`/users?${Array.from({ length: 101 }, (_, id) => `id=${id}`).join('&')}`, 400],
    [`/users?login=${'x'.repeat(8000)}`, 414],
  ])('%s is a %i in the form of Helix and goes nowhere', async (target, status) => {
    const { ask, helix } = await proxied();
    const answer = await ask(target);
    expect(await answer.json()).toEqual({ error: expect.any(String), status, message: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(helix.arrivals).toHaveLength(0);
  });

  it('say which parameter is missing, in its own spelling', async () => {
    const { ask } = await proxied();
    expect((await (await ask('/chatters?broadcaster_id=1')).json()).message).toBe(
      'Missing required parameter "moderator_id"',
    );
    expect((await (await ask('/users?id=1&foo=2')).json()).message).toBe(
      'unknown query parameter; /users takes id, login',
    );
  });

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer a,b',
    'OAuth abc',
    `Bearer ${'a'.repeat(2001)}`,
    'Bearer a\u00e9',
  ])('an Authorization of %j is a 401 and goes nowhere', async (authorization) => {
    const { ask, helix } = await proxied();
    const answer = await ask('/users?id=1', {
      token: null,
      ...(authorization !== null && { headers: { authorization } }),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({ error: 'Unauthorized', status: 401 });
    expect(helix.arrivals).toHaveLength(0);
  });

  it('take GET and HEAD, and no body', async () => {
    const { ask, helix } = await proxied();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await ask('/users?id=1', { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect(helix.arrivals).toHaveLength(0);
    const head = await ask('/users?id=1', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it.each<Partial<TwitchProxyOptions>>([
    { clientId: '' },
    { rate: { perSecond: 0 } },
    { rate: { per: 'user' as 'token' } },
    { cors: { origins: ['overlay.example.com'] } },
    { cors: { origins: ['https://overlay.example.com/'] } },
    { timeout: 10 },
    { deadline: 10 },
    { baseUrl: 'http://helix.example.com' },
    { auth: userToken({ refresh: async () => ({ accessToken: token }) } as never) },
  ])('are not made of %j', (options) => {
    expect(() => twitchProxyHandler({ clientId: 'someclient', ...options })).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });
});

describe('what it keeps', () => {
  it('users for 5 minutes, moderated channels for one, chatters never; X-Cache says so', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock });
    const round = async () => {
      const answers = [
        await ask('/users?id=1'),
        await ask('/moderated-channels?user_id=7'),
        await ask('/chatters?broadcaster_id=1&moderator_id=2'),
      ];
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
      return answers.map(({ headers }) => headers.get('x-cache'));
    };
    expect(await round()).toEqual(['MISS', 'MISS', null]);
    expect(await round()).toEqual(['HIT', 'HIT', null]);
    expect(helix.arrivals).toHaveLength(4);
    await clock.advance(59_999);
    expect(await round()).toEqual(['HIT', 'HIT', null]);
    await clock.advance(1);
    expect(await round()).toEqual(['HIT', 'MISS', null]);
    await clock.advance(240_000);
    expect(await round()).toEqual(['MISS', 'MISS', null]);
  });

  it('a hit is the same body, without a rate limit that is of yesterday', async () => {
    const { ask } = await proxied();
    const first = await (await ask('/users?id=1')).text();
    const again = await ask('/users?id=1');
    expect(await again.text()).toBe(first);
    expect(again.headers.get('ratelimit-remaining')).toBeNull();
  });

  it('the same question in another order, or with doubles, is the same question', async () => {
    const { ask, helix } = await proxied();
    for (const target of ['/users?id=1&id=2&login=a', '/users?login=A&id=2&id=1', '/users?id=2&id=1&id=2&login=a'])
      await (await ask(target)).arrayBuffer();
    for (const target of ['/users?login=a&login=b', '/users?login=B&login=a', '/users?login=b&login=A&login=B'])
      await (await ask(target)).arrayBuffer();
    expect(helix.arrivals).toHaveLength(2);
  });

  it('an answer is never given to a request with another token: not kept, not together, not in any spelling', async () => {
    const { ask, helix } = await proxied();
    const tokens = ['not-a-secret-aaaaa', 'not-a-secret-bbbbb', 'not-a-secret-ccccc'];
    const emailOf = async (answer: Response) => (await answer.json()).data[0].email;
    const together = await Promise.all(
      tokens.flatMap((one) => [ask('/users?id=1', { token: one }), ask('/users', { token: one })]),
    );
    expect(await Promise.all(together.map(emailOf))).toEqual(
      tokens.flatMap((one) => [`${one.slice(-5)}@example.com`, `${one.slice(-5)}@example.com`]),
    );
    expect(helix.arrivals).toHaveLength(6);
    for (const one of [...tokens].reverse()) {
      const answer = await ask('/users', { token: one });
      expect([await emailOf(answer), answer.headers.get('x-cache')]).toEqual([`${one.slice(-5)}@example.com`, 'HIT']);
    }
    expect((await ask('/users?id=1', { token: 'not-a-secret-ddddd' })).headers.get('x-cache')).toBe('MISS');
    expect((await ask('/users?id=1', { token: null })).status).toBe(401);
  });

  it('equal questions of one token that come together are asked once', async () => {
    const { ask, helix } = await proxied();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/users?id=1')));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(helix.arrivals).toHaveLength(1);
  });

  it.each([400, 401, 404, 429, 500])('a %i is passed on as it is and not kept', async (status) => {
    const { ask, helix } = await proxied(
      () => json({ error: 'E', status, message: 'because' }, status, { 'ratelimit-reset': '9', 'retry-after': '7' }),
      { retry: 0 },
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await ask('/users?id=1');
      expect([answer.status, await answer.json()]).toEqual([status, { error: 'E', status, message: 'because' }]);
      expect([
        answer.headers.get('x-cache'),
        answer.headers.get('ratelimit-reset'),
        answer.headers.get('retry-after'),
      ]).toEqual([null, '9', '7']);
    }
    expect(helix.arrivals).toHaveLength(2);
  });

  it('a page in place of JSON is not passed on: 502 for a 200, the status alone for an error', async () => {
    const { ask } = await proxied(({ nth }) => ({ status: nth === 1 ? 200 : 418, body: '<html>hello</html>' }));
    for (const status of [502, 418]) {
      const answer = await ask('/users?id=1');
      expect([answer.status, await answer.json()]).toEqual([
        status,
        { error: expect.any(String), status, message: expect.not.stringContaining('<') },
      ]);
    }
  });

  it.each([304, 600, 999])('a %i that nobody can pass on is a 502', async (status) => {
    const { ask } = await proxied(() => ({ status, body: status === 304 ? undefined : '{}' }), { retry: 0 });
    expect((await ask('/users?id=1')).status).toBe(502);
  });

  it('is bounded: what does not fit any more is asked for again', async () => {
    const { ask, helix } = await proxied(undefined, { cacheBytes: 20_000 });
    for (let id = 0; id < 200; id += 1) await (await ask(`/users?id=${id}`)).arrayBuffer();
    expect((await ask('/users?id=199')).headers.get('x-cache')).toBe('HIT');
    expect((await ask('/users?id=0')).headers.get('x-cache')).toBe('MISS');
    expect(helix.arrivals).toHaveLength(201);
  });

  it('counts what it holds, in whatever spelling it was asked for', async () => {
    const { ask } = await proxied(() => json({ data: ['x'.repeat(2000)] }), { cacheBytes: 50_000 });
    for (let id = 0; id < 60; id += 1)
      for (const query of [`id=${id}&login=a`, `login=A&id=${id}`, `id=${id}&login=a&id=${id}`])
        await (await ask(`/users?${query}`)).arrayBuffer();
    const [, entries] = /cache_entries (\d+)/.exec(await (await ask('/metrics')).text()) ?? [];
    // 2,000 and three keys each.
    expect(Number(entries)).toBeLessThanOrEqual(3 * (50_000 / 2600));
    expect(Number(entries)).toBeGreaterThan(10);
  });

  it('is nothing with cache: false', async () => {
    const { ask, helix } = await proxied(undefined, { cache: false });
    for (let turn = 0; turn < 2; turn += 1) expect((await ask('/users?id=1')).headers.get('x-cache')).toBe('MISS');
    expect(helix.arrivals).toHaveLength(2);
  });

  it('TW-22 what is over is swept out by whoever asks five minutes later, and no timer waits for it', async () => {
    const clock = testClock();
    const { ask, lines } = await proxied(undefined, { clock });
    for (const id of ['1', '2', '3']) await (await ask(`/users?id=${id}`)).arrayBuffer();
    expect(clock.pending).toBe(0);
    await clock.advance(301_000);
    await ask('/healthz');
    expect(lines.filter((line) => line.includes('PURGE'))).toEqual([
      expect.stringMatching(/cache PURGE 3 gone, 0 left$/),
    ]);
  });
});

describe('before the mock', () => {
  it('users, chatters and moderated channels come to a client, page by page', async () => {
    const server = await createMockServer({ port: 0, platforms: ['twitch'], strict: true });
    const { twitch } = server;
    const issued = twitch.issue({
      login: 'grace',
      scopes: ['moderator:read:chatters', 'user:read:moderated_channels'],
    } as never);
    const handler = twitchProxyHandler({
      clientId: twitch.clientId,
      baseUrl: `${server.url}/twitch/helix`,
      logger: false,
      rate: { perSecond: 1000 },
    });
    const proxy = createTwitchProxyClient({
      baseUrl: 'http://proxy',
      token: issued.accessToken,
      fetch: (request) => handler(request),
      logger: false,
    });
    expect(await proxy.health()).toBe(true);
    const { data, meta } = await proxy.users.withMeta({ logins: ['mira', 'grace'] });
    expect([data.items.map(({ login }) => login), meta.cache]).toEqual([['mira', 'grace'], 'MISS']);
    expect((await proxy.users.withMeta({ logins: ['grace', 'mira'] })).meta.cache).toBe('HIT');
    const [mira, grace] = data.items;
    const chatters: string[] = [];
    for await (const { user_login } of proxy.chatters.all({
      broadcasterId: mira?.id ?? '',
      moderatorId: grace?.id ?? '',
    }))
      chatters.push(user_login);
    const { total } = await proxy.chatters({ broadcasterId: mira?.id ?? '', moderatorId: grace?.id ?? '' });
    expect(chatters).toHaveLength(total ?? -1);
    const channels: string[] = [];
    for await (const { broadcaster_login } of proxy.moderatedChannels.all({ userId: grace?.id ?? '' }))
      channels.push(broadcaster_login);
    expect(channels).toEqual(expect.arrayContaining(['mira', 'noor']));
    await server.close();
  });

  it('TW-12 a token that is no more is AUTH for the client', async () => {
    const server = await startServer(() =>
      json({ error: 'Unauthorized', status: 401, message: 'Invalid OAuth token' }, 401),
    );
    const handler = twitchProxyHandler({ clientId: 'someclient', baseUrl: server.url, logger: false });
    const proxy = createTwitchProxyClient({ baseUrl: 'http://proxy', token, fetch: handler, logger: false });
    await expect(proxy.users({ ids: ['1'] })).rejects.toMatchObject({ code: 'AUTH', status: 401 });
  });
});
