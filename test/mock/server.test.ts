import { Agent, request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { hours } from '../../src/core/time.ts';
import { createMockServer, type ScriptTip } from '../../src/mock/index.ts';
import { testClock } from '../support/clock.ts';
import { ask, drain, follow, type Page, serve, type WireEvent } from './serve.ts';

const contractPaths = ['/events/chaturbate', '/events/stripchat', '/events/camsoda'];
const fast = { seed: 7, pace: Number.POSITIVE_INFINITY };

/** What each contract event says of a tip, whatever its shape. */
const gist = ({ tip, object, amount, user, tipper }: WireEvent) => {
  const name = typeof user === 'string' ? user : user?.username;
  return [
    tip?.tokens ?? object?.amount ?? amount ?? tip?.amount,
    tip?.from_username ?? object?.from_user?.username ?? tipper?.username ?? name,
  ];
};

/** The same of the script. */
const told = (tips: readonly ScriptTip[]) => tips.map(({ amount, wireName }) => [amount, wireName]);

describe('the contract routes', () => {
  it('EV-29 answers the three routes in the documented shapes', async () => {
    const { url } = await serve(fast);
    const [chaturbate, stripchat, camsoda] = await Promise.all(contractPaths.map((path) => ask(url + path)));
    for (const answer of [chaturbate, stripchat, camsoda]) {
      expect(answer?.status).toBe(200);
      expect(answer?.headers.get('content-type')).toBe('application/json');
      expect(answer?.body.events.length).toBeGreaterThan(0);
    }
    expect(Object.keys(chaturbate?.body ?? {})).toEqual(['events']);
    expect(Object.keys(stripchat?.body ?? {})).toEqual(['events']);
    expect(camsoda?.body.success).toBe(true);
  });

  it('EV-29 listens on 127.0.0.1 alone, on port 5000 unless told otherwise', async () => {
    const first = await createMockServer().catch((error: Error) => error);
    if (first instanceof Error)
      expect(first.message).toBe('mock: port 5000 is taken; give another, or 0 for a free one');
    else {
      expect(first.url).toBe('http://127.0.0.1:5000');
      await expect(createMockServer()).rejects.toMatchObject({
        code: 'CONFIG',
        message: expect.stringContaining('port 5000 is taken'),
      });
      await first.close();
    }
  });

  it('every tip of the script comes once, in order, in small pages', async () => {
    const server = await serve({ ...fast, limit: 60, pageSize: 3 });
    const got = await Promise.all(contractPaths.map((path) => drain(server.url + path)));
    for (const [index, platform] of ['chaturbate', 'stripchat', 'camsoda'].entries()) {
      const tips = server.script().filter((tip) => tip.platform === platform && tip.dialect === 'contract');
      expect(got[index]?.map(gist)).toEqual(told(tips));
    }
    expect(server.requests.length).toBeGreaterThan(15);
  });

  it('two clients of one room share its tips, none comes twice', async () => {
    const { url, script } = await serve({ ...fast, platforms: ['stripchat'], limit: 40, pageSize: 1 });
    const parts = await Promise.all([1, 2, 3].map(() => drain(`${url}/events/stripchat`)));
    expect(parts.flat()).toHaveLength(script().length);
  });

  it('answers at the paths of the documented hosts too', async () => {
    const { url } = await serve(fast);
    for (const path of [
      '/events/some_broadcaster',
      '/events/chaturbate/some_broadcaster',
      '/v1/events',
      '/external/events?broadcaster=a&api_key=b',
    ]) {
      expect((await ask(url + path)).body.events.length).toBeGreaterThan(0);
    }
    expect((await ask(`${url}/elsewhere`)).status).toBe(404);
    expect((await ask(`${url}/v1/events`, { method: 'POST' })).status).toBe(405);
  });
});

describe('a page counts as handed out once its last byte was written', () => {
  it('a client that is cut off before gets the same events again', async () => {
    const { url, script } = await serve({ ...fast, platforms: ['camsoda'], limit: 6 });
    const leaving = new AbortController();
    const cut = fetch(`${url}/events/camsoda?mock=slow:60000`, { signal: leaving.signal });
    const reader = (await cut).body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    expect((await ask(`${url}/events/camsoda`)).body.events).toEqual([]);
    leaving.abort();
    await reader?.closed.catch(() => undefined);
    const again = await vi.waitFor(() => nonEmpty(`${url}/events/camsoda`));
    expect(again).toHaveLength(script().length);
    expect(await drain(`${url}/events/camsoda`)).toEqual([]);
  });

  it('nor does who leaves before the answer lose any', async () => {
    const { url, requests } = await serve({ ...fast, platforms: ['camsoda'], limit: 6 });
    await expect(
      fetch(`${url}/events/camsoda?mock=latency:60000`, { signal: AbortSignal.timeout(100) }),
    ).rejects.toThrow();
    expect(await drain(`${url}/events/camsoda`)).toHaveLength(6);
    expect(requests[0]?.fault).toBe('latency');
  });

  it('with `asked-again` a client that dies after a whole page gets that page again, and none before it', async () => {
    const { url } = await serve({ ...fast, platforms: ['stripchat'], limit: 9, pageSize: 3, handOut: 'asked-again' });
    const agent = new Agent({ keepAlive: true });
    const first = await get(`${url}/events/stripchat`, agent);
    const second = await get(`${url}/events/stripchat`, agent);
    agent.destroy();
    expect(first.events).toHaveLength(3);
    const [again, ...rest] = await vi.waitFor(async () => {
      const pages = await drain(`${url}/events/stripchat`);
      expect(pages.length).toBeGreaterThan(0);
      return pages;
    });
    expect(again).toEqual(second.events[0]);
    expect(rest).toHaveLength(5);
    expect(await drain(`${url}/events/stripchat`)).toEqual([]);
  });
});

describe('rooms', () => {
  const rooms = [
    { platform: 'chaturbate', channel: 'amber_room' },
    { platform: 'chaturbate', channel: 'quiet_room' },
    { platform: 'stripchat', channel: 'amber_room', credential: 'not-a-secret-one' },
    { platform: 'stripchat', channel: 'quiet_room', credential: 'not-a-secret-two' },
    { platform: 'camsoda', channel: 'amber_room' },
  ];

  it('each broadcaster gets the tips of its own room', async () => {
    const server = await serve({ scenario: 'quiet', rooms });
    server.tip('chaturbate', { channel: 'quiet_room', tipper: 'fan123', amount: 3 });
    server.tip('stripchat', { channel: 'quiet_room', amount: 4 });
    expect(await drain(`${server.url}/events/amber_room`)).toEqual([]);
    expect((await drain(`${server.url}/events/quiet_room`)).map(gist)).toEqual([[3, 'fan123']]);
    const bearer = (token: string) =>
      ask(`${server.url}/events/stripchat`, { headers: { authorization: `Bearer ${token}` } });
    expect((await bearer('not-a-secret-one')).body.events).toEqual([]);
    expect((await bearer('not-a-secret-two')).body.events).toHaveLength(1);
    expect((await ask(`${server.url}/events/nobodys_room`)).status).toBe(404);
  });

  it('EV-34 in strict mode each platform refuses a wrong or missing credential with 401', async () => {
    const { url } = await serve({ ...fast, strict: true });
    const tries: [path: string, headers: Record<string, string>, status: number][] = [
      ['/events/chaturbate', { 'x-api-key': 'not-a-secret-key' }, 200],
      ['/events/chaturbate', { 'x-api-key': 'wrong' }, 401],
      ['/events/chaturbate', {}, 401],
      ['/events/stripchat', { authorization: 'Bearer not-a-secret-bearer' }, 200],
      ['/events/stripchat', { authorization: 'not-a-secret-bearer' }, 401],
      ['/events/stripchat', {}, 401],
      ['/events/camsoda?broadcaster=mock_room&api_key=not-a-secret-api-key', {}, 200],
      ['/events/camsoda?broadcaster=else&api_key=not-a-secret-api-key', {}, 401],
      ['/events/camsoda?broadcaster=mock_room', {}, 401],
      ['/events/mock_room/not-a-secret-token/', {}, 200],
      ['/events/mock_room/wrong/', {}, 401],
    ];
    for (const [path, headers, status] of tries)
      expect([path, headers, (await ask(url + path, { headers })).status]).toEqual([path, headers, status]);
  });

  it('a rotated credential opens the door, the old one no longer', async () => {
    const { url, rekey } = await serve({ ...fast, strict: true });
    rekey('chaturbate', 'not-a-secret-rotated', { dialect: 'real' });
    expect((await ask(`${url}/events/mock_room/not-a-secret-token/`)).status).toBe(401);
    expect((await ask(`${url}/events/mock_room/not-a-secret-rotated/`)).status).toBe(200);
  });
});

describe('time', () => {
  const came: WireEvent[] = [];

  it('an evening goes by at its pace, from the first visitor on', async () => {
    const clock = testClock();
    const server = await serve({ seed: 7, pace: 2, every: 30_000, platforms: ['stripchat'], clock });
    await clock.advance(hours(1));
    for (const seconds of [0, 60, 61, 300]) {
      await clock.advance(seconds * 1000);
      await drain(`${server.url}/events/stripchat`).then((events) => came.push(...events));
      const passed = (clock.now() - testClock().now() - hours(1)) * 2;
      expect(came.map(gist)).toEqual(told(server.script(100).filter(({ at }) => at <= passed)));
    }
    expect(came.length).toBeGreaterThan(15);
  });

  it('what a test makes happen comes at once, as it is', async () => {
    const server = await serve({ scenario: 'quiet' });
    server.emit('stripchat', { type: 'follow', user: { username: 'user1' } });
    server.tip('stripchat', { amount: 7, format: 'alternative', message: 'hi' });
    expect((await ask(`${server.url}/events/stripchat`)).body.events).toEqual([
      { type: 'follow', user: { username: 'user1' } },
      { type: 'tip', tip: { amount: 7, message: 'hi' }, user: { username: 'supporter' } },
    ]);
    expect(() => server.tip('camsoda', { channel: 'nobodys_room' })).toThrow('there is no room of camsoda');
  });
});

describe('what it tells', () => {
  it('shows what arrived, credentials and all, and how it was answered', async () => {
    const server = await serve({ scenario: 'quiet', strict: true });
    await ask(`${server.url}/events/camsoda?api_key=not-a-secret-api-key`);
    await ask(`${server.url}/events/chaturbate`, { headers: { 'X-Api-Key': 'wrong' } });
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/events/camsoda?api_key=not-a-secret-api-key',
        platform: 'camsoda',
        dialect: 'contract',
        status: 200,
      },
      { path: '/events/chaturbate', headers: { 'x-api-key': 'wrong' }, status: 401 },
    ]);
    expect(Math.abs((server.requests[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000);
  });

  it('gives the variables that lead a program to it', async () => {
    const { env, url } = await serve({
      platforms: ['camsoda'],
      rooms: [
        { platform: 'camsoda', channel: 'amber_room' },
        { platform: 'camsoda', channel: 'quiet_room' },
      ],
    });
    expect(env).toEqual({
      CAMSODA_ENABLED: 'true',
      CAMSODA_EVENTS_URL: `${url}/events/camsoda`,
      CAMSODA_BROADCASTER: 'amber_room',
      CAMSODA_API_KEY: 'not-a-secret-api-key',
    });
  });

  it('counts requests only when told to, and says so in the documented headers', async () => {
    const free = await serve(fast);
    expect((await ask(`${free.url}/events/stripchat`)).headers.get('x-ratelimit-limit')).toBeNull();
    const { url } = await serve({ ...fast, rateLimits: true });
    const said = async (path: string) => {
      const { headers } = await ask(url + path);
      return ['limit', 'remaining'].map((name) => headers.get(`x-ratelimit-${name}`));
    };
    expect(await said('/events/chaturbate')).toEqual([null, '119']);
    expect(await said('/events/stripchat')).toEqual(['100', '99']);
    expect(await said('/events/camsoda')).toEqual([null, null]);
    for (let more = 0; more < 99; more += 1) await ask(`${url}/events/stripchat`);
    const beyond = await ask(`${url}/events/stripchat`);
    expect([beyond.status, beyond.headers.get('x-ratelimit-remaining')]).toEqual([429, '0']);
    expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThan(50);
  });
});

describe('pages of other origins', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: { origin: 'https://overlay.invalid', 'access-control-request-headers': 'x-api-key' },
  };

  it('may ask and read, unless CORS is closed', async () => {
    const { url } = await serve(fast);
    const allowed = await fetch(`${url}/events/chaturbate`, preflight);
    expect([allowed.status, allowed.headers.get('access-control-allow-headers')]).toEqual([204, 'x-api-key']);
    const { headers } = await fetch(`${url}/events/chaturbate`);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
    const closed = await serve({ ...fast, cors: false });
    expect((await fetch(`${closed.url}/events/chaturbate`, preflight)).status).toBe(403);
    expect((await fetch(`${closed.url}/events/chaturbate`)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the end', () => {
  it('close ends a long poll that is being held and frees the port', async () => {
    const server = await serve({ scenario: 'quiet' });
    const held = fetch(`${server.url}/events/mock_room/any/?timeout=90`).then(
      () => 'answered',
      () => 'cut',
    );
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await server.close();
    expect(await held).toBe('cut');
    await expect(fetch(`${server.url}/events/chaturbate`)).rejects.toThrow();
    const next = await serve({ port: server.port, scenario: 'quiet' });
    expect(next.port).toBe(server.port);
  });

  it.each([
    [{ pace: 0 }, 'mock: pace is 0; it must be more than 0'],
    [{ pageSize: Number.NaN }, 'mock: pageSize is NaN; it must be more than 0'],
    [
      { platforms: ['chaturbat'] },
      expect.stringContaining('mock: there is no platform "chaturbat"; there are chaturbate, stripchat, camsoda, '),
    ],
    [
      { rooms: [{ platform: 'camsoda', dialect: 'real' as const }] },
      'mock: there is no platform "camsoda" in the dialect "real"',
    ],
    [
      { rooms: [{ platform: 'camsoda' }, { platform: 'camsoda' }] },
      'mock: two rooms of camsoda are called "mock_room"; give each a channel',
    ],
    [{ scenario: 'storm' }, expect.stringContaining('mock: "storm" is no scenario; known are evening,')],
  ])('%j is refused with what to do', async (options, message) => {
    await expect(serve(options)).rejects.toMatchObject({ code: 'CONFIG', message });
  });

  it('goes on while clients come and die: the true log is read again from any cursor', async () => {
    const { url, script } = await serve({ ...fast, limit: 40, pageSize: 4, backlog: 0 });
    const all = await follow(`${url}/events/mock_room/any/?timeout=0`);
    expect(await follow(`${url}/events/mock_room/any/?timeout=0`)).toEqual(all);
    const half = Math.floor(all.length / 2);
    expect(await follow(`${url}/events/mock_room/any/?i=${all[half]?.id}&timeout=0`)).toEqual(all.slice(half + 1));
    expect(all.filter(({ method }) => method === 'tip')).toHaveLength(
      script().filter(({ dialect }) => dialect === 'real').length,
    );
  });
});

/** A page with something in it, or a failure to try again. */
async function nonEmpty(url: string): Promise<WireEvent[]> {
  const { events } = (await ask(url)).body;
  if (events.length === 0) throw new Error('nothing yet');
  return events;
}

/** Asks over a connection that the test can end. */
const get = (url: string, agent: Agent): Promise<Page> =>
  new Promise((resolve, reject) => {
    request(url, { agent }, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      resolve(JSON.parse(text));
    })
      .once('error', reject)
      .end();
  });
