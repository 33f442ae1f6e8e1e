import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLeftOut, pathOf } from '../../support/engines.ts';
import { gate, json, startServer, type TestServer } from '../../support/server.ts';
import { root } from '../../support/source.ts';
import { token } from './helix.ts';

/** How each engine serves a handler and says where. */
const engines = {
  Bun: { args: [], serve: `console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: handler }).port);` },
  Deno: {
    args: ['run', '--allow-net'],
    serve: `Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, handler);`,
  },
  workerd: { args: [], serve: 'export default { fetch: (request) => handler(request) };' },
} as const;

const program = (helix: string, serve: string): string => `
  import { twitchProxyHandler } from 'tipstream/twitch-proxy';
  const handler = twitchProxyHandler({
    clientId: 'someclient',
    baseUrl: '${helix}/helix',
    rate: { perSecond: 5, burst: 5 },
    cors: { origins: ['https://overlay.example.com'] },
    logger: false,
  });
  ${serve}`;

const bundle = async (code: string, condition: string, outfile: string): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['tipstream-source', condition],
    outfile,
    write: condition !== 'workerd',
    logLevel: 'silent',
  });
  return outputFiles?.[0]?.text ?? '';
};

describe.each(['Bun', 'Deno', 'workerd'] as const)('the handler on %s', (engine) => {
  describe.skipIf(isLeftOut(engine))('', () => {
    let helix: TestServer;
    let ask: (
      target: string,
      init?: { headers?: Record<string, string>; signal?: AbortSignal; method?: string },
    ) => Promise<Response>;
    let close: () => Promise<unknown>;
    const held = gate();

    beforeAll(async () => {
      helix = await startServer(async ({ query, headers, nth }) => {
        if (query.get('id') === 'held') await held.opened;
        return json({ data: [{ id: query.get('id'), nth, email: headers.authorization, about: 'x'.repeat(2000) }] });
      });
      const folder = await mkdtemp(join(tmpdir(), 'twitch-proxy-'));
      const { args, serve } = engines[engine];
      const outfile = join(folder, 'proxy.mjs');
      const text = await bundle(program(helix.url, serve), engine.toLowerCase(), outfile);
      if (engine === 'workerd') {
        const { Miniflare } = await import(join(pathOf('workerd'), 'dist/src/index.js'));
        const worker = new Miniflare({ modules: true, script: text, compatibilityDate: '2026-01-01' });
        ask = (target, init) => worker.dispatchFetch(`http://proxy.test${target}`, init);
        close = () => worker.dispose();
      } else {
        const child: ChildProcess = spawn(pathOf(engine), [...args, outfile], { stdio: ['ignore', 'pipe', 'ignore'] });
        const port = await new Promise<string>((resolve) =>
          child.stdout?.once('data', (said) => resolve(String(said).trim())),
        );
        ask = (target, init) => fetch(`http://127.0.0.1:${port}${target}`, init);
        close = () =>
          new Promise((resolve) => {
            child.once('exit', resolve);
            child.kill('SIGKILL');
          });
      }
      const { close: end } = { close };
      close = () => end().then(() => rm(folder, { recursive: true, force: true }));
    }, 60_000);
    afterAll(async () => {
      await close?.();
      await helix?.close();
    });

    const bearer = { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' };

    it('answers, keeps for one token and not for another, refuses what it does not know, and lets pages ask', async () => {
      expect(await (await ask('/healthz')).text()).toBe('ok');
      for (const cache of ['MISS', 'HIT', 'HIT']) {
        const answer = await ask('/users?id=1', { headers: bearer });
        expect([answer.status, answer.headers.get('x-cache')]).toEqual([200, cache]);
        expect((await answer.json()).data[0].email).toBe(`Bearer ${token}`);
      }
      const other = await ask('/users?id=1', { headers: { ...bearer, authorization: `Bearer ${token}-2` } });
      expect((await other.json()).data[0].email).toBe(`Bearer ${token}-2`);
      expect((await ask('/users?id=1')).status).toBe(401);
      expect((await ask('/elsewhere', { headers: bearer })).status).toBe(404);
      expect((await ask('/users?foo=1', { headers: bearer })).status).toBe(400);
      const before = await ask('/users?id=1', {
        method: 'OPTIONS',
        headers: { origin: 'https://overlay.example.com' },
      });
      expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([
        204,
        'https://overlay.example.com',
      ]);
      expect(await (await ask('/metrics')).text()).toContain(
        'twitch_proxy_cache_requests_total{route="users",result="hit"} 2',
      );
    });

    it('compresses once, whoever compresses', async () => {
      const answer = await ask('/users?id=1', { headers: { ...bearer, 'accept-encoding': 'gzip' } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const text =
        bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : new TextDecoder().decode(bytes);
      expect(JSON.parse(text).data[0].about).toHaveLength(2000);
    });

    it('answers the second of two equal questions though the first is gone', async () => {
      const leaving = new AbortController();
      const first = ask('/users?id=held', { headers: bearer, signal: leaving.signal }).catch(() => 'gone');
      await helix.arrived(helix.arrivals.length + 1);
      const second = ask('/users?id=held', { headers: bearer });
      // Real time: so that the second waits when the first goes.
      await new Promise((resolve) => setTimeout(resolve, 200));
      leaving.abort();
      expect(await first).toBe('gone');
      held.open();
      expect((await (await second).json()).data[0].id).toBe('held');
    });

    it('lets everybody wait for a turn though some of them go', async () => {
      const leaving = new AbortController();
      const ids = Array.from({ length: 14 }, (_, id) => id + 100);
      const answers = ids.map((id) =>
        ask(`/users?id=${id}`, { headers: bearer, ...(id === 106 && { signal: leaving.signal }) }).then(
          async (answer) => [answer.status, (await answer.json()).data[0].id],
          () => 'gone',
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      leaving.abort();
      expect(await Promise.all(answers)).toEqual(ids.map((id) => (id === 106 ? 'gone' : [200, `${id}`])));
    });
  });
});
