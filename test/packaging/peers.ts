import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/source.ts';

/** A copy of an app that has these optional peers as well. The app itself has none: what happens then is tested too. */
export async function appWith(
  app: string,
  peers: readonly string[],
): Promise<{ app: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-peers-'));
  await cp(join(app, 'package.json'), join(folder, 'package.json'));
  await cp(join(app, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  for (const peer of peers) {
    const place = join(folder, 'node_modules', peer);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(root, 'node_modules', peer), place);
  }
  return { app: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
