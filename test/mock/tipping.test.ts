import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { read } from '../../src/core/reader.ts';
import { createMockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import * as schemas from '../../src/tipping/schemas.ts';

interface Said {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the mock says
  body: any;
}

/** The tipping platform of the mock, and what asks it. */
async function open(options: MockServerOptions = {}) {
  const server = await createMockServer({ port: 0, platforms: ['tipping'], ...options });
  onTestFinished(server.close);
  const service = server.tipping;
  const ask = async (
    call: string,
    token?: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Said> => {
    const [method = '', path = ''] = call.split(' ');
    const answer = await fetch(`${server.url}/tipping/v1${path}`, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  };
  const login = async (username: string): Promise<{ access_token: string; refresh_token: string }> =>
    (await ask('POST /auth/login', undefined, { username, password: service.password })).body;
  const token = async (username: string): Promise<string> => (await login(username)).access_token;
  return { server, service, ask, login, token };
}

type Ask = Awaited<ReturnType<typeof open>>['ask'];

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('the tipping platform of the mock', () => {
  test('TP-38 answers every call of the platform, below /v1, and leads programs there', async () => {
    const { server, ask } = await open();
    const endpoints = listEndpoints(tipping.endpoints);
    const paths = server.routes.map(({ path }) => path);
    for (const { path } of endpoints) expect(paths).toContain(`/tipping/v1${path.replace(/\{(\w+)\}/g, ':$1')}`);
    expect(endpoints).toHaveLength(32);
    expect(server.env.TIPPING_BASE_URL).toBe(`${server.url}/tipping/v1`);
    expect((await ask('GET /nothing')).status).toBe(404);
  });

  test('TP-38 each answer is what its endpoint reads, and what the schema of its model says', async () => {
    const { service, ask, token, login } = await open();
    const [ada, mira, root] = [await token('ada'), await token('mira'), await token('root')];
    const ids = { userId: service.account('ada').user.id, streamId: service.streamId };
    const to_user_id = service.account('mira').user.id;
    const { body: kyc } = await ask('POST /kyc/submit', ada, {});
    const own = (await ask('POST /streams', mira, { title: 'Songs' })).body.id;
    const bodies: Record<string, unknown> = {
      'auth.register': { email: 'eve@example.test', password: 'not-a-secret-eve' },
      'auth.login': { email: 'ada@example.test', password: service.password },
      'auth.refresh': { refresh_token: (await login('ada')).refresh_token },
      'wallet.buy': { tokens: 5 },
      'wallet.transfer': { to_user_id, tokens: 5, stream_id: service.streamId },
      'streams.create': { title: 'Songs' },
      'streams.update': { title: 'More' },
      'payouts.request': { amount_tokens: 5 },
      'moderation.report': { target_id: 'x', reason: 'spam' },
      'users.update': { bio: 'hi' },
    };
    const models: Record<string, z.ZodMiniType> = {
      'auth.me': schemas.User,
      'auth.login': schemas.Tokens,
      'auth.refresh': schemas.Tokens,
      'users.get': schemas.User,
      'users.update': schemas.User,
      'wallet.balance': schemas.Balance,
      'wallet.transfer': z.looseObject({
        tip: schemas.Tip,
        transaction: schemas.Transaction,
        balance: schemas.Balance,
      }),
      'streams.create': schemas.Stream,
      'streams.get': schemas.Stream,
      'streams.list': z.looseObject({ data: z.array(schemas.Stream) }),
      'streams.viewers': z.looseObject({ data: z.array(schemas.Viewer) }),
      'streams.tips': z.looseObject({ data: z.array(schemas.Tip) }),
      'wallet.transactions': z.looseObject({ data: z.array(schemas.Transaction) }),
      'kyc.submit': schemas.OpenRecord,
      'admin.users': z.looseObject({ data: z.array(schemas.User) }),
    };
    // Whoever leaves goes last.
    const all = listEndpoints(tipping.endpoints).sort(
      (one, other) => Number(one.name === 'auth.logout') - Number(other.name === 'auth.logout'),
    );
    for (const endpoint of all) {
      const { name, method, path } = endpoint;
      const hosts = /^streams\.(create|update|end|start)$|^payouts/.test(name);
      const who = name.startsWith('admin') || name === 'moderation.flags' ? root : hosts ? mira : ada;
      const filled = path.replace(/\{(\w+)\}/g, (_, key) =>
        key === 'kycId' ? kyc.id : key === 'streamId' && hosts ? own : key === 'userId' ? ids.userId : ids.streamId,
      );
      const given = await ask(`${method} ${filled}`, who, method === 'GET' ? undefined : (bodies[name] ?? {}));
      expect({ name, status: given.status, ok: given.status < 300 }).toMatchObject({ name, ok: true });
      expect(() => read(endpoint.response, given.body), name).not.toThrow();
      const model = models[name];
      if (model)
        expect({ name, fits: z.safeParse(model, given.body).error?.issues }).toEqual({ name, fits: undefined });
    }
  });

  test('TP-39 signs with RS256 and a key of its own; lifetimes are an hour and 30 days, or milliseconds', async () => {
    const one = await open();
    const other = await open();
    const { access_token, refresh_token } = await one.login('ada');
    const [head = '', body = '', signature = ''] = access_token.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
    const [access, refresh] = [claimsOf(access_token), claimsOf(refresh_token)];
    expect(access.exp - access.iat).toBeCloseTo(3600, 3);
    expect(refresh.exp - refresh.iat).toBeCloseTo(2_592_000, 3);
    const key = createPublicKey(one.service.publicKey);
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(other.service.publicKey).not.toBe(one.service.publicKey);
    expect((await other.ask('GET /auth/me', access_token)).status).toBe(401);
    const forged = [head, Buffer.from(JSON.stringify({ ...access, sub: 'x' })).toString('base64url'), signature].join(
      '.',
    );
    expect((await one.ask('GET /auth/me', forged)).status).toBe(401);
    expect((await one.ask('GET /auth/me', 'not.a.token')).status).toBe(401);
    one.service.switches.accessLife = 50;
    const short = await one.token('ada');
    expect((await one.ask('GET /auth/me', short)).status).toBe(200);
    await expect.poll(async () => (await one.ask('GET /auth/me', short)).status).toBe(401);
  });

  test('TP-38 rotates refresh tokens: one that is used again ends the whole session, unless there is a grace', async () => {
    const { service, ask, login } = await open();
    const { refresh_token, access_token } = await login('ada');
    const first = await ask('POST /auth/refresh', undefined, { refresh_token });
    expect(first.status).toBe(200);
    expect(first.body.refresh_token).not.toBe(refresh_token);
    expect((await ask('GET /auth/me', first.body.access_token)).status).toBe(200);
    const again = await ask('POST /auth/refresh', undefined, { refresh_token });
    expect(again).toMatchObject({
      status: 401,
      body: { error: 'AUTHENTICATION_REQUIRED', code: 'REFRESH_TOKEN_REUSED' },
    });
    for (const token of [access_token, first.body.access_token])
      expect((await ask('GET /auth/me', token)).status).toBe(401);
    expect((await ask('POST /auth/refresh', undefined, { refresh_token: first.body.refresh_token })).status).toBe(401);
    expect(service.sessions).toMatchObject({ refreshes: 1, reuses: 1, revoked: 1 });

    service.switches.reuseGrace = 60_000;
    const { refresh_token: kind } = await login('ada');
    expect((await ask('POST /auth/refresh', undefined, { refresh_token: kind })).status).toBe(200);
    expect((await ask('POST /auth/refresh', undefined, { refresh_token: kind })).status).toBe(200);
  });

  test('TP-38 an access token is no refresh token, nor the other way round', async () => {
    const { ask, login } = await open();
    const { access_token, refresh_token } = await login('ada');
    expect((await ask('POST /auth/refresh', undefined, { refresh_token: access_token })).status).toBe(401);
    expect((await ask('GET /auth/me', refresh_token)).status).toBe(401);
  });

  test.each([
    ['auth', 10, (ask: Ask, password: string) => ask('POST /auth/login', undefined, { username: 'ada', password })],
    ['payments', 10, (ask: Ask, _: string, token: string) => ask('POST /wallet/buy', token, { tokens: 1 })],
    [
      'tipping',
      60,
      (ask: Ask, _: string, token: string, to: string) =>
        ask('POST /wallet/transfer', token, { to_user_id: to, tokens: 1 }),
    ],
    ['streaming', 100, (ask: Ask, _: string, token: string) => ask('GET /streams', token)],
    ['general', 1000, (ask: Ask, _: string, token: string) => ask('GET /auth/me', token)],
  ] as const)('TP-38 counts the category %s: %i calls, and no more', async (name, limit, call) => {
    const { service, ask, token } = await open({ rateLimits: true });
    const mine = name === 'auth' ? '' : await token('ada');
    const to = service.account('mira').user.id;
    for (let index = 0; index < limit; index += 1)
      expect((await call(ask, service.password, mine, to)).status).toBeLessThan(300);
    expect(await call(ask, service.password, mine, to)).toMatchObject({
      status: 429,
      body: { error: 'RATE_LIMIT_EXCEEDED', details: { retry_after: expect.any(Number) } },
    });
    service.switches.rateLimits = false;
    expect((await call(ask, service.password, mine, to)).status).toBeLessThan(300);
  });

  test('TP-38 says each of the seven failures in the documented form', async () => {
    const { service, ask, token } = await open();
    const [ada, noor] = [await token('ada'), await token('noor')];
    const to_user_id = service.account('mira').user.id;
    const seen = [
      await ask('POST /auth/register', undefined, { email: 'invalid-email', password: 'x' }),
      await ask('GET /auth/me'),
      await ask('POST /wallet/transfer', ada, { to_user_id, tokens: 9999 }),
      await ask('GET /streams/nowhere'),
      await ask('POST /streams', noor, { title: 'x' }),
      await ask('GET /admin/users', ada),
    ];
    service.switches.rateLimits = true;
    for (let index = 0; index < 11; index += 1) seen[6] = await ask('POST /wallet/buy', ada, { tokens: 1 });
    expect(seen.map(({ status, body }) => [status, body.error])).toEqual([
      [400, 'VALIDATION_ERROR'],
      [401, 'AUTHENTICATION_REQUIRED'],
      [402, 'INSUFFICIENT_BALANCE'],
      [404, 'STREAM_NOT_FOUND'],
      [403, 'KYC_REQUIRED'],
      [403, 'PERMISSION_DENIED'],
      [429, 'RATE_LIMIT_EXCEEDED'],
    ]);
    for (const { body } of seen) expect(z.safeParse(schemas.Failure, body).success).toBe(true);
    expect(seen[0]?.body).toMatchObject({
      code: 'INVALID_EMAIL_FORMAT',
      details: { field: 'email', value: 'invalid-email' },
    });
  });

  test('TP-38 tells whoever listens of viewers and tips, and nobody else', async () => {
    const { server, service, ask, token } = await open();
    const ada = await token('ada');
    const heard: unknown[] = [];
    const socket = new WebSocket(
      `${server.url.replace('http', 'ws')}/tipping/v1/streams/${service.streamId}/events?token=${ada}`,
    );
    onTestFinished(() => socket.close());
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.on('open', resolve));
    await ask(`POST /streams/${service.streamId}/join`, ada, {});
    service.tip({ tokens: 25, message: 'hi' });
    await expect.poll(() => heard.length).toBe(2);
    for (const event of heard) expect(z.safeParse(schemas.KnownEvent, event).success).toBe(true);
    expect(heard).toMatchObject([
      { type: 'viewer_joined', viewer: { display_name: 'Ada' } },
      { type: 'tip_received', tip: { from_user: 'Ada', tokens: 25, message: 'hi' } },
    ]);
    const refused = new WebSocket(
      `${server.url.replace('http', 'ws')}/tipping/v1/streams/${service.streamId}/events?token=wrong`,
    );
    const [error] = await Promise.all([new Promise<Error>((resolve) => refused.on('error', resolve))]);
    expect(error.message).toContain('401');
  });

  test('TP-40 refuses a transfer above the balance and moves nothing; the same key is paid once', async () => {
    const { service, ask, token } = await open();
    const ada = await token('ada');
    const to_user_id = service.account('mira').user.id;
    const wallet = service.account('ada').wallet;
    expect((await ask('POST /wallet/transfer', ada, { to_user_id, tokens: 1401 })).body.error).toBe(
      'INSUFFICIENT_BALANCE',
    );
    expect(wallet.token_balance).toBe(1500);
    for (const tokens of [0, -5, 1.5, '5', null])
      expect((await ask('POST /wallet/transfer', ada, { to_user_id, tokens })).status).toBe(400);
    const key = { 'idempotency-key': 'k1' };
    const first = await ask('POST /wallet/transfer', ada, { to_user_id, tokens: 5 }, key);
    const second = await ask('POST /wallet/transfer', ada, { to_user_id, tokens: 5 }, key);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await ask('POST /wallet/transfer', ada, { to_user_id, tokens: 6 }, key)).status).toBe(422);
    expect(wallet.token_balance).toBe(1495);
    expect(service.ledger).toMatchObject([{ key: 'k1', tokens: 5 }]);
  });

  test('TP-41 lets only verified performers make streams, and an admin verify them', async () => {
    const { ask, token } = await open();
    const [noor, root] = [await token('noor'), await token('root')];
    expect((await ask('POST /streams', noor, { title: 'x' })).body.error).toBe('KYC_REQUIRED');
    const { body } = await ask('POST /kyc/submit', noor, { document: 'x' });
    expect((await ask(`POST /admin/kyc/${body.id}/approve`, noor)).body.error).toBe('PERMISSION_DENIED');
    expect((await ask(`POST /admin/kyc/${body.id}/approve`, root)).body.status).toBe('approved');
    expect((await ask('POST /streams', noor, { title: 'x' })).status).toBe(201);
  });

  test('TP-38 an evening comes by itself while somebody listens, and not where it is switched off', async () => {
    const { server, service } = await open({ pace: 200 });
    const listen = (): { heard: unknown[]; socket: WebSocket } => {
      const heard: unknown[] = [];
      const path = `/tipping/v1/streams/${service.streamId}/events?token=${service.issue('ada').access_token}`;
      const socket = new WebSocket(server.url.replace('http', 'ws') + path);
      onTestFinished(() => socket.close());
      socket.on('message', (data) => heard.push(JSON.parse(String(data))));
      return { heard, socket };
    };
    expect(service.ledger).toEqual([]);
    const { heard, socket } = listen();
    await expect.poll(() => heard.length).toBeGreaterThan(3);
    for (const event of heard) expect(z.safeParse(schemas.KnownEvent, event).success).toBe(true);
    socket.close();
    await expect.poll(() => service.rooms.listening()).toBe(0);
    service.switches.evening = false;
    const before = service.ledger.length;
    const again = listen();
    await expect.poll(() => service.rooms.listening()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(again.heard).toEqual([]);
    expect(service.ledger).toHaveLength(before);
  });

  test('EV-31 the same seed gives the same people and streams', async () => {
    const ids = async (seed: number) => {
      const { service } = await open({ seed });
      return [service.streamId, service.account('ada').user.id];
    };
    expect(await ids(5)).toEqual(await ids(5));
    expect(await ids(5)).not.toEqual(await ids(6));
  });
});
