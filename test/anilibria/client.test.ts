import { describe, expect, it, vi } from 'vitest';
import { anilibriaVersions, createAnilibria } from '../../src/anilibria/index.ts';
import { testClock } from '../support/clock.ts';
import { json, startServer } from '../support/server.ts';
import { client, host, paths } from './host.ts';

const title = { id: 9919, names: { ru: 'Тихий сад', en: 'Quiet Garden' } };
const served = (data: unknown, more: object = {}) => json({ success: true, data, ...more });

describe('the nine calls', () => {
  it('AL-1 AL-40 each asks its own path, and none gives a tip', async () => {
    const server = await host();
    const { titles, search, updates, popular, random, schedule, genres, health, ...rest } = client(server.base);
    await titles.list();
    await titles.get({ id: 9919 });
    await search({ q: 'сад' });
    await updates();
    await popular();
    await random();
    await schedule();
    await genres();
    await health();
    expect(paths(server).map((path) => path.split('?')[0])).toEqual([
      '/titles',
      '/titles/9919',
      '/search',
      '/updates',
      '/popular',
      '/random',
      '/schedule',
      '/genres',
      '/health',
    ]);
    expect(rest).not.toHaveProperty('tips');
  });

  it('AL-2 AL-37 goes to the own machine unless told otherwise, and names both versions', async () => {
    const asked: string[] = [];
    const fetch = async (request: Request) => {
      asked.push(request.url);
      return Response.json({ success: true, data: [] });
    };
    await createAnilibria({ fetch, logger: false }).genres();
    await createAnilibria({ fetch, logger: false, baseUrl: 'http://localhost:8000/api/anilibria/v2/' }).genres();
    expect(asked).toEqual([
      'http://localhost/api/anilibria/v2/genres',
      'http://localhost:8000/api/anilibria/v2/genres',
    ]);
    expect(anilibriaVersions).toEqual({ v1: '/api/anilibria', v2: '/api/anilibria/v2' });
  });

  it('AL-3 sends what is said, by the names of the wire, and nothing else', async () => {
    const server = await host();
    const anilibria = client(server.base);
    await anilibria.titles.list();
    await anilibria.titles.list({
      page: 2,
      limit: 5,
      search: 'сад',
      year: 2020,
      season: 'summer',
      status: 'ongoing',
      sort: 'updated',
      order: 'desc',
    });
    const [nothing, everything = ''] = paths(server);
    expect(nothing).toBe('/titles');
    expect(Object.fromEntries(new URL(everything, 'http://x').searchParams)).toEqual({
      page: '2',
      limit: '5',
      search: 'сад',
      year: '2020',
      season: 'summer',
      status: 'ongoing',
      sort: 'updated',
      order: 'desc',
    });
  });

  it.each<[string, (anilibria: ReturnType<typeof createAnilibria>) => Promise<unknown>]>([
    ['AL-4 a page below 1', (a) => a.titles.list({ page: 0 })],
    ['AL-4 a limit of 0', (a) => a.titles.list({ limit: 0 })],
    ['AL-4 a limit above 100', (a) => a.titles.list({ limit: 101 })],
    ['AL-4 half a limit', (a) => a.popular({ limit: 1.5 })],
    ['AL-6 one character', (a) => a.search({ q: ' а ' })],
    ['AL-6 101 characters', (a) => a.search({ q: 'а'.repeat(101) })],
    ['AL-6 one character that takes two places', (a) => a.search({ q: '🎴' })],
    ['AL-6 a limit above 100', (a) => a.search({ q: 'сад', limit: 101 })],
    ['AL-7 a limit of 0', (a) => a.updates({ limit: 0 })],
    ['AL-3 a season that is none', (a) => a.titles.list({ season: 'fall' as never })],
    ['AL-3 an id that is none', (a) => a.titles.get({ id: 'x' as never })],
  ])('%s is refused before anything is sent', async (_what, call) => {
    const server = await host();
    await expect(call(client(server.base))).rejects.toMatchObject({ code: 'VALIDATION', sent: 'no' });
    expect(server.requests).toEqual([]);
  });

  it.each([
    [undefined, 'genres=%D0%94%D1%80%D0%B0%D0%BC%D0%B0&genres=%D0%A1%D0%BF%D0%BE%D1%80%D1%82'],
    ['comma', 'genres=%D0%94%D1%80%D0%B0%D0%BC%D0%B0%2C%D0%A1%D0%BF%D0%BE%D1%80%D1%82'],
    ['brackets', 'genres%5B%5D=%D0%94%D1%80%D0%B0%D0%BC%D0%B0&genres%5B%5D=%D0%A1%D0%BF%D0%BE%D1%80%D1%82'],
  ] as const)('AL-5 AL-42 writes genres in UTF-8, spelled %s', async (genres, query) => {
    const server = await host();
    await client(server.base, { genres }).titles.list({ genres: ['Драма', 'Спорт'] });
    expect(paths(server)).toEqual([`/titles?${query}`]);
  });

  it('AL-6 searches for what is meant: trimmed, 20 at most, not fuzzy', async () => {
    const server = await host();
    const anilibria = client(server.base);
    await anilibria.search({ q: '  сад ' });
    await anilibria.search({ q: 'сад', limit: 3, fuzzy: true });
    expect(paths(server)).toEqual([
      '/search?q=%D1%81%D0%B0%D0%B4&limit=20&fuzzy=false',
      '/search?q=%D1%81%D0%B0%D0%B4&limit=3&fuzzy=true',
    ]);
  });

  it('AL-7 sends the limit of updates and popular only when it is given', async () => {
    const server = await host();
    const anilibria = client(server.base);
    await anilibria.updates();
    await anilibria.popular({ limit: 3 });
    expect(paths(server)).toEqual(['/updates', '/popular?limit=3']);
  });

  it('AL-42 Russian goes there and comes back as it is', async () => {
    const server = await host();
    const { items } = await client(server.base).search({ q: 'Хрустальный мост' });
    expect(items.length).toBeGreaterThan(0);
    for (const { names } of items) expect(names.ru).toMatch(/^Хрустальный мост( \d)?$/);
  });
});

