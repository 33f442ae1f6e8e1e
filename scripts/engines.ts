import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The runtimes, bundlers and compilers that the package promises to work with. They are not devDependencies: nobody needs a gigabyte to
 * mend a comma. They live in `.engines`, and whatever needs them says where: `npm run engines`.
 */
const engines: Record<string, string> = {
  node: '22.23.3',
  // The oldest that package.json allows.
  'node-22.12': 'npm:node@22.12.0',
  'node-26': 'npm:node@26.10.0',
  bun: '1.4.5',
  deno: '2.9.6',
  miniflare: '4.20260730.0',
  rolldown: '1.3.2',
  vite: '8.3.8',
  webpack: '5.112.2',
  // The oldest that the relay and the fleet take.
  'ioredis-5': 'npm:ioredis@5.9.0',
  'typescript-5.7': 'npm:typescript@5.7.3',
  'typescript-5.8': 'npm:typescript@5.8.3',
  'typescript-5.9': 'npm:typescript@5.9.3',
  'typescript-6': 'npm:typescript@6.0.3',
  'typescript-7': 'npm:typescript@7.0.2',
};

const folder = join(import.meta.dirname, '../.engines');

/** The version of an engine that is here. */
function versionOf(name: string): string | undefined {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

const missing = Object.entries(engines).filter(([name, wanted]) => versionOf(name) !== wanted.split('@').at(-1));
if (missing.length > 0) {
  console.log(`installs ${missing.map(([name]) => name).join(', ')} into .engines`);
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: engines };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder], {
    stdio: 'inherit',
  });
}
