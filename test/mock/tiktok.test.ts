import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { read as readBy } from '../../src/core/reader.ts';
import { createMockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { tiktok } from '../../src/tiktok/endpoints.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';

const bench = async (options: MockServerOptions = {}) => {
  const server = await createMockServer({ port: 0, platforms: ['tiktok'], ...options });
  onTestFinished(server.close);
  const { apiKey } = server.tiktok;
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { 'x-api-key': apiKey },
  ) =>
    fetch(`${server.url}/tiktok${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const listen = (session: string, query = `?api_key=${apiKey}`) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/tiktok/ws/comments/${session}${query}`);
    const frames: { type: string; [more: string]: unknown }[] = [];
    const ends: unknown[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    socket.on('close', (code) => ends.push(code));
    socket.on('error', (error) => ends.push(error.message));
    onTestFinished(() => socket.terminate());
    return { socket, frames, ends };
  };
  return { server, service: server.tiktok, ask, listen };
};

const account = { username: 'ada', email: 'ada@example.com', password: 'not-a-secret-word' };
const bodies: Readonly<Record<string, unknown>> = {
  'profile.revalidate': { usernames: ['mira', 'nobody'] },
  'live.connect': { session_id: 's1', username: 'mira' },
  'live.disconnect': { session_id: 's1' },
  'auth.register': account,
  'auth.login': account,
  'auth.generateApiKey': { name: 'key', permissions: ['read'] },
};

