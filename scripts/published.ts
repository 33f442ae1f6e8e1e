import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');

/** Runs `use` with a folder in which the package can be imported as it is published: built, without its types. */
export async function withPublished<T>(use: (folder: string) => Promise<T>): Promise<T> {
  // In the project: the names of chunks come from the paths of their files, which are then the same wherever the project is.
  await mkdir(join(root, '.vitest'), { recursive: true });
  const folder = await mkdtemp(join(root, '.vitest', 'published-'));
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'tipstream');
  try {
    await mkdir(home, { recursive: true });
    // A package of its own: within this one its name would mean the sources.
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    await copyFile(join(root, 'package.json'), join(home, 'package.json'));
    const tsup = join(root, 'node_modules', 'tsup', 'dist', 'cli-default.js');
    await promisify(execFile)(process.execPath, [tsup, '--no-dts', '--out-dir', join(home, 'dist')], { cwd: root });
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) await symlink(join(root, 'node_modules', name), join(modules, name));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
