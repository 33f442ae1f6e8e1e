import { describe, expect, it, onTestFinished } from 'vitest';
import { isTipstreamError, type TipstreamError } from '../../src/core/errors.ts';
import { apiVersion, createTikTok, type TikTok, type TikTokOptions } from '../../src/tiktok/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { json, type Route, startServer, type TestServer } from '../support/server.ts';

const apiKey = 'not-a-secret-key';
const profile = { username: 'mira', nickname: 'Mira', source: 'scraper', avatar_url: 'https://cdn.example.com/a.webp' };
const started = { status: 'success', session_id: 'session-123', username: 'mira', message: 'Connected to @mira' };
const done = { status: 'success', message: 'done' };
const key = {
  id: 'key-1',
  name: 'Production Key',
  key_preview: 'pk_abc123...',
  permissions: ['read'],
  created_at: '2025-01-06T12:00:00',
};
const whole = { api_key: 'pk_not-a-secret-at-all', key_info: key, warning: 'Store it securely.' };
const user = { id: 'user-1', username: 'ada', email: 'ada@example.com', role: 'user' };

/** What a service answers, as it is documented. */
const answers: Readonly<Record<string, unknown>> = {
  'GET /healthcheck': {
    status: 'healthy',
    timestamp: '2025-01-06T12:00:00.000Z',
    version: '1.0.0',
    service: 'Profile & Engagement API',
  },
  'GET /monitoring/ping': { message: 'pong', timestamp: '2025-01-06T12:00:00.000Z', version: '1.0.0' },
  'GET /monitoring/detailed': {
    status: 'healthy',
    components: {
      database: { status: 'healthy', info: { database_url: 'masked', connection_healthy: true } },
      cache: { status: 'healthy', hit_rate: 0.85, total_entries: 150 },
      avatar_providers: {
        scraper: { status: 'degraded', success_rate: 0.45, last_success: '2025-01-06T11:30:00.000Z' },
      },
    },
  },
  'GET /monitoring/metrics': {
    metrics: { requests: { total: 1250, success: 1180, errors: 70, avg_duration_ms: 125.5 } },
    timestamp: 'x',
  },
  'GET /monitoring/cache/stats': {
    cache_stats: { hit_rate: 0.85, miss_rate: 0.15, by_category: { profiles: 140 } },
    timestamp: 'x',
  },
  'GET /status': { status: 'healthy', service: 'x', cache: { by_source: { tiktok: 120, mock: 5 } } },
  'GET /profile/mira': profile,
  'POST /profiles/revalidate': { results: { mira: true, ada: false }, total_requested: 3, successful: 1, failed: 1 },
  'POST /connect': started,
  'POST /disconnect': { ...done, session_id: 'session-123' },
  'GET /sessions': {
    active_sessions: [{ session_id: 'session-123', username: 'mira', comment_count: 42 }],
    total_active: 1,
  },
  'POST /sessions/cleanup': { ...done, cleaned_sessions: 3 },
  'POST /cache/clear-expired': { ...done, cleared_profiles: 15 },
  'POST /auth/register': {
    message: 'User registered successfully',
    user: { ...user, created_at: '2025-01-06T12:00:00' },
  },
  'POST /auth/login': { access_token: 'not-a-secret-jwt', token_type: 'BEARER', expires_in: 3600, user },
  'GET /auth/api-keys': { api_keys: [key], total: 1 },
  'POST /auth/api-keys/generate': whole,
};

const bench = async (options: TikTokOptions = {}, routes: Readonly<Record<string, Route>> = {}) => {
  const server: TestServer = await startServer((arrival, response) => {
    const name = `${arrival.method} ${arrival.path}`;
    const route = routes[name] ?? routes[arrival.path] ?? routes['*'];
    if (route) return route(arrival, response);
    const answer = answers[name];
    return answer ? json(answer) : json({ detail: 'Not Found' }, 404);
  });
  const tiktok: TikTok = createTikTok({ baseUrl: server.url, apiKey, logger: false, retry: 0, ...options });
  onTestFinished(tiktok.close);
  return { server, tiktok };
};

/** The error of a call. */
const failure = async (call: Promise<unknown>): Promise<TipstreamError> => {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (isTipstreamError(error)) return error;
  throw new Error(`no error but ${JSON.stringify(error)}`);
};

