import { spawn } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Page } from 'playwright-core';
import { type Engine, openBrowser, pathOf } from '../support/engines.ts';

/** What the program said of its parts, and how it went away. */
export interface Ran {
  said: Record<string, unknown>;
  /** Only of a process. */
  exit?: { code: number | null; stderr: string; msAfterLastWord: number };
}

/** Runs the program of this folder, in an app where the package is installed, with its options. */
export type Host = (app: string, options: unknown) => Promise<Ran>;

const programs = ['suite.js', 'process.mjs', 'worker.js', 'page.js', 'service-worker.js'];

/** Puts the programs beside the installed package. */
export async function bringPrograms(app: string): Promise<void> {
  for (const file of programs) await copyFile(join(import.meta.dirname, 'fixtures', file), join(app, file));
}

/** A process that is left alone until it ends; after a minute it counts as one that does not. */
const ownProcess =
  (engine: Engine, ...flags: string[]): Host =>
  (app, options) =>
    new Promise((resolve, reject) => {
      const args = [...flags, 'process.mjs', JSON.stringify(options)];
      const child = spawn(pathOf(engine), args, { cwd: app, timeout: 60_000, env: { PATH: process.env.PATH } });
      let [stdout, stderr, lastWord] = ['', '', 0];
      child.stdout.on('data', (text) => {
        stdout += text;
        lastWord = Date.now();
      });
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      child.once('error', reject);
      child.once('close', (code) => {
        const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
        resolve({
          said: Object.assign({}, ...lines.map((line) => JSON.parse(line))),
          exit: { code, stderr, msAfterLastWord: Date.now() - lastWord },
        });
      });
    });

async function bundled(app: string, file: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: app,
    entryPoints: [file],
    bundle: true,
    format: 'esm',
    write: false,
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

const workerd: Host = async (app, options) => {
  const script = await bundled(app, 'worker.js', {
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd'],
  });
  const { Miniflare } = await import(join(pathOf('workerd'), 'dist/src/index.js'));
  const worker = new Miniflare({ modules: true, script, compatibilityDate: '2026-01-01' });
  try {
    const answer = await worker.dispatchFetch('http://worker.test/', { method: 'POST', body: JSON.stringify(options) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the worker failed: ${text}`);
    return { said: JSON.parse(text) };
  } finally {
    await worker.dispose();
  }
};

/** A tab whose page has one script. */
async function inTab<T>(script: string, use: (tab: Page) => Promise<T>): Promise<T> {
  const site = createServer(({ url }, response) => {
    const type = url === '/script.js' ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` });
    response.end(url === '/script.js' ? script : '<!doctype html><title>runtimes</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    return await use(tab);
  } finally {
    await browser.close();
    site.close();
    site.closeAllConnections();
  }
}

const page: Host = async (app, options) => {
  const script = await bundled(app, 'page.js', { platform: 'browser', target: 'chrome103' });
  return inTab(script, async (tab) => {
    // As text: what vitest makes of an `import()` is not known in a page.
    const ran = `import('/script.js').then(() => runSuite(${JSON.stringify(options)}))`;
    return { said: await tab.evaluate<Ran['said']>(ran) };
  });
};

const serviceWorker: Host = async (app, options) => {
  const script = await bundled(app, 'service-worker.js', { platform: 'browser', target: 'chrome103', format: 'iife' });
  return inTab(script, async (tab) => {
    const said = await tab.evaluate(async (given) => {
      const { serviceWorker: workers } = navigator;
      await workers.register('/script.js', { scope: '/' });
      const { active } = await workers.ready;
      const answer = new Promise((resolve) =>
        workers.addEventListener('message', ({ data }) => resolve(data), { once: true }),
      );
      workers.startMessages();
      active?.postMessage(given);
      return answer;
    }, options);
    return { said: said as Ran['said'] };
  });
};

/** Each runtime that the package promises, and how a program gets to run on it. */
export const hosts: readonly (readonly [Engine, Host, inside?: string])[] = [
  ['Node 22.12', ownProcess('Node 22.12')],
  ['Node 22', ownProcess('Node 22')],
  ['Node 24', ownProcess('Node 24')],
  ['Node 26', ownProcess('Node 26')],
  ['Bun', ownProcess('Bun')],
  // With the network of this machine and its own files, and with nothing else.
  ['Deno', ownProcess('Deno', 'run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-read=.')],
  ['workerd', workerd],
  ['Chromium', page],
  ['Chromium', serviceWorker, ', in a service worker'],
];
