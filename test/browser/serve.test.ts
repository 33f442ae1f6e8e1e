import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { toResponse } from '../../src/stream/serve.ts';
import { createSource } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { type Serving, serving } from '../stream/serve-server.ts';
import { settle } from '../support/clock.ts';
import { isLeftOut, openBrowser } from '../support/engines.ts';

const tip = (number: number): TipEvent => ({
  platform: 'here',
  amount: number,
  tipper: '<b>fan123</b>',
  message: 'Grüße 🎉',
  timestamp: 1_767_297_600 + number,
  id: `here:-:${number}`,
  unit: 'token',
  anonymous: false,
});

/** What a page does: shows the stream, and writes down what it saw. Waits are a twentieth of the real ones. */
const pages = {
  fromUrl: `import { fromUrl } from './src/stream/serve.ts';
    globalThis.seen = { ids: [], tippers: [], gaps: [], states: [] };
    const clock = { now: () => Date.now(), after: (ms, run) => { const timer = setTimeout(run, ms / 20); return () => clearTimeout(timer); } };
    const tips = fromUrl(document.body.dataset.tips, { clock });
    tips.on('gap', (gap) => seen.gaps.push(gap.reason));
    tips.on('status', ({ state }) => seen.states.push(state));
    tips.subscribe((tip) => { seen.ids.push(tip.id); seen.tippers.push(tip.tipper); });`,
  EventSource: `globalThis.seen = { ids: [], tippers: [], gaps: [], states: [] };
    const tips = new EventSource(document.body.dataset.tips);
    tips.onopen = () => seen.states.push('live');
    tips.onmessage = ({ data, lastEventId }) => { seen.ids.push(lastEventId); seen.tippers.push(JSON.parse(data).tipper); };
    tips.addEventListener('gap', ({ data }) => seen.gaps.push(JSON.parse(data).reason));`,
};

interface Seen {
  ids: string[];
  tippers: string[];
  gaps: string[];
  states: string[];
}

describe.skipIf(isLeftOut('Chromium'))('a page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  const script = async (source: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: new URL('../..', import.meta.url).pathname, loader: 'ts' },
      bundle: true,
      format: 'esm',
      target: 'chrome103',
      platform: 'browser',
      conditions: ['tipstream-source'],
      write: false,
    });
    return outputFiles[0]?.text ?? '';
  };

  /** A server with a page and a stream; the page may come from another origin than the stream. */
  const open = async (name: keyof typeof pages, foreign: boolean) => {
    const source = createSource<TipEvent>({ platform: 'here', id: ({ id }) => id });
    onTestFinished(() => source.stream.close());
    const code = await script(pages[name]);
    const answer = (request: Request): Response => {
      const { pathname } = new URL(request.url);
      if (pathname === '/tips')
        return toResponse(source.stream, {
          format: 'sse',
          request,
          ...(foreign && { headers: { 'access-control-allow-origin': '*' } }),
        });
      if (pathname === '/page.js') return new Response(code, { headers: { 'content-type': 'text/javascript' } });
      if (pathname !== '/page.html') return new Response(null, { status: 404 });
      const html = `<!doctype html><meta charset="utf-8"><body data-tips="${foreign ? tips.url : '/tips'}"><script type="module" src="/page.js"></script>`;
      return new Response(html, { headers: { 'content-type': 'text/html' } });
    };
    const tips: Serving = await serving(answer);
    const origin = foreign ? await serving(answer) : tips;
    const page: Page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(origin.url.replace('/tips', '/page.html'));
    const seen = (): Promise<Seen> => page.evaluate<Seen>('seen');
    await vi.waitFor(async () => expect((await seen()).states).toContain('live'), { timeout: 5_000 });
    const asked = (): number => tips.requests.filter(({ url }) => url?.startsWith('/tips')).length;
    return { source, tips, seen, asked };
  };

  const cutTwentyTimes = async ({ source, tips, asked, seen }: Awaited<ReturnType<typeof open>>, cuts = 20) => {
    let sent = 0;
    for (let cut = 0; cut < cuts; cut += 1) {
      const before = asked();
      for (let each = 0; each < 10; each += 1) {
        sent += 1;
        void source.push(tip(sent));
        if (each % 3 === 0) await settle(each);
        if (each === cut % 10) tips.cut();
      }
      await vi.waitFor(() => expect(asked()).toBeGreaterThan(before), { timeout: 10_000, interval: 5 });
    }
    await vi.waitFor(async () => expect((await seen()).ids.length).toBeGreaterThanOrEqual(sent), { timeout: 10_000 });
    const { ids, tippers, gaps } = await seen();
    expect(ids).toEqual(Array.from({ length: sent }, (_, index) => `here:-:${index + 1}`));
    expect(tippers[0]).toBe('<b>fan123</b>');
    expect(gaps).toEqual([]);
  };

  test('fromUrl: the connection is cut twenty times, every tip comes once', async () => {
    await cutTwentyTimes(await open('fromUrl', false));
  }, 60_000);

  test('fromUrl on another origin: the connection is cut twenty times, every tip comes once, without a preflight', async () => {
    const bench = await open('fromUrl', true);
    await cutTwentyTimes(bench);
    expect(bench.tips.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
  }, 60_000);

  test("the browser's own EventSource reads the same answer and resumes it", async () => {
    // It waits three seconds before each reconnect.
    await cutTwentyTimes(await open('EventSource', false), 2);
  }, 60_000);
});
