import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, LaunchOptions } from 'playwright-core';
import { root } from './source.ts';

/** Programs that a fresh machine may lack. `npm run engines` brings what comes from npm; `.ci/run` installs all and forbids that one is missing. */
const places = {
  'Node 24': join(root, 'node_modules/node/bin/node'),
  'Node 22.12': join(root, '.engines/node_modules/node-22.12/bin/node'),
  'Node 22': join(root, '.engines/node_modules/node/bin/node'),
  'Node 26': join(root, '.engines/node_modules/node-26/bin/node'),
  Bun: join(root, '.engines/node_modules/.bin/bun'),
  Deno: join(root, '.engines/node_modules/.bin/deno'),
  workerd: join(root, '.engines/node_modules/miniflare'),
  rolldown: join(root, '.engines/node_modules/rolldown'),
  Vite: join(root, '.engines/node_modules/vite'),
  webpack: join(root, '.engines/node_modules/webpack'),
  'TypeScript 5.7': join(root, '.engines/node_modules/typescript-5.7/bin/tsc'),
  'TypeScript 5.8': join(root, '.engines/node_modules/typescript-5.8/bin/tsc'),
  'TypeScript 5.9': join(root, '.engines/node_modules/typescript-5.9/bin/tsc'),
  'TypeScript 6': join(root, '.engines/node_modules/typescript-6/bin/tsc'),
  'TypeScript 7': join(root, '.engines/node_modules/typescript-7/bin/tsc'),
  Chromium: '/usr/bin/chromium',
  Redis: '/usr/bin/redis-server',
};

export type Engine = keyof typeof places;

/** Whether tests of an engine are left out: it is not here, and nobody said that it must be. */
export const isLeftOut = (engine: Engine): boolean =>
  !existsSync(places[engine]) && process.env.TIPSTREAM_ENGINES !== 'required';

/** Where an engine is. */
export function pathOf(engine: Engine): string {
  if (existsSync(places[engine])) return places[engine];
  throw new Error(`${engine} is not at ${places[engine]}; \`npm run engines\` or .ci/run installs it`);
}

/** Debian's Chromium, without everything that asks the network. */
const chromium = (): LaunchOptions => ({
  executablePath: pathOf('Chromium'),
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

/** Starts Chromium. */
export async function openBrowser(): Promise<Browser> {
  const { chromium: launcher } = await import('playwright-core');
  return launcher.launch(chromium());
}
