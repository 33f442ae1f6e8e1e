import { spawn } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { createMockServer } from 'tipstream/mock';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isLeftOut, openBrowser } from '../support/engines.ts';
import { root } from '../support/source.ts';

const node = ['--conditions=tipstream-source', 'docs/examples/evening.ts', '--page', '0'];

/** Runs the evening and gives the address of its page, which is the first thing that it says. */
async function evening(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = spawn(process.execPath, [...node, ...args], { cwd: root, env: { PATH: process.env.PATH, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.resume();
  const said = await new Promise<string>((resolve) => child.stderr.setEncoding('utf8').once('data', resolve));
  const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
  if (!address) throw new Error(`no address in ${said}`);
  return address;
}

/** Rooms that a test can tip in, taken for real ones. */
async function ownRooms() {
  const rooms = ['stripchat', 'camsoda'].map((platform) => ({
    platform,
    dialect: 'contract' as const,
    channel: 'mira',
  }));
  const mock = await createMockServer({ port: 0, scenario: 'quiet', platforms: ['stripchat', 'camsoda'], rooms });
  onTestFinished(() => mock.close());
  const env = { ...mock.env, STRIPCHAT_POLL_INTERVAL: '0.1', CAMSODA_POLL_INTERVAL: '0.1' };
  return { mock, address: await evening(['--live'], env) };
}

describe.skipIf(isLeftOut('Chromium'))('the page of the evening', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  async function look(address: string): Promise<{ page: Page; errors: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    onTestFinished(() => page.close());
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(address);
    return { page, errors };
  }

  test('shows tips within ten seconds and as they come, the state of every source, who gave most, and a goal by rates of one own', async () => {
    const begin = performance.now();
    const { page, errors } = await look(await evening());
    await page.waitForSelector('#wall li');
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await page.locator('#wall li').first().textContent()).toMatch(/\d+ tokens?/);
    await page.waitForSelector('#top li');
    await page.waitForSelector('#chart rect');
    expect(await page.locator('#sources li').allInnerTexts()).toHaveLength(4);
    await page.locator('summary').click();
    await page.getByLabel('Target').fill('100000');
    await page.getByLabel('Target').press('Tab');
    await expect.poll(() => page.locator('#goal-words').textContent()).toMatch(/of \$100,000\.00, \d %/);
    expect(errors).toEqual([]);
  }, 60_000);

  test('goes on while its switches make every platform fail, and shows no tip twice; they work by keyboard too', async () => {
    const address = await evening(['--tips', '150']);
    const { page, errors } = await look(address);
    const cut = page.getByRole('button', { name: 'Cut connections' });
    await cut.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => cut.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Half answers' }).click();
    const scene = async (): Promise<{ sources: { state: string }[]; recent: { id: string }[]; tips: number }> =>
      (await fetch(`${address}scene`)).json();
    await expect
      .poll(async () => (await scene()).sources.some(({ state }) => state === 'waiting'), { timeout: 20_000 })
      .toBe(true);
    const { tips: before } = await scene();
    await expect.poll(async () => (await scene()).tips, { timeout: 20_000 }).toBeGreaterThan(before + 4);
    const { recent, tips } = await scene();
    expect(new Set(recent.map(({ id }) => id)).size).toBe(tips);
    expect(errors).toEqual([]);
  }, 60_000);

  test('runs the clients themselves at ?direct', async () => {
    const { page, errors } = await look(`${await evening()}?direct`);
    await page.waitForSelector('#wall li', { timeout: 20_000 });
    await expect.poll(() => page.locator('#sources .live').count(), { timeout: 20_000 }).toBe(4);
    expect(await page.locator('#failing').isHidden()).toBe(true);
    expect(errors).toEqual([]);
  }, 60_000);

  test('stays whole whatever a name or a note is', async () => {
    const { mock, address } = await ownRooms();
    const { page, errors } = await look(address);
    await page.waitForSelector('#sources .live');
    const hostile = [
      { tipper: '<img src=x onerror="window.broken=1">', message: '<script>window.broken=1</script>' },
      { tipper: '\u202egnp.exe', message: '\u202eThis turns around \u2066and never closes' },
      { tipper: 'x'.repeat(200), message: 'W'.repeat(10_000) },
    ];
    for (const tip of hostile) mock.tip('stripchat', { ...tip, amount: 5 });
    await expect.poll(() => page.locator('#wall li').count(), { timeout: 20_000 }).toBe(3);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    expect(await page.locator('#wall img, #wall script').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const heights = await page.locator('#wall li').evaluateAll((items) => items.map((item) => item.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(130);
    expect(await page.locator('#wall .amount').allInnerTexts()).toEqual(['5 tokens', '5 tokens', '5 tokens']);
    expect(await page.locator('#wall .who').allInnerTexts()).toContain('gnp.exe');
    expect(errors).toEqual([]);

    const { page: overlay } = await look(`${address}overlay`);
    const isListening = async () => {
      mock.tip('camsoda', { amount: 1, tipper: 'ada_l' });
      return overlay.locator('#alerts li').count();
    };
    await expect.poll(isListening, { timeout: 20_000, interval: 300 }).toBeGreaterThan(0);
    for (const tip of hostile) mock.tip('camsoda', { ...tip, amount: 5 });
    await expect.poll(() => overlay.locator('#alerts .who').allInnerTexts(), { timeout: 20_000 }).toContain('gnp.exe');
    expect(await overlay.evaluate(() => 'broken' in window)).toBe(false);
    expect(await overlay.locator('#alerts img, #alerts script').count()).toBe(0);
    expect(await overlay.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const boxes = await overlay.locator('#alerts li').evaluateAll((items) => items.map((item) => item.clientHeight));
    expect(Math.max(...boxes)).toBeLessThan(130);
  }, 60_000);

  test('has a transparent version for OBS, and gives real rooms no switches and no tokens', async () => {
    const { mock, address } = await ownRooms();
    const { page } = await look(`${address}overlay`);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe('rgba(0, 0, 0, 0)');
    await expect
      .poll(
        async () => {
          mock.tip('camsoda', { amount: 7, tipper: 'ada_l' });
          return page.locator('#alerts li').count();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBeGreaterThan(0);
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${address}${path}`, init)).status;
    expect(await statusOf('rooms')).toBe(404);
    expect(await statusOf('switch/reset', { method: 'POST' })).toBe(404);
    expect(await statusOf('scene', { headers: { origin: 'https://elsewhere.invalid' } })).toBe(403);
    expect(JSON.stringify(await (await fetch(`${address}scene`)).json())).not.toContain('not-a-secret');
  }, 60_000);
});