describe('the envelope', () => {
  it('AL-8 AL-14 is taken off, and what it says is kept', async () => {
    const server = await host();
    const anilibria = client(server.base, { cache: false });
    const first = await anilibria.titles.get.withMeta({ id: 9919 });
    expect(first.data.names.ru).toMatch(/[а-я]/);
    expect(first.meta).toMatchObject({ source: 'anilibria', cached: false, status: 200, cache: 'MISS' });
    expect(Date.parse(first.meta.cache_expires ?? '')).toBeGreaterThan(Date.now());
    expect((await anilibria.titles.get.withMeta({ id: 9919 })).meta.cached).toBe(true);
    const page = await anilibria.titles.list({ limit: 3 });
    expect(page.upstream).toMatchObject({
      pagination: { page: 1, limit: 3, total: 500 },
      meta: { source: 'anilibria' },
    });
    expect((await anilibria.titles.list.withMeta({ limit: 3 })).meta.pagination).toMatchObject({ total: 500 });
  });

  it.each([
    ['AL-8 without one', title],
    ['AL-14 without meta', { success: true, data: title }],
    ['AL-14 with odd meta', { success: true, data: title, meta: 'none', pagination: [] }],
  ])('%s is read too', async (_what, body) => {
    const server = await startServer(() => json(body));
    const { data, meta } = await client(server.url).titles.get.withMeta({ id: 9919 });
    expect(data.names.ru).toBe('Тихий сад');
    expect(meta.source).toBeUndefined();
  });

  it('AL-8 a list without one is read too', async () => {
    const server = await startServer(() => json([title]));
    expect((await client(server.url).popular()).items).toHaveLength(1);
  });

  it('AL-8 that says no is an error, though its status is 200', async () => {
    const server = await startServer(() =>
      json({ success: false, error: { code: 'TITLE_NOT_FOUND', message: 'Тайтл не найден' }, request_id: 'req_1' }),
    );
    await expect(client(server.url).titles.get({ id: 9919 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      status: 200,
      problem: { code: 'TITLE_NOT_FOUND', requestId: 'req_1' },
    });
  });

  it('AL-8 a changed answer is an error, and no empty list', async () => {
    for (const body of [{ success: true, data: {} }, { success: true, data: null }, { ok: 1 }, 'text', 7]) {
      const server = await startServer(() => json(body));
      await expect(client(server.url).popular()).rejects.toMatchObject({ code: 'SCHEMA' });
    }
  });

  it('AL-11 a title may lack what is optional, and keeps what nobody knows', async () => {
    const server = await startServer(() =>
      served({ ...title, rating: null, poster: null, player: null, mood: 'calm' }),
    );
    expect(await client(server.url).titles.get({ id: 9919 })).toMatchObject({
      rating: null,
      mood: 'calm',
      episodeList: [],
    });
  });

  it.each(['counter', 'map', 'list'] as const)('AL-9 the episodes of a %s are one list', async (form) => {
    const server = await host();
    server.anilibria.switches.episodes = form;
    const { episodeList, episodeCount } = await client(server.base).titles.get({ id: 9919 });
    expect(episodeList.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
    expect(episodeCount.current).toBe(17);
  });

  it('AL-13 addresses are completed by the host that is given', async () => {
    const server = await host();
    const { episodeList } = await client(server.base, { assets: 'https://mirror.test' }).titles.get({ id: 9919 });
    expect(episodeList[0]?.preview).toBe('https://mirror.test/storage/releases/episodes/previews/9919/1.jpg');
  });
});

describe('pages', () => {
  it('AL-15 are walked to the last, each asked for once', async () => {
    const server = await host();
    const ids = new Set<number>();
    for await (const { id } of client(server.base).titles.list.all({ limit: 100 })) ids.add(id);
    expect(ids.size).toBe(500);
    expect(paths(server)).toEqual([
      '/titles?limit=100',
      ...[2, 3, 4, 5].map((page) => `/titles?page=${page}&limit=100`),
    ]);
  });

  it('AL-15 are counted where the service does not say how many there are', async () => {
    const server = await startServer(({ query }) => {
      const page = Number(query.get('page') ?? 1);
      return served([{ ...title, id: page }], { pagination: { page, limit: 1, total: 3 } });
    });
    const { pages, total, next } = await client(server.url).titles.list();
    expect({ pages, total, next }).toEqual({ pages: 3, total: 3, next: { page: 2 } });
    const ids: number[] = [];
    for await (const { id } of client(server.url).titles.list.all()) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
  });

  it('AL-15 end with an empty one, and with as many items as are wanted', async () => {
    const server = await startServer(({ query }) => {
      const page = Number(query.get('page') ?? 1);
      return served(page > 2 ? [] : [title], { pagination: { page, limit: 1, total: 900 } });
    });
    const all: unknown[] = [];
    for await (const each of client(server.url).titles.list.all()) all.push(each);
    expect(all).toHaveLength(2);
    expect(server.arrivals).toHaveLength(3);
    for await (const each of client(server.url).titles.list.all({}, { max: 1 })) all.push(each);
    expect(all).toHaveLength(3);
    expect(server.arrivals).toHaveLength(4);
  });
});

describe('health', () => {
  it('AL-16 is an answer, whatever it says', async () => {
    const server = await host();
    const anilibria = client(server.base);
    expect(await anilibria.health()).toMatchObject({ status: 'healthy', cache: { hit_rate: 0.85 }, uptime: 3600 });
    server.anilibria.switches.health = 'degraded';
    expect(await anilibria.health()).toMatchObject({ status: 'degraded' });
    expect(server.requests.at(-1)?.status).toBe(503);
  });

  it('AL-16 is an error where nothing answers for the service', async () => {
    const server = await host();
    server.anilibria.switches.down = 503;
    await expect(client(server.base).health()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

it.each(['titles', 'days', 'map'] as const)('AL-17 the schedule is a list of days out of %s', async (shape) => {
  const server = await host();
  server.anilibria.switches.schedule = shape;
  const { items } = await client(server.base).schedule();
  expect(items).toHaveLength(shape === 'titles' ? 1 : 7);
  expect(items.flatMap(({ titles }) => titles)).toHaveLength(14);
});

it('AL-1 genres are names, also where the service gives objects', async () => {
  const server = await startServer(() => served(['Драма', { id: 2, name: 'Спорт' }]));
  expect((await client(server.url).genres()).items).toEqual(['Драма', 'Спорт']);
});

describe('the token', () => {
  it('AL-18 goes as Bearer where there is one, and is not needed', async () => {
    const server = await host();
    await client(server.base).genres();
    await client(server.base, { token: server.anilibria.issue() }).genres();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer not-a-secret-jwt-1',
    ]);
  });

  it('AL-20 that is too old is told from one that is none', async () => {
    const server = await host({ strict: true });
    const old = server.anilibria.issue();
    server.anilibria.expire(old);
    await expect(client(server.base, { token: old }).genres()).rejects.toMatchObject({
      code: 'AUTH',
      problem: { reason: 'expired' },
    });
    await expect(client(server.base, { token: 'not-a-secret-other' }).genres()).rejects.toMatchObject({
      code: 'AUTH',
      problem: { reason: 'invalid' },
    });
    await expect(client(server.base).genres()).rejects.toMatchObject({
      code: 'PERMISSION',
      message: expect.stringContaining('token'),
    });
  });

  it('AL-18 that is too old is renewed once for everybody', async () => {
    const server = await host({ strict: true });
    const old = server.anilibria.issue();
    server.anilibria.expire(old);
    const refresh = vi.fn(() => server.anilibria.issue());
    const anilibria = client(server.base, { token: { get: () => old, refresh } });
    await Promise.all([anilibria.genres(), anilibria.schedule(), anilibria.popular()]);
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});

describe('errors', () => {
  it('AL-19 AL-20 the service says which title it has not found', async () => {
    const server = await host();
    const error = await client(server.base)
      .titles.get({ id: 1 })
      .catch((caught) => caught);
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      requestId: expect.stringMatching(/^req_/),
      problem: { code: 'TITLE_NOT_FOUND', message: 'Тайтл с ID 1 не найден', timestamp: expect.stringMatching(/^20/) },
    });
    expect(error.problem.details).toMatchObject({ title_id: 1, searched_sources: ['cache', 'api', 'database'] });
  });

  it('AL-20 where FastAPI does not say which, we do', async () => {
    const server = await host();
    server.anilibria.switches.missing = 'fastapi';
    const error = await client(server.base)
      .titles.get({ id: 1 })
      .catch((caught) => caught);
    expect(error).toMatchObject({ code: 'NOT_FOUND', problem: { message: 'Title not found' } });
    expect(error.problem.details).toEqual({ title_id: 1 });
  });

  it.each([
    [
      'A3 of FastAPI',
      json({ detail: [{ loc: ['query', 'limit'], msg: 'too large', type: 'less_than_equal' }] }, 422),
      { code: 'VALIDATION', problem: { fields: [{ path: 'query.limit', message: 'too large' }] } },
    ],
    [
      'A1 for a parameter',
      json({ success: false, error: { code: 'INVALID_PARAMETERS', message: 'Неверный параметр' } }, 400),
      { code: 'VALIDATION', problem: { code: 'INVALID_PARAMETERS' } },
    ],
    [
      'A5 of nginx',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' },
      { code: 'UNAVAILABLE', problem: { code: 'HTTP_502', message: '502 Bad Gateway' } },
    ],
    ['A2 of FastAPI', json({ detail: 'Invalid token' }, 401), { code: 'AUTH', problem: { message: 'Invalid token' } }],
  ])('AL-19 %s is read', async (_form, reply, error) => {
    const server = await startServer(() => reply);
    await expect(client(server.url, { retry: 0 }).popular()).rejects.toMatchObject(error);
  });

  it('AL-21 slowapi says no time, so a minute is waited, and the whole class with it', async () => {
    const clock = testClock();
    const server = await host({ rateLimits: true, clock });
    const anilibria = client(server.base, { limiter: false, clock, cache: false });
    for (let call = 0; call < 100; call += 1) await anilibria.health();
    await expect(anilibria.health()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: 60_000,
      problem: { message: 'Rate limit exceeded: 100 per 1 minute' },
    });
  });

  it('AL-21 a Retry-After is what counts where there is one', async () => {
    const server = await startServer(() =>
      json({ error: 'Rate limit exceeded: 100 per 1 minute' }, 429, { 'retry-after': '7' }),
    );
    await expect(client(server.url, { retry: 0 }).popular()).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  it.each([
    [502, 3],
    [503, 3],
    [500, 2],
    [404, 1],
    [422, 1],
  ])('AL-21 a %d is asked %d times in all', async (status, times) => {
    const server = await startServer(() => json({ detail: 'no' }, status));
    await expect(client(server.url).popular()).rejects.toMatchObject({ status });
    expect(server.arrivals).toHaveLength(times);
  });

  it('AL-21 retry: 0 sends once, a 500 too', async () => {
    const server = await startServer(() => json({ detail: 'no' }, 500));
    await expect(client(server.url, { retry: 0 }).popular()).rejects.toMatchObject({ code: 'SERVER' });
    expect(server.arrivals).toHaveLength(1);
  });
});

it('AL-22 asks a hundred times in any minute, and not once more', async () => {
  const clock = testClock();
  const server = await host();
  const anilibria = client(server.base, { clock, deadline: 600_000 });
  const calls = Array.from({ length: 101 }, () => anilibria.random());
  await Promise.all(calls.slice(0, 100));
  expect(server.requests).toHaveLength(100);
  expect(anilibria.rateLimits()).toMatchObject({ all: { waiting: 1 } });
  await clock.advance(60_000);
  await calls[100];
  expect(server.requests).toHaveLength(101);
});

describe('what is kept', () => {
  it('AL-34 five minutes, under the names of the documents, similar hits apart from exact ones', async () => {
    const clock = testClock();
    const server = await host();
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => kept.delete(key),
    };
    const anilibria = client(server.base, { clock, cache: store, limiter: false });
    const all = async () => {
      await anilibria.titles.get({ id: 9919 });
      await anilibria.titles.list();
      await anilibria.titles.list({ page: 2, limit: 5, genres: ['Драма', 'Спорт'], year: 2020 });
      await anilibria.titles.list({ year: 2020, genres: ['Спорт', 'Драма'], limit: 5, page: 2 });
      await anilibria.search({ q: 'сад' });
      await anilibria.search({ q: 'сад', fuzzy: true });
      await anilibria.popular({ limit: 7 });
      await anilibria.updates({ limit: 8 });
      await anilibria.schedule();
      await anilibria.genres();
    };
    await all();
    expect([...kept.keys()]).toEqual([
      'anilibria:title:9919',
      expect.stringMatching(/^anilibria:titles:page:1:limit:20:filters:[0-9a-f]{16}$/),
      expect.stringMatching(/^anilibria:titles:page:2:limit:5:filters:[0-9a-f]{16}$/),
      'anilibria:search:сад:limit:20:fuzzy:0',
      'anilibria:search:сад:limit:20:fuzzy:1',
      'anilibria:popular:limit:7',
      'anilibria:updates:limit:8',
      'anilibria:schedule',
      'anilibria:genres',
    ]);
    // The order of the filters makes no other page.
    expect(server.requests).toHaveLength(9);
    await clock.advance(299_000);
    await all();
    expect(server.requests).toHaveLength(9);
    await clock.advance(2000);
    await all();
    expect(server.requests).toHaveLength(18);
  });

  it('AL-34 never a title by chance, nor health; and two at once are two titles', async () => {
    const server = await host();
    const anilibria = client(server.base);
    const titles = await Promise.all([anilibria.random(), anilibria.random(), anilibria.random(), anilibria.random()]);
    expect(new Set(titles.map(({ id }) => id)).size).toBeGreaterThan(1);
    await anilibria.health();
    await anilibria.health();
    expect(server.requests).toHaveLength(6);
  });

  it('AL-34 what a token brought is given to nobody else, and its key does not hold it', async () => {
    const server = await host();
    const keys: string[] = [];
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string) => kept.get(key),
      set(key: string, value: unknown) {
        keys.push(key);
        kept.set(key, value);
      },
      delete: (key: string) => kept.delete(key),
    };
    for (const token of [undefined, server.anilibria.issue(), server.anilibria.issue()])
      await client(server.base, { cache: store, token }).genres();
    expect(server.requests).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
    expect(keys.join()).not.toContain('not-a-secret');
  });

  it('AL-34 every hit is a fresh value', async () => {
    const server = await host();
    const anilibria = client(server.base);
    const first = await anilibria.titles.get({ id: 9919 });
    first.episodeList.length = 0;
    first.names.ru = 'spoiled';
    expect(await anilibria.titles.get({ id: 9919 })).toMatchObject({ names: { ru: expect.stringMatching(/^[А-Я]/) } });
    expect((await anilibria.titles.get({ id: 9919 })).episodeList).toHaveLength(17);
  });
});

describe('several addresses', () => {
  it('AL-2 the next one is asked when the first fails, and stays', async () => {
    const one = await startServer(() => json({}, 502));
    const two = await startServer(() => served(title));
    const anilibria = client('', { baseUrl: [`${one.url}/api`, `${two.url}/api/`], cache: false });
    await anilibria.titles.get({ id: 1 });
    await anilibria.titles.get({ id: 2 });
    expect(one.arrivals.map(({ url }) => url)).toEqual(['/api/titles/1']);
    expect(two.arrivals.map(({ url }) => url)).toEqual(['/api/titles/1', '/api/titles/2']);
    expect(anilibria.lines).toEqual([expect.stringContaining(`${new URL(two.url).host} is asked from now on`)]);
  });

  it('AL-2 a lost network is a failure, an answer is none, and many that fail together move on by one', async () => {
    const gone = await startServer(() => 'reset');
    const two = await startServer(() => json({ detail: 'no' }, 404));
    const three = await startServer(() => served(title));
    const anilibria = client('', {
      baseUrl: [gone.url, two.url, three.url],
      cache: false,
      retry: { limit: 1, base: 1 },
    });
    const calls = await Promise.allSettled([1, 2, 3, 4].map((id) => anilibria.titles.get({ id })));
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(two.arrivals).toHaveLength(4);
    expect(three.arrivals).toHaveLength(0);
  });

  it('AL-2 each has to be one, and the list may not be empty', () => {
    for (const baseUrl of [[], ['http://a', 'nonsense'], ['http://127.0.0.1', 'http://public.test']])
      expect(() => createAnilibria({ baseUrl })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(() => createAnilibria({ genres: 'semicolon' as never })).toThrow(/genres: 'semicolon' is none of/);
  });
});

it('AL-1 verify() says in a sentence whether the token is good', async () => {
  const server = await host({ strict: true });
  expect(await client(server.base, { token: server.anilibria.issue() }).verify()).toMatchObject({ ok: true });
  expect(await client(server.base, { token: 'not-a-secret-other' }).verify()).toMatchObject({
    ok: false,
    message: expect.stringContaining('the token was refused'),
  });
});
