import { describe, expect, it } from 'vitest';
import { currentApi } from '../../src/anilibria/index.ts';
import { testClock } from '../support/clock.ts';
import { json, startServer } from '../support/server.ts';
import { client, host, paths } from './host.ts';

const older = (server: Awaited<ReturnType<typeof host>>) =>
  server.requests.map(({ path }) => path).filter((path) => !path.includes('/v2/'));

describe('version 1', () => {
  it.each([500, 502, 503])(
    'AL-36 AL-37 is asked for a title while version 2 answers %d, and says so',
    async (status) => {
      const server = await host();
      const anilibria = client(server.base, { fallback: true, retry: 0 });
      server.anilibria.switches.down = status;
      const { data, meta } = await anilibria.titles.get.withMeta({ id: 9919 });
      expect(data).toMatchObject({ id: 9919, episodeCount: { total: 24, current: 17 } });
      expect(meta).toMatchObject({ source: 'v1', status: 200, cache: 'MISS' });
      expect(older(server)).toEqual(['/anilibria/api/anilibria/titles/9919']);
    },
  );

  it('AL-36 is asked where nobody answers', async () => {
    const server = await host();
    const gone = await startServer(() => 'reset');
    const anilibria = client(gone.url, {
      fallback: { baseUrl: `${server.addresses.anilibria}/api/anilibria` },
      retry: 0,
    });
    expect((await anilibria.titles.get.withMeta({ id: 9919 })).meta.source).toBe('v1');
  });

  it.each([400, 401, 403, 404, 422, 429])('AL-36 is never asked after a %d', async (status) => {
    const server = await host();
    const anilibria = client(server.base, { fallback: true, retry: 0 });
    server.anilibria.next('/titles/9919', { status, headers: {}, body: '{"detail":"no"}' });
    await expect(anilibria.titles.get({ id: 9919 })).rejects.toMatchObject({ status });
    expect(older(server)).toEqual([]);
  });

  it('AL-36 is asked for nothing unless somebody wants it, and only for a title', async () => {
    const server = await host();
    server.anilibria.switches.down = 502;
    await expect(client(server.base, { retry: 0 }).titles.get({ id: 9919 })).rejects.toMatchObject({ status: 502 });
    await expect(client(server.base, { retry: 0, fallback: true }).popular()).rejects.toMatchObject({ status: 502 });
    expect(older(server)).toEqual([]);
  });

  it('AL-36 is said once in the log while version 2 is down, and again when it is down again', async () => {
    const server = await host();
    const anilibria = client(server.base, { fallback: true, retry: 0, cache: false });
    server.anilibria.switches.down = 502;
    for (const id of [9919, 9918, 9917]) await anilibria.titles.get({ id });
    expect(anilibria.lines).toEqual([
      expect.stringMatching(/^\[anilibria\].*502.*version 1 is asked until version 2 answers again$/),
    ]);
    server.anilibria.switches.down = undefined;
    await anilibria.titles.get({ id: 9919 });
    server.anilibria.switches.down = 502;
    await anilibria.titles.get({ id: 9919 });
    expect(anilibria.lines).toHaveLength(2);
  });

  it('AL-36 answers also where the logger throws', async () => {
    const server = await host();
    const warn = (): never => {
      throw new Error('the disk is full');
    };
    const anilibria = client(server.base, { fallback: true, retry: 0, logger: { warn } });
    server.anilibria.switches.down = 502;
    expect((await anilibria.titles.get.withMeta({ id: 9919 })).meta.source).toBe('v1');
  });

  it('AL-36 is not kept: the next call asks version 2 first', async () => {
    const server = await host();
    const anilibria = client(server.base, { fallback: true, retry: 0 });
    server.anilibria.switches.down = 502;
    await anilibria.titles.get({ id: 9919 });
    server.anilibria.switches.down = undefined;
    expect((await anilibria.titles.get.withMeta({ id: 9919 })).meta).toMatchObject({
      source: 'anilibria',
      cache: 'MISS',
    });
  });

  it('AL-36 that fails too leaves the error of version 2', async () => {
    const server = await host();
    const other = await startServer(() => json({ detail: 'Not found' }, 404));
    server.anilibria.switches.down = 503;
    const anilibria = client(server.base, { fallback: { baseUrl: other.url }, retry: 0 });
    await expect(anilibria.titles.get({ id: 9919 })).rejects.toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(other.arrivals.map(({ url }) => url)).toEqual(['/titles/9919']);
  });

  it('AL-36 gets the token only where it belongs', async () => {
    const server = await host();
    const token = server.anilibria.issue();
    const stranger = await startServer(() => json({ id: 1, names: { ru: 'Чужой' } }));
    server.anilibria.switches.down = 502;
    await client(server.base, { fallback: true, retry: 0, token }).titles.get({ id: 9919 });
    await client(server.base, { fallback: { baseUrl: stranger.url }, retry: 0, token }).titles.get({ id: 9919 });
    expect(server.requests.at(-2)?.headers.authorization).toBe(`Bearer ${token}`);
    expect(stranger.arrivals[0]?.headers).not.toHaveProperty('authorization');
  });

  it('AL-36 has what is left of the time, and none where none is left', async () => {
    const silent = await startServer(() => 'silence');
    const clock = testClock();
    const other = await startServer(() => 'silence');
    const anilibria = client(silent.url, {
      fallback: { baseUrl: other.url },
      retry: 0,
      clock,
      deadline: 15_000,
      timeout: 10_000,
    });
    const began = clock.now();
    const failed = anilibria.titles.get({ id: 1 }).catch((error) => [error.code, clock.now() - began]);
    await silent.arrived(1);
    await clock.advance(10_000);
    await other.arrived(1);
    await clock.advance(6000);
    expect(await failed).toEqual(['TIMEOUT', 15_000]);
  });

  it('AL-36 ends with its client', async () => {
    const server = await host();
    const anilibria = client(server.base, { fallback: true, retry: 0 });
    server.anilibria.switches.down = 502;
    await anilibria.close();
    await expect(anilibria.titles.get({ id: 9919 })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(server.requests).toEqual([]);
  });
});

it('AL-41 the public API gives the same title instead', async () => {
  const server = await host();
  const same = await client(server.base).titles.get({ id: 9919 });
  server.anilibria.switches.down = 502;
  const anilibria = client(server.base, {
    fallback: { ...currentApi, baseUrl: `${server.addresses.anilibria}/api/v1`, assets: 'https://anilibria.tv' },
    retry: 0,
  });
  const { data, meta } = await anilibria.titles.get.withMeta({ id: 9919 });
  expect(meta.source).toBe('v1');
  expect(older(server)).toEqual(['/anilibria/api/v1/anime/releases/9919']);
  const { names, year, season, status, genres, episodeList, poster } = data;
  expect({ names, year, season, status, genres, poster }).toEqual({
    names: same.names,
    year: same.year,
    season: same.season,
    status: same.status,
    genres: same.genres,
    poster: same.poster,
  });
  expect(episodeList.map(({ number, sources }) => [number, sources.map(({ url }) => url)])).toEqual(
    same.episodeList.map(({ number, sources }) => [number, sources.map(({ url }) => url)]),
  );
  expect(paths(server)).toHaveLength(3);
});

describe('what comes to an end', () => {
  it('AL-36 is said once per call, with the day and where to go', async () => {
    const server = await host();
    server.anilibria.switches.headers = {
      deprecation: '@1754006400',
      sunset: 'Fri, 01 Jan 2027 00:00:00 GMT',
      link: '<https://anilibria.test/v3>; rel="successor-version"',
    };
    const anilibria = client(server.base, { cache: false });
    await anilibria.genres();
    await anilibria.genres();
    await anilibria.schedule();
    const said =
      'the upstream calls this outdated since 2025-08-01; it ends on 2027-01-01; look for what follows at https://anilibria.test/v3';
    expect(anilibria.lines.map((line) => line.replace(/^(\[[^\]]+\] ){2}/, ''))).toEqual([
      `genres: ${said}`,
      `schedule: ${said}`,
    ]);
  });
});