describe('the calls', () => {
  const register = { username: 'ada', email: 'ada@example.com', password: 'not-a-secret-word', role: 'user' };
  const calls: [name: string, wire: string, body: unknown, run: (tiktok: TikTok) => Promise<unknown>][] = [
    ['health', 'GET /healthcheck', undefined, (t) => t.health()],
    ['monitoring.ping', 'GET /monitoring/ping', undefined, (t) => t.monitoring.ping()],
    ['monitoring.detailed', 'GET /monitoring/detailed', undefined, (t) => t.monitoring.detailed()],
    ['monitoring.metrics', 'GET /monitoring/metrics', undefined, (t) => t.monitoring.metrics()],
    ['monitoring.cacheStats', 'GET /monitoring/cache/stats', undefined, (t) => t.monitoring.cacheStats()],
    ['status', 'GET /status', undefined, (t) => t.status()],
    ['profile.get', 'GET /profile/mira', undefined, (t) => t.profile.get({ username: '@mira' })],
    [
      'profile.revalidate',
      'POST /profiles/revalidate',
      { usernames: ['mira', 'ada'] },
      (t) => t.profile.revalidate({ usernames: ['@mira', 'https://www.tiktok.com/@ada'] }),
    ],
    [
      'live.connect',
      'POST /connect',
      { session_id: 'session-123', username: 'mira' },
      (t) => t.live.connect({ sessionId: 'session-123', username: 'mira' }),
    ],
    [
      'live.disconnect',
      'POST /disconnect',
      { session_id: 'session-123' },
      (t) => t.live.disconnect({ sessionId: 'session-123' }),
    ],
    ['live.sessions', 'GET /sessions', undefined, (t) => t.live.sessions()],
    ['live.cleanup', 'POST /sessions/cleanup', undefined, (t) => t.live.cleanup()],
    ['cache.clearExpired', 'POST /cache/clear-expired', undefined, (t) => t.cache.clearExpired()],
    ['auth.register', 'POST /auth/register', register, (t) => t.auth.register(register)],
    [
      'auth.login',
      'POST /auth/login',
      { username: 'ada', password: 'not-a-secret-word' },
      (t) => t.auth.login({ username: 'ada', password: 'not-a-secret-word' }),
    ],
    ['auth.listApiKeys', 'GET /auth/api-keys', undefined, (t) => t.auth.listApiKeys()],
    [
      'auth.generateApiKey',
      'POST /auth/api-keys/generate',
      { name: 'Production Key', permissions: ['read'], expires_at: '2026-01-06T12:00:00Z' },
      (t) =>
        t.auth.generateApiKey({ name: 'Production Key', permissions: ['read'], expiresAt: '2026-01-06T12:00:00Z' }),
    ],
  ];

  it('TT-1 are seventeen', () => {
    expect(calls).toHaveLength(17);
  });

  it.each(calls)('TT-1 TT-20 %s asks %s', async (_name, wire, body, run) => {
    const { server, tiktok } = await bench();
    expect(await run(tiktok)).toEqual(answers[wire]);
    const [{ method, path, body: sent, headers } = expect.fail('nothing arrived')] = server.arrivals;
    expect(`${method} ${path}`).toBe(wire);
    expect(sent === '' ? undefined : JSON.parse(sent)).toEqual(body);
    expect(headers['content-type']).toBe(body === undefined ? undefined : 'application/json');
  });

  it('TT-3 TT-4 send the credentials to all but those that anybody may ask', async () => {
    const open = ['/healthcheck', '/monitoring/', '/auth/register', '/auth/login'];
    for (const [options, wanted] of [
      [{ apiKey }, [apiKey, undefined]],
      [{ apiKey: undefined, token: 'not-a-secret-jwt' }, [undefined, 'Bearer not-a-secret-jwt']],
      [{ apiKey, token: 'not-a-secret-jwt' }, [apiKey, 'Bearer not-a-secret-jwt']],
      [{ apiKey: () => apiKey, token: async () => 'not-a-secret-jwt' }, [apiKey, 'Bearer not-a-secret-jwt']],
      [{ apiKey: undefined }, [undefined, undefined]],
    ] as const) {
      const { server, tiktok } = await bench({ ...options, limiter: false });
      for (const [name, , , run] of calls) if (name !== 'auth.login') await run(tiktok);
      for (const { path, headers } of server.arrivals)
        expect([path, headers['x-api-key'], headers.authorization]).toEqual(
          open.some((start) => path.startsWith(start)) ? [path, undefined, undefined] : [path, ...wanted],
        );
    }
  });

  it.each([
    ['TT-8 a name', 'mira', '/profile/mira'],
    ['TT-8 a name with @', '@mira', '/profile/mira'],
    ['TT-8 the address of a live page', 'https://www.tiktok.com/@mira.x/live?lang=en', '/profile/mira.x'],
    ['TT-8 a name that is no part of an address', 'mírä', '/profile/m%C3%ADr%C3%A4'],
  ])('%s is read as a username', async (_title, username, path) => {
    const { server, tiktok } = await bench({}, { '*': () => json(profile) });
    await tiktok.profile.get({ username });
    expect(server.arrivals[0]?.path).toBe(path);
  });

  it('TT-8 TT-21 refuse what cannot be, and send nothing', async () => {
    const { server, tiktok } = await bench();
    for (const username of ['', '  ', '@', '..', 'a b', 'https://www.tiktok.com/', null, 5])
      expect(await failure(tiktok.profile.get({ username: username as string }))).toMatchObject({ code: 'VALIDATION' });
    for (const timeWindow of [0, -1, 1.5, Number.NaN, '5'])
      expect(await failure(tiktok.monitoring.metrics({ timeWindow: timeWindow as number }))).toMatchObject({
        code: 'VALIDATION',
      });
    const wrong = [
      tiktok.live.disconnect({ sessionId: '' }),
      tiktok.live.connect({ username: 'mira', session_id: 'x' } as never),
      tiktok.profile.revalidate({ usernames: [] }),
      tiktok.auth.login({ username: 'ada', password: '' }),
      tiktok.auth.generateApiKey({ name: 'x', permissions: [] }),
    ];
    for (const call of wrong) expect(await failure(call)).toMatchObject({ code: 'VALIDATION', sent: 'no' });
    expect(server.arrivals).toEqual([]);
  });

  it('TT-21 ask for the metrics of five minutes, or of as many as were said', async () => {
    const { server, tiktok } = await bench();
    await tiktok.monitoring.metrics();
    await tiktok.monitoring.metrics({ timeWindow: 10 });
    expect(server.arrivals.map(({ query }) => query.get('time_window'))).toEqual(['5', '10']);
  });

  it('TT-18 make up the name of a session', async () => {
    const { server, tiktok } = await bench();
    await tiktok.live.connect({ username: 'mira' });
    await tiktok.live.connect({ username: 'mira' });
    const ids = server.arrivals.map(({ body }) => JSON.parse(body).session_id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\w-]{12,}$/);
  });

  it('TT-9 TT-10 TT-43 TT-45 take fields that are absent, null, new or of a new value', async () => {
    const odd = { username: 'mira', nickname: null, avatar_url: null, source: 'tiktok', priority: 7, new_field: [1] };
    const { tiktok } = await bench(
      {},
      { '/profile/mira': () => json(odd), '/healthcheck': () => json({ status: 'degraded', version: '2.3.4' }) },
    );
    expect(await tiktok.profile.get({ username: 'mira' })).toEqual(odd);
    expect((await tiktok.health()).version).toBe('2.3.4');
    expect(apiVersion).toBe('1.0.0');
    expect((await tiktok.monitoring.detailed()).components.avatar_providers?.scraper?.success_rate).toBe(0.45);
  });

  it('TT-16 TT-44 believe no number and no message of an answer', async () => {
    const { tiktok } = await bench();
    expect(await tiktok.profile.revalidate({ usernames: ['mira', 'ada'] })).toMatchObject({ total_requested: 3 });
  });

  it('TT-9 an answer of another shape is SCHEMA, and says where', async () => {
    const { tiktok } = await bench({}, { '*': () => json({ username: 5 }) });
    expect(await failure(tiktok.profile.get({ username: 'mira' }))).toMatchObject({
      code: 'SCHEMA',
      message: expect.stringContaining('username'),
    });
  });
});

