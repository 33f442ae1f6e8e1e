import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { root } from '../support/source.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of an app in which the packed package is installed. */
    app: string;
    /** The files of the packed package, as `dist/index.js`. */
    packed: string[];
  }
}

const run = promisify(execFile);

/** Builds and packs the package as `npm publish` would, and installs it in an app outside of the project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-'));
  await run('npm', ['run', 'build'], { cwd: root });
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
  const app = join(folder, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: app });
  project.provide('app', app);
  project.provide(
    'packed',
    files.map((file: { path: string }) => file.path),
  );
  return () => rm(folder, { recursive: true, force: true });
}
