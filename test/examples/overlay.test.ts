import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { createSource, type TipEvent, testTip, toResponse } from 'tipstream';
import { createMockServer } from 'tipstream/mock';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isLeftOut, openBrowser } from '../support/engines.ts';
import { runNode } from '../support/program.ts';
import { startServer } from '../support/server.ts';
import { root } from '../support/source.ts';

describe.skipIf(isLeftOut('Chromium'))('the overlay', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  test('shows tips as they come, and leaves when the page leaves', async () => {
    const child = spawn(process.execPath, ['--conditions=tipstream-source', 'docs/examples/overlay.ts', '0'], {
      cwd: root,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const address = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())),
    );
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForSelector('li', { timeout: 20_000 });
    expect(await page.locator('li').first().textContent()).toMatch(/^\S+ \d+ tokens? (stripchat|camsoda)/);
    expect(await page.locator('#state').textContent()).toBe('');
    await page.close();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  }, 60_000);

  test('in one file serves a page that shows tips', async () => {
    const mock = await createMockServer({ port: 0, seed: 7, pace: 50 });
    onTestFinished(() => mock.close());
    const program = runNode(['--conditions=tipstream-source', 'docs/examples/guide/serve-node.ts'], {
      cwd: root,
      env: { ...mock.env, PORT: '0' },
    });
    const [, port] = /port: (\d+)/.exec(await program.printed(/port: /)) ?? [];
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('li', { timeout: 20_000 });
    expect(await page.locator('li').first().textContent()).toMatch(/^\S+ gave \d+ on (chaturbate|stripchat|camsoda)$/);
    await page.close();
  }, 60_000);

  test('of the guide shows what the answer of the guide brings, as text', async () => {
    const { stream, push } = createSource<TipEvent>({ platform: 'test' });
    const bundle = await build({
      entryPoints: [join(root, 'docs/examples/guide/page.ts')],
      bundle: true,
      format: 'esm',
      write: false,
      conditions: ['tipstream-source'],
    });
    const server = await startServer(async ({ path }, response) => {
      if (path === '/')
        return { headers: { 'content-type': 'text/html' }, body: '<script type="module" src="/page.js"></script>' };
      if (path === '/page.js')
        return { headers: { 'content-type': 'text/javascript' }, body: bundle.outputFiles[0]?.text };
      if (path !== '/tips') return { status: 404 };
      const answer = toResponse(stream, { format: 'sse', request: new Request('http://localhost/tips') });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body) void pipeline(answer.body, response).catch(() => response.destroy());
      return undefined;
    });
    const page = await browser.newPage();
    await page.goto(server.url);
    await expect.poll(() => server.arrivals.some(({ path }) => path === '/tips')).toBe(true);
    await push(testTip({ tipper: '<img src=x onerror=alert(1)>', amount: 5, unit: 'EUR', message: 'hi' }));
    await page.waitForSelector('li');
    expect(await page.locator('li').allTextContents()).toEqual(['<img src=x onerror=alert(1)>: 5.00 EUR hi']);
    await page.close();
  }, 60_000);
});
