import { copyFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createMockServer, type MockServer } from '../../src/mock/index.ts';
import { isLeftOut, openBrowser, pathOf } from '../support/engines.ts';

const app = inject('app');
beforeAll(async () => {
  for (const file of ['page.js', 'worker.js'])
    await copyFile(join(import.meta.dirname, 'fixtures', file), join(app, file));
});

/** Bundles a program of the app, and gives its files. */
async function bundle(options: BuildOptions): Promise<Map<string, string>> {
  const { outputFiles = [] } = await build({
    absWorkingDir: app,
    bundle: true,
    format: 'esm',
    outdir: '/',
    write: false,
    logLevel: 'silent',
    ...options,
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}
const browser = (entry: string): BuildOptions => ({
  entryPoints: [entry],
  platform: 'browser',
  splitting: true,
  target: ['chrome103', 'firefox115', 'safari16.4'],
});
const neutral = (entry: string): BuildOptions => ({
  entryPoints: [entry],
  platform: 'neutral',
  mainFields: ['module', 'main'],
});
const oneFile = (entry: string): BuildOptions => ({ entryPoints: [entry], platform: 'browser', format: 'iife' });

const texts = (files: Map<string, string>): string => [...files.values()].join('\n');

/** A word that only the schemas of one platform have. */
const marks: Readonly<Record<string, string>> = {
  chaturbate: 'fanclubJoin',
  stripchat: 'is_premium',
  camsoda: 'tipper',
  twitch: 'broadcaster_user_login',
  tiktok: 'session_id',
  tipping: 'viewer_joined',
  anilibria: 'episodeList',
};

describe('a bundle', () => {
  it.each(['twitch', 'tiktok', 'tipping', 'anilibria'])('of %s holds no zod and no mock', async (platform) => {
    const code = texts(
      await bundle({
        stdin: { contents: `export * from 'tipstream/${platform}'`, resolveDir: app },
        platform: 'browser',
      }),
    );
    expect(code).toContain(platform);
    expect(code).not.toMatch(/ZodMini|\$ZodType|createMockServer/);
  });

  it.each(['chaturbate', 'stripchat', 'camsoda'])(
    'of %s holds no other platform, no zod, no mock and nothing of Node',
    async (platform) => {
      const code = texts(
        await bundle({
          stdin: { contents: `export * from 'tipstream/${platform}'`, resolveDir: app },
          platform: 'browser',
        }),
      );
      const others = ['chaturbate', 'stripchat', 'camsoda'].filter((name) => name !== platform);
      expect(code.toLowerCase()).toContain(platform);
      expect(others.filter((name) => code.toLowerCase().includes(name))).toEqual([]);
      expect(code).not.toMatch(/ZodMini|\$ZodType|node:|createMockServer/);
    },
  );

  it.each(Object.keys(marks))(
    'of the schema of %s holds no other platform, no client, no ky and no emitter',
    async (platform) => {
      const name =
        platform === 'anilibria'
          ? 'anilibriaTitleSchema'
          : `${platform}${platform === 'tiktok' ? 'Comment' : 'Event'}Schema`;
      const files = await bundle({
        stdin: { contents: `export { ${name} } from 'tipstream/schemas'`, resolveDir: app },
        platform: 'browser',
      });
      const code = texts(files);
      const held = Object.entries(marks).filter(([, mark]) => code.includes(mark));
      expect(held).toEqual([[platform, marks[platform]]]);
      expect(code).not.toMatch(
        /TipstreamError|SchemaValidationError|eventemitter3|EventEmitter|WebSocket|\bfetch\b|baseUrl|node:/,
      );
    },
  );

  it('EV-45 of each platform works alone: it needs no other entry of the package', async () => {
    for (const platform of ['chaturbate', 'stripchat', 'camsoda']) {
      const code = `import { create${platform[0]?.toUpperCase()}${platform.slice(1)} as create } from 'tipstream/${platform}'; globalThis.create = create;`;
      const files = await bundle({ stdin: { contents: code, resolveDir: app }, platform: 'browser', outdir: '/' });
      expect(files.size).toBe(1);
      expect(texts(files)).toContain('globalThis.create');
    }
  });

  it('for a service worker is one file without import()', async () => {
    const files = await bundle(oneFile('worker.js'));
    expect(files.size).toBe(1);
    expect(texts(files)).not.toMatch(/\bimport\(/);
  });
});

describe.skipIf(isLeftOut('Chromium'))('in a real Chromium', () => {
  let chromium: Browser;
  let mock: MockServer;
  let site: Server;
  let page: Page;
  const files = new Map<string, string>();

  beforeAll(async () => {
    mock = await createMockServer({ port: 0, seed: 7, pace: Number.POSITIVE_INFINITY });
    for (const [name, options] of [
      ['browser', browser('page.js')],
      ['neutral', neutral('page.js')],
      ['worker', oneFile('worker.js')],
    ] as const) {
      for (const [path, text] of await bundle(options)) files.set(`/${name}${path}`, text);
    }
    site = createServer((request, response) => {
      const text = files.get(request.url ?? '');
      response.writeHead(200, {
        'content-type': text === undefined ? 'text/html' : 'text/javascript',
        'service-worker-allowed': '/',
      });
      response.end(text ?? '<!doctype html><title>page</title>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    chromium = await openBrowser();
    page = await chromium.newPage();
    const address = site.address();
    await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  });
  afterAll(async () => {
    await chromium?.close();
    site?.close();
    await mock?.close();
  });

  const three = [
    expect.stringMatching(/^stripchat:\d+$/),
    expect.stringMatching(/^stripchat:\d+$/),
    expect.stringMatching(/^stripchat:\d+$/),
  ];

  it.each(['browser', 'neutral'])(
    'the bundle for platform %s brings tips to a page of another origin',
    async (name) => {
      // As text: what vitest makes of an `import()` is not known in a page.
      const tips = await page.evaluate(`import('/${name}/page.js').then((page) => page.threeTips('${mock.url}'))`);
      expect(tips).toEqual(three);
    },
  );

  it('the single file brings tips to a service worker', async () => {
    const tips = await page.evaluate(async (url) => {
      const { serviceWorker } = navigator;
      await serviceWorker.register('/worker/worker.js', { scope: '/' });
      const { active } = await serviceWorker.ready;
      const answer = new Promise((resolve) =>
        serviceWorker.addEventListener('message', ({ data }) => resolve(data), { once: true }),
      );
      serviceWorker.startMessages();
      active?.postMessage(url);
      return answer;
    }, mock.url);
    expect(tips).toEqual(three);
  });
});

describe.skipIf(isLeftOut('workerd'))('in workerd', () => {
  it('the neutral bundle brings tips, with the clients made in the global scope', async () => {
    const mock = await createMockServer({ port: 0, seed: 7, pace: Number.POSITIVE_INFINITY });
    const { Miniflare } = await import(join(pathOf('workerd'), 'dist/src/index.js'));
    const code = `
      import { take } from 'tipstream';
      import { createCamsoda } from 'tipstream/camsoda';
      const camsoda = createCamsoda({ eventsUrl: '${mock.url}/events/camsoda', broadcaster: 'someone', apiKey: 'any' });
      export default {
        async fetch() {
          const tips = [];
          for await (const tip of take(camsoda.tips(), 3)) tips.push(tip.platform);
          return Response.json(tips);
        },
      };`;
    const script = texts(
      await bundle({
        stdin: { contents: code, resolveDir: app },
        platform: 'neutral',
        mainFields: ['module', 'main'],
        conditions: ['workerd'],
      }),
    );
    const worker = new Miniflare({ modules: true, script, compatibilityDate: '2026-01-01' });
    try {
      const answer = await worker.dispatchFetch('http://worker.test/');
      expect(await answer.json()).toEqual(['camsoda', 'camsoda', 'camsoda']);
    } finally {
      await worker.dispose();
      await mock.close();
    }
  });
});
