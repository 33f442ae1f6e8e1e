import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serveTwitchProxy } from '../../src/adapters/twitch-proxy-node.ts';
import { isLeftOut, openBrowser } from '../support/engines.ts';
import { json, startServer } from '../support/server.ts';
import { root } from '../support/source.ts';

/** What a page does with the proxy whose address is in its own. */
const program = `
  import { createTwitchProxyClient } from 'tipstream/twitch';
  const twitch = createTwitchProxyClient({
    baseUrl: new URLSearchParams(location.search).get('proxy'),
    token: 'not-a-secret-token',
    retry: 0,
    logger: false,
  });
  const ask = () =>
    twitch.users.withMeta({ ids: ['1'] }).then(
      ({ data, meta }) => [data.items[0].login, meta.cache],
      ({ code }) => [code],
    );
  globalThis.seen = (async () => [await twitch.health(), await ask(), await ask()])();`;

describe.skipIf(isLeftOut('Chromium'))('a page in Chromium before the proxy', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  it('of an origin that is named asks, and reads X-Cache; of another it hears nothing', async () => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: root },
      bundle: true,
      format: 'iife',
      target: 'chrome103',
      platform: 'browser',
      conditions: ['tipstream-source'],
      write: false,
    });
    const code = outputFiles[0]?.text ?? '';
    const site = await startServer({
      '/page': () => ({ body: '<script src="/page.js"></script>', headers: { 'content-type': 'text/html' } }),
      '/page.js': () => ({ body: code, headers: { 'content-type': 'text/javascript' } }),
    });
    const helix = await startServer(() => json({ data: [{ id: '1', login: 'mira', display_name: 'Mira' }] }));
    const serve = async (origins: readonly string[]): Promise<string> => {
      const server = await serveTwitchProxy({
        clientId: 'someclient',
        baseUrl: helix.url,
        cors: { origins },
        logger: false,
        port: 0,
        host: '127.0.0.1',
      });
      onTestFinished(server.close);
      return server.url;
    };
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const seen = async (proxy: string): Promise<unknown> => {
      await page.goto(`${site.url}/page?proxy=${encodeURIComponent(proxy)}`);
      return page.evaluate('seen');
    };
    expect(await seen(await serve([site.url]))).toEqual([true, ['mira', 'MISS'], ['mira', 'HIT']]);
    expect(await seen(await serve(['https://elsewhere.example']))).toEqual([false, ['NETWORK'], ['NETWORK']]);
    // The browser asks beforehand, and the answer forbids it: nothing reaches Twitch for a foreign page.
    expect(helix.arrivals).toHaveLength(1);
  }, 60_000);
});
