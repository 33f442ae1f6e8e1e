/** The package as it would be published, built into `.bench/node_modules/tipstream`, where it is found as the peers are. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { place, root } from './peers.ts';

let built = false;

export function buildPackage(): void {
  if (built) return;
  const into = join(place, 'node_modules/tipstream');
  mkdirSync(into, { recursive: true });
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/tsup'),
    ['--no-dts', '--no-sourcemap', '--out-dir', join(into, 'dist')],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the package could not be built: ${stdout}${stderr}`);
  copyFileSync(join(root, 'package.json'), join(into, 'package.json'));
  built = true;
}
