/**
 * The peers, by their versions. They are no dependencies of ours, not even to develop with: `npm run bench` puts them into `.bench/`.
 * What we use ourselves (ky, zod, ws) is compared in the version that we use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = join(import.meta.dirname, '..');
export const place = join(root, '.bench');

const versions: Readonly<Record<string, string>> = {
  '@octokit/core': '7.0.8',
  '@octokit/plugin-retry': '8.1.1',
  '@octokit/plugin-throttling': '11.0.5',
  '@twurple/api': '8.1.4',
  '@twurple/auth': '8.1.4',
  '@twurple/eventsub-ws': '8.1.4',
  axios: '1.21.1',
  bottleneck: '2.19.5',
  got: '15.1.0',
  'it-merge': '3.0.15',
  limiter: '3.0.0',
  'lru-cache': '11.5.3',
  openai: '7.57.0',
  'openapi-fetch': '0.17.0',
  'p-throttle': '8.1.1',
  partysocket: '1.3.0',
  rxjs: '7.8.2',
};

/** Those that are here anyway. */
const ours = ['eventemitter3', 'keyv', 'ky', 'rate-limiter-flexible', 'ws', 'zod'];

/** Installs what is missing. */
export function installPeers(): void {
  const file = join(place, 'package.json');
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: versions }, null, 2);
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest && existsSync(join(place, 'node_modules/axios')))
    return;
  mkdirSync(place, { recursive: true });
  // Whoever imports from here finds the peers, and above them what we use ourselves.
  writeFileSync(join(place, 'peer.js'), 'export const load = (name) => import(name);\n');
  writeFileSync(file, manifest);
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: place,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the peers could not be installed: ${stderr}`);
}

/** A peer, of which `Face` is what is used. */
export async function peer<Face>(name: string): Promise<Face> {
  const { load } = await import(pathToFileURL(join(place, 'peer.js')).href);
  return load(name);
}

/** The versions of everything that was compared. */
export const versionsUsed = (): [name: string, version: string][] =>
  [...Object.entries(versions), ...ours.map((name): [string, string] => [name, versionHere(name)])].sort();

const versionHere = (name: string): string =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
