import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLeftOut, pathOf } from '../support/engines.ts';
import { type Arrival, gate, json, startServer, type TestServer } from '../support/server.ts';
import { root } from '../support/source.ts';

/** A worker whose client of Twitch is made once for all its requests. */
const program = (origin: string): string => `
  import { appToken, createTwitch } from 'tipstream/twitch';
  const options = { clientId: 'x', baseUrl: '${origin}/helix', logger: false };
  const clients = {
    plain: createTwitch({ ...options, token: 'not-a-secret-user' }),
    app: createTwitch({ ...options, auth: appToken({ clientSecret: 'not-a-secret-client' }) }),
    narrow: createTwitch({ ...options, token: 'not-a-secret-other', cache: false, rate: { limit: 1, burst: 1 } }),
  };
  export default {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const { items } = await clients[pathname.slice(1)].users({ ids: [searchParams.get('id')] });
      return Response.json(items.map(({ id }) => id));
    },
  };`;

describe.skipIf(isLeftOut('workerd'))('in workerd, where a request may end while others wait', () => {
  let server: TestServer;
  let answerTo: (arrival: Arrival) => Promise<unknown>;
  let worker: {
    dispatchFetch(url: string, init?: { signal?: AbortSignal }): Promise<{ json(): Promise<unknown> }>;
    dispose(): Promise<void>;
  };

  beforeAll(async () => {
    server = await startServer(async (arrival) => {
      await answerTo(arrival);
      if (arrival.path.endsWith('/token')) return json({ access_token: `not-a-secret-${arrival.nth}` });
      return json({ data: arrival.query.getAll('id').map((id) => ({ id, login: `l${id}`, display_name: id })) });
    });
    const { outputFiles } = await build({
      stdin: { contents: program(server.url), resolveDir: root },
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['tipstream-source', 'workerd'],
      write: false,
      logLevel: 'silent',
    });
    const { Miniflare } = await import(join(pathOf('workerd'), 'dist/src/index.js'));
    worker = new Miniflare({ modules: true, script: outputFiles[0]?.text ?? '', compatibilityDate: '2026-01-01' });
  }, 60_000);
  afterAll(async () => {
    await worker?.dispose();
    await server?.close();
  });

  const ask = async (path: string, signal?: AbortSignal): Promise<unknown> =>
    (await worker.dispatchFetch(`http://worker.test/${path}`, signal ? { signal } : {})).json();
  /** The requests for an id, or to a path. */
  const arrivals = (of: string) => server.arrivals.filter(({ url }) => url.includes(of));
  const arrived = async (of: string, count: number): Promise<void> => {
    while (arrivals(of).length < count) await server.arrived(server.arrivals.length + 1);
  };

  it('two requests for one key, the first aborted in flight: the second is answered', async () => {
    const held = gate();
    answerTo = ({ query }) => (query.get('id') === '7' ? held.opened : Promise.resolve());
    const controller = new AbortController();
    const first = ask('plain?id=7', controller.signal).catch(() => 'gone');
    await arrived('id=7', 1);
    const second = ask('plain?id=7');
    await arrived('id=7', 2);
    controller.abort();
    expect(await first).toBe('gone');
    held.open();
    expect(await second).toEqual(['7']);
    expect(await ask('plain?id=7')).toEqual(['7']);
    expect(arrivals('id=7')).toHaveLength(2);
  }, 30_000);

  it('two requests that need one app token, the first aborted while it is made: the second is answered', async () => {
    const held = gate();
    answerTo = ({ path }) => (path.endsWith('/token') ? held.opened : Promise.resolve());
    const controller = new AbortController();
    const first = ask('app?id=8', controller.signal).catch(() => 'gone');
    await arrived('/token', 1);
    const second = ask('app?id=8');
    await arrived('/token', 2);
    controller.abort();
    expect(await first).toBe('gone');
    held.open();
    expect(await second).toEqual(['8']);
    expect(await ask('app?id=9')).toEqual(['9']);
    expect(arrivals('/token')).toHaveLength(2);
  }, 30_000);

  it('a limiter waiter is woken although the request that set the first timer is gone, and so is the one that holds the slot', async () => {
    const held = gate();
    answerTo = ({ query }) => (query.get('id') === '10' ? held.opened : Promise.resolve());
    const [holding, waiting] = [new AbortController(), new AbortController()];
    const first = ask('narrow?id=10', holding.signal).catch(() => 'gone');
    await arrived('id=10', 1);
    const second = ask('narrow?id=11', waiting.signal).catch(() => 'gone');
    const third = ask('narrow?id=12');
    const fourth = ask('narrow?id=13');
    // Real time: so that the second waits when it is aborted.
    await new Promise((resolve) => setTimeout(resolve, 200));
    waiting.abort();
    holding.abort();
    expect(await Promise.all([first, second])).toEqual(['gone', 'gone']);
    expect(await Promise.all([third, fourth])).toEqual([['12'], ['13']]);
    held.open();
  }, 30_000);
});
