import { basename } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';
import { serving } from '../stream/serve-server.ts';
import { isLeftOut, openBrowser } from '../support/engines.ts';
import { root } from '../support/source.ts';

/** A page that shows the tips of whoever looks at it, in files as a bundler splits them. */
const page = `
  import { createTwitch } from 'tipstream/twitch';
  globalThis.seen = { amounts: [], states: [], gaps: 0, users: [] };
  globalThis.start = async ({ watch, ...options }) => {
    const twitch = createTwitch({ ...options, random: () => 0 });
    const { items } = await twitch.users({ logins: ['mira'] });
    seen.users = items.map(({ login }) => login);
    if (!watch) return;
    const tips = twitch.tips();
    tips.on('status', ({ state }) => seen.states.push(state));
    tips.on('gap', () => { seen.gaps += 1; });
    tips.subscribe(({ amount }) => { seen.amounts.push(amount); });
  };`;

interface Seen {
  amounts: number[];
  states: string[];
  gaps: number;
  users: string[];
}

/** The files of the page by their names. */
async function split(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir: root },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'chrome103',
    platform: 'browser',
    conditions: ['tipstream-source'],
    outdir: 'out',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

test('ES-21 an app that only asks for users carries nothing of EventSub in the files that it loads', async () => {
  const files = await split();
  const loaded = ['stdin.js'];
  for (const name of loaded)
    for (const [, next = ''] of files.get(name)?.matchAll(/(?:from|import) ?"\.\/([^"]+)"/g) ?? [])
      if (!loaded.includes(next)) loaded.push(next);
  const speaks = (name: string) => /session_welcome/.test(files.get(name) ?? '');
  expect(loaded.filter(speaks)).toEqual([]);
  expect([...files.keys()].filter(speaks)).toHaveLength(1);
});

describe.skipIf(isLeftOut('Chromium'))('Twitch in a page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  const open = async (watch: boolean) => {
    const server = await createMockServer({ port: 0, seed: 3, platforms: ['twitch'], every: Number.POSITIVE_INFINITY });
    onTestFinished(server.close);
    const { twitch: mock } = server;
    const files = await split();
    const asked: string[] = [];
    const site = await serving((request) => {
      const name = basename(new URL(request.url).pathname);
      asked.push(name);
      const text = files.get(name);
      if (text !== undefined) return new Response(text, { headers: { 'content-type': 'text/javascript' } });
      const html = '<!doctype html><meta charset="utf-8"><script type="module" src="/stdin.js"></script>';
      return new Response(html, { headers: { 'content-type': 'text/html' } });
    });
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    await tab.goto(site.url.replace('/tips', '/page.html'));
    await vi.waitFor(() => tab.evaluate('start.name'), { timeout: 5000 });
    const { accessToken: token } = mock.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
    const options = { clientId: mock.clientId, token, baseUrl: `${server.url}/twitch/helix`, watch };
    await tab.evaluate(`start(${JSON.stringify(options)})`);
    return { mock, asked, seen: () => tab.evaluate<Seen>('seen') };
  };

  test('ES-10 ES-13 tips come over the socket of the browser, through a hand-over and a connection that breaks', async () => {
    const { mock, seen } = await open(true);
    const live = (times: number) =>
      vi.waitFor(async () => expect((await seen()).states.filter((state) => state === 'live')).toHaveLength(times), {
        timeout: 10_000,
      });
    const { eventsub } = mock;
    await live(1);
    eventsub.happen(eventsub.what.cheer(1));
    const [session] = eventsub.sessions.values();
    const old = session?.peer;
    eventsub.handOver();
    eventsub.happen(eventsub.what.cheer(2));
    await vi.waitFor(() => expect(old?.open).toBe(false), { timeout: 10_000 });
    eventsub.happen(eventsub.what.cheer(3));
    await vi.waitFor(async () => expect((await seen()).amounts).toEqual([1, 2, 3]), { timeout: 5000 });
    expect((await seen()).gaps).toBe(0);
    eventsub.drop();
    await live(2);
    eventsub.happen(eventsub.what.cheer(4));
    await vi.waitFor(async () => expect((await seen()).amounts).toEqual([1, 2, 3, 4]), { timeout: 5000 });
    expect((await seen()).gaps).toBe(1);
  }, 60_000);

  test('ES-21 a page that only asks for users fetches no file of EventSub', async () => {
    const { asked, seen } = await open(false);
    await vi.waitFor(async () => expect((await seen()).users).toEqual(['mira']), { timeout: 5000 });
    expect(asked.filter((name) => name.startsWith('eventsub'))).toEqual([]);
    const { asked: more, seen: other } = await open(true);
    await vi.waitFor(async () => expect((await other()).states).toContain('live'), { timeout: 5000 });
    expect(more.filter((name) => name.startsWith('eventsub'))).toHaveLength(1);
  }, 60_000);
});
