import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isLeftOut, openBrowser } from '../../support/engines.ts';
import { files, root } from '../../support/source.ts';

const site = mkdtempSync(join(tmpdir(), 'tipstream-reference-'));
afterAll(() => rmSync(site, { recursive: true, force: true }));
beforeAll(async () => {
  await promisify(execFile)('npx', ['typedoc', '--out', site, '--treatWarningsAsErrors', 'false'], { cwd: root });
}, 120_000);

/** The pages of the site, by their path. */
const pages = (): Map<string, string> =>
  new Map(
    files(relative(root, site), '.html').map((file) => [join(root, file), readFileSync(join(root, file), 'utf8')]),
  );

describe('the reference', () => {
  it('leads nowhere that is not there: every link to a page, and to a place in one', () => {
    const all = pages();
    const ids = new Map(
      [...all].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))]),
    );
    const broken: string[] = [];
    let seen = 0;
    for (const [path, text] of all)
      for (const [, link = ''] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (/^([a-z]+:|#icon)/.test(link) || link.includes('icons.svg#')) continue;
        seen += 1;
        const [file = '', place] = link.split('#');
        const target = file === '' ? path : join(dirname(path), decodeURIComponent(file));
        const isThere = !place || !all.has(target) || ids.get(target)?.has(decodeURIComponent(place));
        if (!existsSync(target) || !isThere) broken.push(`${relative(site, path)}: ${link}`);
      }
    expect(seen).toBeGreaterThan(5000);
    expect([...new Set(broken)]).toEqual([]);
  });

  it('has every guide, and puts every name of the front door under its task', () => {
    const front = pages().get(join(site, 'modules/tipstream.html')) ?? '';
    const tasks = [...front.matchAll(/<h2[^>]*>(?:<svg.*?<\/svg>)?\s*([^<]+)</g)].map(([, title]) => title);
    expect(tasks.slice(0, 3)).toEqual(['Tips', 'Streams and composing', 'Sources of your own']);
    expect(tasks).not.toContain('Other');
    const guides = files('docs/guide', '.md').map(
      (file) => /^title: (.*)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1],
    );
    const there = files(relative(root, join(site, 'documents')), '.html').map((file) =>
      readFileSync(join(root, file), 'utf8'),
    );
    expect(
      guides.filter(
        (title) => !there.some((text) => text.includes(`<h1>${title}`) || text.includes(`<title>${title} `)),
      ),
    ).toEqual([]);
  });
});

describe.skipIf(isLeftOut('Chromium'))('in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  async function look(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    onTestFinished(() => page.close());
    await page.goto(pathToFileURL(join(site, path)).href);
    return page;
  }

  it.each([
    ['createTwitch', 'functions/tipstream_twitch.createTwitch.html'],
    ['TipEvent', 'interfaces/tipstream.TipEvent.html'],
    ['pollTips', 'functions/tipstream.pollTips.html'],
    ['troubleshooting', 'documents/Troubleshooting.html'],
    ['checkpoint', 'documents/Delivery_and_checkpoints.html'],
  ])('the search finds %s', async (name, path) => {
    const page = await look('index.html');
    await page.keyboard.press('/');
    await page.locator('#tsd-search-input').fill(name);
    const found = page.locator('#tsd-search-results a');
    await expect
      .poll(() => found.evaluateAll((links) => links.map((link) => link.getAttribute('href'))), { timeout: 20_000 })
      .toContain(`./${path}`);
  });

  it.each([
    'index.html',
    'documents/Going_live.html',
    'interfaces/tipstream_tipping.Tipping.html',
    'functions/tipstream.merge.html',
  ])('%s fits a phone, and is dark where the reader is', async (path) => {
    const page = await look(path, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.waitForFunction(() => getComputedStyle(document.body).display !== 'none');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(Math.max(...(ground.match(/\d+/g) ?? ['255']).map(Number))).toBeLessThan(64);
    await page.locator('#tsd-toolbar-menu-trigger').click();
    await page.getByRole('link', { name: 'Getting started', exact: true }).first().waitFor();
  });
});
