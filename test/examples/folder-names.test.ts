import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runNode } from '../support/program.ts';
import { root } from '../support/source.ts';

it('the page of an evening is built in a folder whose name has a space and a letter of another alphabet', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tipstream-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const clone = join(home, 'my own ключ');
  await mkdir(join(clone, 'docs/examples'), { recursive: true });
  await cp(join(root, 'docs/examples/evening'), join(clone, 'docs/examples/evening'), { recursive: true });
  for (const name of ['package.json', 'src', 'node_modules']) await symlink(join(root, name), join(clone, name));
  await writeFile(
    join(clone, 'look.mjs'),
    `import { createSource } from 'tipstream';
import { openSite } from './docs/examples/evening/site.ts';
const site = await openSite({ scene: {}, tips: createSource({ platform: 'page' }).stream }, 0);
const { status } = await fetch(new URL('wall.js', site.url)).catch(() => ({ status: 'no answer' }));
console.log('wall.js', status);
await site.close();
`,
  );
  const program = runNode(['--conditions=tipstream-source', 'look.mjs'], { cwd: clone });
  expect(await program.printed(1)).toBe('wall.js 200');
});
