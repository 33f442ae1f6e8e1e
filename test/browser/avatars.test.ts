import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialsAvatar } from '../../src/tiktok/avatars/initials.ts';
import { isLeftOut, openBrowser } from '../support/engines.ts';

/** What a page does: resolves pictures, and shows them in an `<img>`. */
const script = `import { createAvatars, decodeDataUrl, initialsAvatar } from './src/tiktok/index.ts';
  const show = (src) => new Promise((resolve) => {
    const image = document.body.appendChild(new Image());
    image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
    image.onerror = () => resolve('broken');
    image.src = src;
  });
  const answering = (text) => async () => new Response(text);
  const silent = async () => { throw new TypeError('no network'); };
  Object.assign(globalThis, {
    initialsAvatar,
    draw: (input) => show('data:image/svg+xml;base64,' + btoa(String.fromCharCode(...new TextEncoder().encode(initialsAvatar(input))))),
    async resolve(request, generated) {
      const avatars = createAvatars({ logger: false, fetch: generated ? answering(generated) : silent });
      const profile = await avatars.resolve(request);
      const size = profile.avatar_data_url && await show(profile.avatar_data_url);
      return { profile, size, text: profile.avatar_data_url && new TextDecoder().decode(decodeDataUrl(profile.avatar_data_url).bytes) };
    },
    markup(text) {
      const place = document.body.appendChild(document.createElement('div'));
      place.innerHTML = text;
    },
  });`;

const evil = `<svg xmlns="http://www.w3.org/2000/svg" width="33" height="44" onload="parent.ran=1;globalThis.ran=1">
  <script>globalThis.ran = 2; if (globalThis.parent) parent.ran = 2;</script>
  <image href="/beacon.png"/><foreignObject><img src="x" onerror="globalThis.ran=3"/></foreignObject><rect width="9" height="9"/></svg>`;

interface Shown {
  profile: { source: string; avatar_url?: string; image_hash?: string; avatar_data_url?: string };
  size?: [number, number] | 'broken';
  text?: string;
}

describe.skipIf(isLeftOut('Chromium'))('avatars in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><meta charset="utf-8"><body>');
  });
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: new URL('../..', import.meta.url).pathname, loader: 'ts' },
      bundle: true,
      format: 'iife',
      target: 'chrome103',
      platform: 'browser',
      conditions: ['tipstream-source'],
      write: false,
    });
    browser = await openBrowser();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  const names = [
    { username: 'example_user', displayName: 'Example User' },
    { username: 'johndoe', displayName: 'John Doe' },
    { username: 'viewer123', displayName: 'Viewer Name' },
    { username: 'streamer123', displayName: 'x' },
    { username: 'a', displayName: 'Мария Петрова' },
    { username: '🦊', displayName: '<b onload=alert(1)> "&\u0000\u{1F389}' },
    { username: '', displayName: '' },
  ];

  test('TT-13 TT-54 initials are the same as elsewhere, byte for byte, and show', async () => {
    for (const name of names) {
      expect(await page.evaluate(`initialsAvatar(${JSON.stringify(name)})`)).toBe(initialsAvatar(name));
      expect(await page.evaluate(`draw(${JSON.stringify(name)})`)).toEqual([120, 120]);
    }
  });

  test('TT-12 a generated picture with a script in it shows, and nothing of it runs or is fetched', async () => {
    const { profile, size, text } = await page.evaluate<Shown>(
      `resolve({ username: 'mira' }, ${JSON.stringify(evil)})`,
    );
    expect([profile.source, size, text]).toEqual(['generator', [33, 44], evil]);
    expect(profile.image_hash).toMatch(/^[0-9a-f]{64}$/);
    // Whatever a picture does, it has done by the next frame but one.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    expect(asked.filter((url) => url.includes('beacon'))).toEqual([]);
    // The same as markup would have run: the picture is a dangerous one.
    await page.evaluate(`markup(${JSON.stringify(evil)})`);
    await page.waitForFunction('globalThis.ran !== undefined');
  });

  test('a live picture of another origin is given by its address, without a request of ours', async () => {
    const address = 'https://cdn.example.com/mira.webp?x=1';
    const { profile } = await page.evaluate<Shown>(`resolve({ username: 'mira', liveAvatarUrl: '${address}' })`);
    expect(profile).toMatchObject({ source: 'live', avatar_url: address });
    expect(profile.avatar_data_url).toBeUndefined();
  });

  test('without a network there are initials', async () => {
    const { profile, size } = await page.evaluate<Shown>(`resolve({ username: 'mira' })`);
    expect([profile.source, size]).toEqual(['initials', [120, 120]]);
  });
});