describe('somebody unknown', () => {
  const drawn = { username: 'mira', avatar_data_url: 'data:image/svg+xml;base64,PHN2Zz4=', source: 'generator' };
  const unknown = { '*': () => json(drawn, 404) };
  it('TT-11 is a profile with found: false where the service drew a picture', async () => {
    const { tiktok } = await bench({}, unknown);
    expect(await tiktok.profile.get({ username: 'mira' })).toEqual({ ...drawn, found: false });
    expect(await tiktok.profile.get.withMeta({ username: 'mira' })).toMatchObject({
      data: { found: false },
      meta: { status: 404 },
    });
  });

  it('TT-11 is NOT_FOUND where it did not, or where that is wished for', async () => {
    const { tiktok } = await bench({ unknownUsers: 'error' }, unknown);
    expect(await failure(tiktok.profile.get({ username: 'mira' }))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    const { tiktok: other } = await bench({}, { '*': () => json({ detail: 'User not found' }, 404) });
    expect(await failure(other.profile.get({ username: 'mira' }))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });
});

describe('failures', () => {
  const wait = 'Rate limit exceeded. Try again in 45.2 seconds';
  it.each<[string, number, unknown, Partial<TipstreamError>]>([
    [
      'TT-30 E1, an error with a message',
      401,
      {
        error: 'AUTHENTICATION_REQUIRED',
        message: 'Valid authentication credentials required',
        details: 'Provide either',
      },
      {
        code: 'AUTH',
        problem: { code: 'AUTHENTICATION_REQUIRED', message: 'Valid authentication credentials required' },
      },
    ],
    [
      'TT-30 E1 for a permission',
      403,
      { error: 'INSUFFICIENT_PERMISSIONS', message: 'Insufficient permissions for this endpoint' },
      {
        code: 'PERMISSION',
        problem: { code: 'INSUFFICIENT_PERMISSIONS', message: 'Insufficient permissions for this endpoint' },
      },
    ],
    [
      'TT-30 TT-32 E2, a limit that says when',
      429,
      { error: 'RATE_LIMIT_EXCEEDED', message: wait, retry_after: 45.2 },
      { code: 'RATE_LIMITED', retryAfterMs: 45_200 },
    ],
    [
      'TT-30 E3, a limit with its numbers',
      429,
      { error: 'RATE_LIMIT_EXCEEDED', message: wait, retry_after: 45.2, limit: 100, window: 60 },
      {
        code: 'RATE_LIMITED',
        retryAfterMs: 45_200,
        problem: { code: 'RATE_LIMIT_EXCEEDED', message: wait, retryAfterMs: 45_200 },
      },
    ],
    [
      'TT-30 E4, a detail',
      400,
      { detail: 'Username already exists' },
      { code: 'VALIDATION', problem: { message: 'Username already exists' } },
    ],
    [
      'TT-30 TT-31 E5, fields, in the words of pydantic 1',
      400,
      { detail: [{ loc: ['body', 'username'], msg: 'field required', type: 'value_error.missing' }] },
      {
        code: 'VALIDATION',
        problem: {
          message: 'username: field required',
          fields: [{ path: 'username', message: 'field required', type: 'value_error.missing' }],
        },
      },
    ],
    [
      'TT-30 TT-31 E5, fields, in the words of pydantic 2',
      422,
      { detail: [{ loc: ['query', 'time_window', 0], msg: 'Field required', type: 'missing' }] },
      {
        code: 'VALIDATION',
        problem: {
          message: 'time_window.0: Field required',
          fields: [{ path: 'time_window.0', message: 'Field required', type: 'missing' }],
        },
      },
    ],
    [
      'TT-30 E6, a detail with code, correlation and time',
      503,
      { detail: 'Try later', error_code: 'UPSTREAM_DOWN', correlation_id: 'corr-1', timestamp: '2025-01-06T12:00:00Z' },
      {
        code: 'UNAVAILABLE',
        retryable: true,
        problem: {
          code: 'UPSTREAM_DOWN',
          message: 'Try later',
          correlationId: 'corr-1',
          timestamp: '2025-01-06T12:00:00Z',
        },
      },
    ],
  ])('%s, is one error', async (_title, status, body, wanted) => {
    const { tiktok } = await bench({}, { '*': () => json(body, status) });
    expect(await failure(tiktok.live.sessions())).toMatchObject({ status, platform: 'tiktok', ...wanted });
  });

  it('TT-31 keeps the fields as they came in the details', async () => {
    const detail = [{ loc: ['body', 'username'], msg: 'field required', type: 'missing' }];
    const { tiktok } = await bench({}, { '*': () => json({ detail }, 422) });
    expect((await failure(tiktok.live.sessions())).problem?.details).toEqual(detail);
  });

  it.each([
    [
      'TT-30 TT-17 E7 with a 200',
      200,
      { status: 'error', message: 'Failed to connect to @mira. User may not be live.', session_id: 's' },
    ],
    ['TT-17 a 500 that says so', 500, { detail: 'Failed to connect to @mira. User may not be live.' }],
  ])('%s, is a room that is not live', async (_title, status, body) => {
    const { server, tiktok } = await bench({ retry: 3 }, { '*': () => json(body, status) });
    expect(await failure(tiktok.live.connect({ username: 'mira' }))).toMatchObject({
      code: 'UPSTREAM',
      status,
      retryable: false,
      problem: { reason: 'NOT_LIVE' },
      message: expect.stringContaining('may not be live'),
    });
    expect(server.arrivals).toHaveLength(1);
  });

  it('TT-35 a 500 of a POST is not sent again, a 503 of a GET is', async () => {
    const clock = testClock();
    const { server, tiktok } = await bench(
      { retry: 1, clock },
      { '*': ({ method }) => json({ detail: 'x' }, method === 'GET' ? 503 : 500) },
    );
    expect(await failure(tiktok.live.connect({ username: 'mira' }))).toMatchObject({ code: 'SERVER' });
    expect(server.arrivals).toHaveLength(1);
    const call = failure(tiktok.live.sessions());
    await server.arrived(2);
    await settle();
    await clock.advance(1000);
    expect(await call).toMatchObject({ code: 'UNAVAILABLE', attempts: 2 });
  });

  it.each([
    ['TT-32 the body goes first', { retry_after: 1.5 }, { 'x-ratelimit-reset': '99' }, 1_500],
    ['TT-32 then the header', {}, { 'retry-after': '7', 'x-ratelimit-reset': '99' }, 7_000],
    ['TT-32 then the reset', {}, { 'x-ratelimit-reset': '1767297630' }, 30_000],
    ['TT-32 or the reset of another family', {}, { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, 30_000],
    ['TT-32 or the combined header', {}, { ratelimit: '"api";r=0;t=30' }, 30_000],
    ['TT-32 else a second', {}, {}, 1_000],
  ])('%s', async (_title, body, headers, ms) => {
    const clock = testClock(1_767_297_600_000);
    const date = new Date(clock.now()).toUTCString();
    const { tiktok } = await bench(
      { clock },
      { '*': () => json({ error: 'RATE_LIMIT_EXCEEDED', ...body }, 429, { date, ...headers }) },
    );
    expect((await failure(tiktok.live.sessions())).retryAfterMs).toBe(ms);
  });

  it('TT-33 the state of each limit is known from every answer', async () => {
    const clock = testClock(1_704_563_990_000);
    const headers = {
      date: new Date(clock.now()).toUTCString(),
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '45',
      'x-ratelimit-reset': '1704564000',
    };
    const { tiktok } = await bench({ clock }, { '*': () => json(answers['GET /sessions'], 200, headers) });
    await tiktok.live.sessions();
    expect(tiktok.rateLimits().api).toMatchObject({ limit: 100, remaining: 45, resetAt: 1_704_564_000_000 });
  });

  it.each([
    ['api', 100, (t: TikTok) => t.live.sessions()],
    ['auth', 10, (t: TikTok) => t.auth.listApiKeys()],
    ['connect', 5, (t: TikTok) => t.live.connect({ username: 'mira' })],
    ['strict', 10, (t: TikTok) => t.live.cleanup()],
  ])('TT-34 %s: %i calls a minute go out at once, the next waits', async (_name, limit, run) => {
    const clock = testClock();
    const { server, tiktok } = await bench({ clock });
    for (let nth = 0; nth < limit; nth += 1) await run(tiktok);
    const late = run(tiktok);
    await settle(20);
    expect(server.arrivals).toHaveLength(limit);
    await clock.advance(60_000 / limit + 1);
    await late;
    expect(server.arrivals).toHaveLength(limit + 1);
  });

  it('TT-34 the limits can be others', async () => {
    const clock = testClock();
    const { server, tiktok } = await bench({ clock, rates: { connect: { limit: 1, per: 1000, kind: 'bucket' } } });
    await tiktok.live.connect({ username: 'mira' });
    const late = tiktok.live.connect({ username: 'mira' });
    await settle(20);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1001);
    await late;
  });
});

describe('logging in', () => {
  const account = { username: 'ada', password: 'not-a-secret-word' };
  let nth = 0;
  const login: Route = () =>
    json({ access_token: `not-a-secret-jwt-${++nth}`, token_type: 'Bearer', expires_in: 3600 });
  const bearers = (server: TestServer): unknown[] =>
    server.arrivals.filter(({ path }) => path === '/sessions').map(({ headers }) => headers.authorization);

  it('TT-6 TT-7 uses the token of auth.login for an hour', async () => {
    nth = 0;
    const clock = testClock();
    const { server, tiktok } = await bench({ clock, apiKey: undefined }, { '/auth/login': login });
    await tiktok.auth.login(account);
    await tiktok.live.sessions();
    await clock.advance(3_600_000);
    await tiktok.live.sessions();
    expect(bearers(server)).toEqual(['Bearer not-a-secret-jwt-1', undefined]);
    const { server: second, tiktok: both } = await bench({ clock }, { '/auth/login': login });
    await both.auth.login(account);
    await both.live.sessions();
    expect(second.arrivals.at(-1)?.headers).toMatchObject({
      'x-api-key': apiKey,
      authorization: 'Bearer not-a-secret-jwt-2',
    });
  });

  it('TT-6 logs in by itself where it may: once for all, again after an hour, again when the token is refused', async () => {
    nth = 0;
    const clock = testClock();
    let refused = '';
    const sessions: Route = ({ headers }) =>
      headers.authorization === refused
        ? json({ error: 'AUTHENTICATION_REQUIRED' }, 401)
        : json(answers['GET /sessions']);
    const { server, tiktok } = await bench(
      { clock, apiKey: undefined, login: account },
      { '/auth/login': login, '/sessions': sessions },
    );
    await Promise.all([tiktok.live.sessions(), tiktok.status(), tiktok.auth.listApiKeys()]);
    await tiktok.live.sessions();
    await clock.advance(3_600_000);
    await tiktok.live.sessions();
    refused = 'Bearer not-a-secret-jwt-2';
    await Promise.all([tiktok.live.sessions(), tiktok.status()]);
    expect(server.arrivals.filter(({ path }) => path === '/auth/login')).toHaveLength(3);
    expect(bearers(server).slice(-1)).toEqual(['Bearer not-a-secret-jwt-3']);
    await tiktok.forget();
    await tiktok.live.sessions();
    expect(server.arrivals.filter(({ path }) => path === '/auth/login')).toHaveLength(4);
  });

  it('TT-6 without an account a refused token is AUTH', async () => {
    const { server, tiktok } = await bench(
      { apiKey: undefined, token: 'not-a-secret-jwt' },
      { '*': () => json({ error: 'AUTHENTICATION_REQUIRED' }, 401) },
    );
    expect(await failure(tiktok.live.sessions())).toMatchObject({ code: 'AUTH', fatal: true });
    expect(server.arrivals).toHaveLength(1);
    expect(await tiktok.verify()).toMatchObject({ ok: false, message: expect.stringMatching(/apiKey or token/) });
  });

  it('TT-6 a token of the app is renewed as the app says', async () => {
    const token = { get: () => 'not-a-secret-old', refresh: () => 'not-a-secret-new' };
    const { server, tiktok } = await bench(
      { apiKey: undefined, token },
      {
        '/sessions': ({ headers }) =>
          headers.authorization?.endsWith('new') ? json(answers['GET /sessions']) : json({}, 401),
      },
    );
    await tiktok.live.sessions();
    expect(bearers(server)).toEqual(['Bearer not-a-secret-old', 'Bearer not-a-secret-new']);
  });

  it('TT-36 TT-37 a key is whole in the answer, and nowhere else; 201 is as good as 200', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const logger = { debug: write, info: write, warn: write, error: write, body: (text: string) => text };
    const { tiktok } = await bench(
      { logger, apiKey: undefined, token: 'not-a-secret-own' },
      {
        '/auth/api-keys/generate': () => json(whole, 201),
        '/auth/register': () => json(answers['POST /auth/register'], 201),
        '/sessions': () => json({ detail: `no room for ${whole.api_key}, ${account.password}, not-a-secret-jwt` }, 400),
      },
    );
    expect((await tiktok.auth.generateApiKey({ name: 'x', permissions: ['read'] })).api_key).toBe(whole.api_key);
    await tiktok.auth.register({ ...account, email: 'ada@example.com' });
    await tiktok.auth.login(account);
    const error = await failure(tiktok.live.sessions());
    const all = lines.join('\n') + JSON.stringify(error) + error.stack;
    expect(all).toContain('generateApiKey');
    for (const secret of [whole.api_key, account.password, 'not-a-secret-jwt']) expect(all).not.toContain(secret);
  });
});

it('TT-6 TT-36 a token that logging in brought beside a key is masked like any other', async () => {
  const quote: Route = () => json({ detail: 'who is not-a-secret-jwt?' }, 400);
  const { tiktok } = await bench({}, { '/sessions': quote });
  await tiktok.auth.login({ username: 'ada', password: 'not-a-secret-word' });
  expect(JSON.stringify(await failure(tiktok.live.sessions()))).not.toContain('not-a-secret-jwt');
});

describe('a client', () => {
  it('TT-2 asks http://localhost:8002 where nothing else is said', async () => {
    const asked: string[] = [];
    const tiktok = createTikTok({
      apiKey,
      fetch: async ({ url }) => {
        asked.push(url);
        return Response.json(answers['GET /healthcheck']);
      },
    });
    await tiktok.health();
    expect(asked).toEqual(['http://localhost:8002/healthcheck']);
  });

  it('TT-5 says once that a key without pk_ is one for development, where the service is elsewhere', () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line) };
    createTikTok({ apiKey, logger });
    createTikTok({ apiKey: 'pk_not-a-secret', baseUrl: 'https://service.example.com', logger });
    expect(lines).toEqual([]);
    createTikTok({ apiKey, baseUrl: 'https://service.example.com', logger });
    expect(lines).toEqual([expect.stringMatching(/pk_/)]);
    expect(lines.join()).not.toContain(apiKey);
  });

  it('refuses what cannot be', () => {
    for (const options of [
      { heartbeat: 5 },
      { timeout: 5 },
      { baseUrl: 'http://service.example.com' },
      { apiKey: 5 as never },
    ])
      expect(() => createTikTok({ apiKey, ...options })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('connectWhenLive', () => {
  it('TT-19 waits a minute between two tries, longer where the service says so, and never sends one twice', async () => {
    const clock = testClock();
    const replies = [
      json({ detail: 'Failed to connect to @mira. User may not be live.' }, 500),
      json({ error: 'RATE_LIMIT_EXCEEDED', message: 'recent failed attempts', retry_after: 300.5 }, 429),
      json({ status: 'error', message: 'Failed to connect to @mira. User may not be live.', session_id: 's' }),
      json(started),
    ];
    const { server, tiktok } = await bench(
      { clock, retry: 3, limiter: false },
      { '/connect': ({ nth }) => replies[nth - 1] ?? json({}, 500) },
    );
    const connected = tiktok.live.connectWhenLive({ username: 'mira' });
    for (const [nth, wait] of [60_000, 300_500, 60_000].entries()) {
      await server.arrived(nth + 1);
      await settle(20);
      await clock.advance(wait - 1);
      expect(server.arrivals).toHaveLength(nth + 1);
      await clock.advance(1);
    }
    expect(await connected).toEqual(started);
    expect(new Set(server.arrivals.map(({ body }) => JSON.parse(body).session_id)).size).toBe(1);
  });

  it('TT-19 ends with its signal, and with what does not pass', async () => {
    const clock = testClock();
    const { server, tiktok } = await bench(
      { clock },
      { '/connect': () => json({ detail: 'Failed to connect to @mira.' }, 500) },
    );
    const controller = new AbortController();
    const connected = failure(tiktok.live.connectWhenLive({ username: 'mira' }, { signal: controller.signal }));
    await server.arrived(1);
    await settle(20);
    controller.abort();
    expect(await connected).toMatchObject({ code: 'ABORTED' });
    expect(clock.pending).toBe(0);
    const { tiktok: other } = await bench({}, { '/connect': () => json({ error: 'AUTHENTICATION_REQUIRED' }, 401) });
    expect(await failure(other.live.connectWhenLive({ username: 'mira' }))).toMatchObject({ code: 'AUTH' });
  });
});
