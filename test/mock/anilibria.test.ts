import { describe, expect, it } from 'vitest';
import { anilibria, anilibriaVersions } from '../../src/anilibria/endpoints.ts';
import { readFrame } from '../../src/anilibria/events.ts';
import { type AnilibriaNotification, createAnilibria } from '../../src/anilibria/index.ts';
import { type Endpoint, listEndpoints } from '../../src/core/endpoint.ts';
import { read } from '../../src/core/reader.ts';
import { serve } from './serve.ts';

const mock = async (options: Parameters<typeof serve>[0] = {}) => {
  const server = await serve({ seed: 7, platforms: ['anilibria'], ...options });
  const origin = server.addresses.anilibria ?? '';
  const get = async (path: string, init?: RequestInit) => {
    const answer = await fetch(origin + path, init);
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : undefined,
    };
  };
  return { server, origin, get, v2: (path: string, init?: RequestInit) => get(anilibriaVersions.v2 + path, init) };
};

/** A path with everything that it needs. */
const filled = ({ path }: Pick<Endpoint, 'path'>): string =>
  path.replace('{id}', '9919') + (path === '/search' ? '?q=сад' : '');

describe('the AniLibria of the mock', () => {
  it.each(listEndpoints(anilibria.endpoints).map((endpoint) => [endpoint.name, endpoint] as const))(
    'AL-38 answers %s as its own schema wants it, cached and not',
    async (_name, endpoint) => {
      const { v2 } = await mock();
      const answers = [await v2(filled(endpoint)), await v2(filled(endpoint))];
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(() => read(endpoint.response, body)).not.toThrow();
      }
      if (endpoint.cache) expect(answers.map(({ body }) => body.meta.cached)).toEqual([false, true]);
    },
  );

  it.each(['counter', 'map', 'list'] as const)(
    'AL-38 its titles fit the schema with their episodes as a %s',
    async (form) => {
      const { server, v2 } = await mock();
      server.anilibria.switches.episodes = form;
      const { body } = await v2('/titles?limit=100&page=5');
      expect(read(anilibria.endpoints.titles.list.response, body).data).toHaveLength(100);
    },
  );

  it('AL-38 has titles in Russian and English, the same for the same seed', async () => {
    const [one, same, other] = await Promise.all([mock(), mock(), mock({ seed: 8 })]);
    const titles = ({ server }: typeof one) =>
      server.anilibria.titles.map(({ names, total }) => [names.ru, names.en, total]);
    expect(titles(one)).toEqual(titles(same));
    expect(titles(one)).not.toEqual(titles(other));
    for (const { names } of one.server.anilibria.titles) {
      expect(names.ru).toMatch(/^[А-ЯЁ][а-яё]+ [а-яё]+( \d+)?$/);
      expect(names.en).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+( \d+)?$/);
    }
    expect(new Set(one.server.anilibria.titles.map(({ names }) => names.ru)).size).toBe(500);
  });

  it('AL-38 filters, sorts and pages', async () => {
    const { v2 } = await mock();
    const { body } = await v2('/titles?status=ongoing&genres=Драма&sort=year&order=desc&limit=5');
    const years = body.data.map(({ year }: { year: number }) => year);
    expect(years).toEqual([...years].sort((a, b) => b - a));
    for (const { status, genres } of body.data) expect([status, genres.includes('Драма')]).toEqual(['ongoing', true]);
    expect(body.pagination).toMatchObject({ page: 1, limit: 5, pages: Math.ceil(body.pagination.total / 5) });
  });

  it('AL-38 speaks of errors as the service, FastAPI, slowapi and nginx do', async () => {
    const { server, v2 } = await mock({ rateLimits: true });
    expect((await v2('/titles/1')).body).toMatchObject({
      success: false,
      error: { code: 'TITLE_NOT_FOUND', details: { title_id: 1 } },
      request_id: expect.stringMatching(/^req_\d{9}$/),
    });
    expect(await v2('/titles?limit=101')).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', 'limit'] }] },
    });
    expect(await v2('/titles?limit=x')).toMatchObject({ status: 422, body: { detail: [{ type: 'int_parsing' }] } });
    expect(await v2('/search')).toMatchObject({ status: 422, body: { detail: [{ type: 'missing' }] } });
    Object.assign(server.anilibria.switches, { validation: 'documented', missing: 'fastapi' });
    expect(await v2('/titles?limit=101')).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_PARAMETERS' } },
    });
    expect(await v2('/titles/1')).toMatchObject({ status: 404, body: { detail: 'Title not found' } });
    server.anilibria.switches.down = 502;
    expect(await v2('/genres')).toMatchObject({ status: 502, text: expect.stringContaining('nginx') });
    server.anilibria.switches.down = undefined;
    for (let call = 0; call < 100; call += 1) await v2('/random');
    expect(await v2('/random')).toMatchObject({
      status: 429,
      body: { error: 'Rate limit exceeded: 100 per 1 minute' },
    });
  });

  it('AL-38 wants a token where it is strict, and FastAPI says so', async () => {
    const { server, v2 } = await mock({ strict: true });
    const token = server.anilibria.issue();
    const as = (bearer: string) => v2('/genres', { headers: { authorization: `Bearer ${bearer}` } });
    expect(await v2('/genres')).toMatchObject({ status: 403, body: { detail: 'Not authenticated' } });
    expect(await as('not-a-secret-other')).toMatchObject({ status: 401, body: { detail: 'Invalid token' } });
    expect((await as(token)).status).toBe(200);
    server.anilibria.expire(token);
    expect(await as(token)).toMatchObject({ status: 401, body: { detail: 'Token expired' } });
    expect((await v2('/health')).status).toBe(200);
  });

  it('AL-38 the doors between the services open for the service token alone', async () => {
    const { server, get } = await mock();
    expect((await get('/internal/cache/stats')).status).toBe(401);
    const headers = { authorization: `Bearer ${server.anilibria.serviceToken}`, 'content-type': 'application/json' };
    expect((await get('/internal/cache/stats', { headers })).status).toBe(200);
    expect((await get('/internal/cache/clear', { method: 'DELETE', headers, body: '{"pattern":"*"}' })).status).toBe(
      422,
    );
  });

  it('AL-35 AL-38 has metrics for Prometheus', async () => {
    const { get, v2 } = await mock();
    await v2('/titles/9919');
    await v2('/titles/9919');
    await v2('/titles/1');
    const { text, headers } = await get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '# TYPE anilibria_requests_total counter',
        'anilibria_requests_total{method="GET",endpoint="/titles/{title_id}",status="200"} 2',
        'anilibria_requests_total{method="GET",endpoint="/titles/{title_id}",status="404"} 1',
        '# TYPE anilibria_request_duration_seconds histogram',
        'anilibria_request_duration_seconds_count{method="GET",endpoint="/titles/{title_id}"} 3',
        '# TYPE anilibria_websocket_connections gauge',
        'anilibria_websocket_connections 0',
        '# TYPE anilibria_cache_hit_rate gauge',
        'anilibria_cache_hit_rate{cache_level="l1"} 0.5',
      ]),
    );
  });

  it('AL-38 has an evening of new episodes over its socket, the same for the same seed', async () => {
    const evening = async () => {
      const { origin } = await mock({ pace: 100_000 });
      const client = createAnilibria({ baseUrl: origin + anilibriaVersions.v2, logger: false });
      const heard: AnilibriaNotification[] = [];
      const stream = client.notifications();
      await new Promise<void>((resolve) => {
        stream.subscribe((event) => {
          if (heard.push(event) === 30) resolve();
        });
      });
      await client.close();
      return heard.slice(0, 30).map(({ type, data }) => [type, data.title_id, data.episode]);
    };
    const heard = await evening();
    expect(await evening()).toEqual(heard);
    expect(heard.filter(([type]) => type === 'new_episode').length).toBeGreaterThan(15);
    expect(new Set(heard.map(([type]) => type))).not.toContain('unknown');
  });

  it('AL-38 its news are read as news in both forms', async () => {
    const { server } = await mock();
    for (let news = 0; news < 50; news += 1) {
      const { type, ...data } = server.anilibria.news();
      expect(readFrame(JSON.stringify({ type, data }), 0)).toMatchObject({
        kind: 'notification',
        notification: { type },
      });
    }
  });
});
