import { describe, expect, it } from 'vitest';
import { header } from '../../src/core/auth.ts';
import { cached } from '../../src/core/cached.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform, post } from '../../src/core/endpoint.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { readProblem } from '../../src/core/problem.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json, type Route, startServer } from '../support/server.ts';

const names = (input: unknown): Record<string, unknown> => ({ ...Object(input) });
const whole = (value: unknown): unknown => value;

/** A platform that says of itself what few need to say. */
const demo = platform({
  name: 'demo',
  auth: header('X-Api-Key'),
  rates: { all: { limit: 10, per: seconds(1), kind: 'bucket', burst: 20 } },
  problem: (...answer) =>
    Object.defineProperty(readProblem(...answer), 'advice', { value: 'ask for the scope "demo:read"' }),
  renews: ({ problem }) => !problem?.message.includes('scope'),
  endpoints: {
    list: get('/list', { query: names, response: whole, cache: cached(minutes(1)), rate: 'all' }),
    join: post('/join', { body: names, wire: { userName: 'user_name' }, form: true, response: whole }),
  },
});

async function connected(route: Route, options: ClientOptions = {}, credential = {}) {
  const server = await startServer(route);
  const provider = { get: () => 'not-a-secret-first', ...credential };
  const client = connect(demo, { baseUrl: server.url, logger: false, ...options }, { credential: provider });
  return { server, client };
}

describe('what a platform says of itself', () => {
  it('a form goes as a form', async () => {
    const { server, client } = await connected(() => json(1));
    await client.join({ userName: 'ada & grace', tags: ['x', 'y'] });
    expect(server.arrivals[0]).toMatchObject({
      body: 'user_name=ada+%26+grace&tags=x&tags=y',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  it('the same names and values in another order are the same question', async () => {
    const { server, client } = await connected(() => json([]));
    await Promise.all([client.list({ id: ['2', '1'], kind: 'x' }), client.list({ kind: 'x', id: ['1', '2'] })]);
    await client.list({ id: ['1', '2'], kind: 'x' });
    expect(server.arrivals.map(({ url }) => url)).toEqual(['/list?id=2&id=1&kind=x']);
    await client.list({ id: ['1', '3'], kind: 'x' });
    expect(server.arrivals).toHaveLength(2);
  });

  it('calls are sent in the order in which they were made, from the first on', async () => {
    const sent: string[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      sent.push(new URL(request.url).searchParams.get('id') ?? '');
      return Response.json([]);
    };
    const { client } = await connected(() => json([]), { fetch });
    const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
    await Promise.all(ids.map((id) => client.list({ id })));
    expect(sent).toEqual(ids);
  });

  it('core-13 a 401 that no token cures makes none, and the error says what to do', async () => {
    let renewed = 0;
    const refresh = () => {
      renewed += 1;
      return `not-a-secret-${renewed}`;
    };
    const { server, client } = await connected(() => json({ message: 'missing scope' }, 401), {}, { refresh });
    expect(await failure(client.list({}))).toMatchObject({
      code: 'AUTH',
      message: 'demo list: 401, ask for the scope "demo:read" (upstream: missing scope)',
    });
    expect(server.arrivals).toHaveLength(1);
    expect(renewed).toBe(0);
    const other = await connected(() => json({ message: 'invalid token' }, 401), {}, { refresh });
    await failure(other.client.list({}));
    expect(other.server.arrivals).toHaveLength(2);
    expect(renewed).toBe(1);
  });

  it('core-11 a 429 with calls left is another limit: not repeated, nobody waits for the reset, and the error says the code', async () => {
    const clock = testClock();
    const reset = String(clock.now() / 1000 + 50);
    const headers = { 'ratelimit-limit': '800', 'ratelimit-remaining': '799', 'ratelimit-reset': reset };
    const { server, client } = await connected(({ nth }) => json([], nth === 1 ? 429 : 200, headers), { clock });
    expect(await failure(client.list({ id: '1' }))).toMatchObject({ code: 'RATE_LIMITED', status: 429, attempts: 1 });
    const next = client.list({ id: '2' });
    await settle(20);
    expect(server.arrivals).toHaveLength(2);
    await next;
  });

  it('core-11 one that says when is waited for, whatever is left', async () => {
    const clock = testClock();
    const headers = { 'ratelimit-remaining': '799', 'retry-after': '5' };
    const { server, client } = await connected(({ nth }) => json([], nth === 1 ? 429 : 200, headers), { clock });
    const refused = new Promise<void>((resolve) => client.on('retry', () => resolve()));
    const first = client.list({ id: '1' });
    await refused;
    const both = [first, client.list({ id: '2' })];
    await settle(40);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(seconds(5));
    await Promise.all(both);
    expect(server.arrivals).toHaveLength(3);
  });

  it('core-11 a reset that has passed is no hint: everybody waits a second', async () => {
    const clock = testClock();
    const date = new Date(clock.now()).toUTCString();
    const passed = { date, 'ratelimit-remaining': '0', 'ratelimit-reset': String(clock.now() / 1000 - 30) };
    const { server, client } = await connected(
      ({ nth }) => (nth === 1 ? json({}, 429, passed) : json([], 200, { date })),
      { clock, random: () => 0 },
    );
    const call = client.list({});
    await new Promise<void>((resolve) => client.on('retry', () => resolve()));
    await clock.advance(900);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(200);
    await call;
    expect(server.arrivals).toHaveLength(2);
  });
});
