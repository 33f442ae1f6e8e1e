import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
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

/** What the build reads. */
const ingredients = [
  'src',
  'scripts/house-chunks.ts',
  'scripts/guest-copies.ts',
  'scripts/pure-values.ts',
  'package.json',
  'tsup.config.ts',
  'tsconfig.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

/** Builds and packs the package as `npm publish` would; in a copy, so that nobody who reads `dist` in the meantime is disturbed. */
async function pack(folder: string): Promise<string> {
  const copy = join(folder, 'package');
  for (const name of ingredients) await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { stdout: said, stderr: warned } = await run(
    process.execPath,
    [join(root, 'node_modules/tsup/dist/cli-default.js')],
    {
      cwd: copy,
    },
  );
  // What nobody reads is not looked at until it breaks somebody's build.
  const warnings = `${said}\n${warned}`.split('\n').filter((line) => /\bwarn|\[plugin/i.test(line));
  if (warnings.length > 0) throw new Error(`the build warns:\n${warnings.join('\n')}`);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: copy,
  });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
  return join(folder, filename);
}

/** Packs the package, unless `TIPSTREAM_TARBALL` names one that is packed already, and installs it in an app outside of the project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-'));
  const tarball = process.env.TIPSTREAM_TARBALL ?? (await pack(folder));
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const app = join(folder, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: app });
  project.provide('app', app);
  project.provide(
    'packed',
    stdout
      .split('\n')
      .filter((path) => path.startsWith('package/'))
      .map((path) => path.slice('package/'.length))
      .sort(),
  );
  return () => rm(folder, { recursive: true, force: true });
}