describe('the TikTok service of the mock', () => {
  it('TT-39 answers all seventeen routes as the endpoints read them, with what is left of each limit', async () => {
    const { ask } = await bench();
    const endpoints = listEndpoints(tiktok.endpoints);
    expect(endpoints).toHaveLength(17);
    for (const { name, method, path, response } of endpoints) {
      const answer = await ask(method, path.replace('{username}', 'mira'), bodies[name]);
      expect([name, answer.ok]).toEqual([name, true]);
      expect(() => readBy(response, JSON.parse('{}'))).toThrow();
      readBy(response, await answer.json());
      expect(Number(answer.headers.get('x-ratelimit-limit'))).toBeGreaterThan(0);
    }
  });

  it('TT-39 knows the development key and the first account, and nobody else', async () => {
    const { ask, service } = await bench();
    expect(service.apiKey).toBe('dev-api-key-12345');
    expect((await ask('GET', '/sessions', undefined, {})).status).toBe(401);
    expect((await ask('GET', '/sessions', undefined, { 'x-api-key': 'not-a-secret-key' })).status).toBe(401);
    expect((await ask('GET', '/healthcheck', undefined, {})).status).toBe(200);
    const login = await ask('POST', '/auth/login', { username: 'admin', password: 'Admin123!' }, {});
    const { access_token } = await login.json();
    expect((await ask('GET', '/sessions', undefined, { authorization: `Bearer ${access_token}` })).status).toBe(200);
    const wrong = await ask('POST', '/auth/login', { username: 'admin', password: 'x' }, {});
    expect([wrong.status, await wrong.json()]).toEqual([401, { detail: 'Invalid username or password' }]);
  });

  it('TT-39 gives keys with rights, and refuses what they may not', async () => {
    const { ask } = await bench();
    const { api_key } = await (
      await ask('POST', '/auth/api-keys/generate', { name: 'x', permissions: ['read'] })
    ).json();
    expect(api_key).toMatch(/^pk_/);
    const mine = { 'x-api-key': api_key };
    expect((await ask('GET', '/status', undefined, mine)).status).toBe(200);
    const refused = await ask('POST', '/connect', { session_id: 's', username: 'mira' }, mine);
    expect([refused.status, (await refused.json()).error]).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
    expect((await ask('POST', '/auth/register', { ...account, username: 'admin' })).status).toBe(400);
    for (const status of [400, 422] as const) {
      const { ask: other, service } = await bench();
      service.switches.invalid = status;
      const invalid = await other('POST', '/connect', { username: 'mira' });
      expect([invalid.status, (await invalid.json()).detail[0].loc]).toEqual([status, ['body', 'session_id']]);
    }
  });

  it('TT-39 counts by token buckets, and refuses with the numbers', async () => {
    const clock = testClock();
    const { ask } = await bench({ clock, rateLimits: true });
    const cleanup = (): Promise<Response> => ask('POST', '/sessions/cleanup');
    for (let left = 9; left >= 0; left -= 1)
      expect((await cleanup()).headers.get('x-ratelimit-remaining')).toBe(`${left}`);
    const refused = await cleanup();
    expect([refused.status, await refused.json()]).toEqual([
      429,
      {
        error: 'RATE_LIMIT_EXCEEDED',
        message: 'Rate limit exceeded. Try again in 6 seconds',
        retry_after: 6,
        limit: 10,
        window: 60,
      },
    ]);
    await clock.advance(6_000);
    expect((await cleanup()).status).toBe(200);
    expect((await ask('GET', '/status')).status).toBe(200);
  });

  it('TT-39 connects, fails in either form, and then refuses for a while', async () => {
    const clock = testClock();
    const { ask, service } = await bench({ clock });
    const connect = async (username: string) => {
      const answer = await ask('POST', '/connect', { session_id: 's', username });
      return [answer.status, await answer.json()];
    };
    service.state.offline.add('mira');
    expect(await connect('noor')).toMatchObject([200, { status: 'success', session_id: 's', username: 'noor' }]);
    expect(await connect('mira')).toEqual([500, { detail: 'Failed to connect to @mira. User may not be live.' }]);
    expect(await connect('mira')).toMatchObject([429, { retry_after: 60 }]);
    await clock.advance(60_000);
    service.switches.notLive = 'status';
    expect(await connect('mira')).toMatchObject([200, { status: 'error', session_id: 's' }]);
    await clock.advance(60_000);
    service.state.offline.clear();
    expect(await connect('mira')).toMatchObject([200, { status: 'success' }]);
  });

  it('TT-39 draws a picture for somebody unknown, or does not', async () => {
    const { ask, service } = await bench();
    const drawn = await ask('GET', '/profile/nobody');
    expect([drawn.status, (await drawn.json()).source]).toEqual([404, 'generator']);
    service.switches.unknown = 'plain';
    expect(await (await ask('GET', '/profile/nobody')).json()).toEqual({ detail: 'User not found' });
  });

  it('TT-40 refuses a bad key before the socket is accepted, or after it, as is wished', async () => {
    const { service, listen } = await bench();
    for (const query of ['', '?api_key=not-a-secret-key']) {
      const { ends } = listen('s', query);
      await until(() => ends.length > 0);
      expect(ends[0]).toBe('Unexpected server response: 403');
    }
    service.switches.rejection = 'close';
    const { ends, frames } = listen('s', '?api_key=not-a-secret-key');
    await until(() => ends.length > 0);
    expect([ends, frames]).toEqual([[1008], []]);
  });

  it('TT-41 greets first, then lets a room speak: comments, and gifts whose diamonds are known', async () => {
    const clock = testClock();
    const { ask, listen, service } = await bench({ clock, every: 1000 });
    await ask('POST', '/connect', { session_id: 's', username: 'mira' });
    const { frames, socket } = listen('s');
    await until(() => frames.length === 1);
    await clock.advance(30_000);
    await until(() => frames.length > 20);
    expect(frames[0]).toEqual({ type: 'connected', session_id: 's', message: 'WebSocket connected for session s' });
    expect(new Set(frames.slice(1).map(({ type }) => type))).toEqual(new Set(['comment', 'gift']));
    service.switches.script = false;
    socket.send('{"type":"ping"}');
    socket.send('{"type":"status"}');
    await until(() => frames.some(({ type }) => type === 'pong'));
    await until(() => frames.some(({ type }) => type === 'status_response'));
    expect(frames.findLast(({ type }) => type === 'status_response')).toMatchObject({ tiktok_connected: true });
    expect(service.gift('s', { diamonds: 5, count: 3 })).toBe(15);
    service.hears('s', false);
    expect((await (await ask('GET', '/sessions')).json()).active_sessions.at(-1).status).toBe('disconnected');
  });

  it('TT-39 the same seed gives the same comments', async () => {
    const evening = async (seed: number) => {
      const clock = testClock();
      const { ask, listen } = await bench({ clock, every: 1000, seed });
      await ask('POST', '/connect', { session_id: 's', username: 'mira' });
      const { frames } = listen('s');
      await until(() => frames.length === 1);
      await clock.advance(30_000);
      await until(() => frames.length > 20);
      return frames.slice(1, 20).map(({ type, data }) => [type, Object(data).comment ?? Object(data).giftName]);
    };
    const first = await evening(7);
    expect(await evening(7)).toEqual(first);
    expect(await evening(8)).not.toEqual(first);
  });
});
