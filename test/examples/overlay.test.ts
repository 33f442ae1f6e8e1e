import { spawn } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isLeftOut, openBrowser } from '../support/engines.ts';
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
});
