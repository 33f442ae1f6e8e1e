import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it, onTestFinished } from 'vitest';
import { snippetsOf } from '../../scripts/snippets.ts';
import { runNode } from '../support/program.ts';
import { read } from '../support/source.ts';

const app = inject('app');

it('the start guide works word by word with the packed package: its commands, its program, and what it says is printed', async () => {
  const guide = read('docs/guide/getting-started.md');
  const [install = '', start = '', said = ''] = [
    ...guide.replace(/^```ts\n.*?^```$/gms, '').matchAll(/^```\n(.*?)\n```$/gms),
  ].map(([, text = '']) => text);
  const [program] = snippetsOf(guide);
  const file = /save this as `(.*?)`/.exec(guide)?.[1] ?? '';
  expect([file, start, install.split('\n').at(-1)]).toEqual([
    'tips.mjs',
    'node --env-file=mock.env tips.mjs',
    'npx tipstream-mock --write-env mock.env',
  ]);
  const cwd = join(app, 'my-tips');
  await mkdir(cwd);
  onTestFinished(() => rm(cwd, { recursive: true }));
  const mock = runNode([join(app, 'node_modules/.bin/tipstream-mock'), '--port', '0', '--write-env', 'mock.env'], {
    cwd,
  });
  await mock.printed(/^mock\.env leads/);
  await writeFile(join(cwd, file), program?.code ?? '');
  const tips = runNode(start.split(' ').slice(1), { cwd });
  const wanted = said.split('\n');
  await tips.printed(wanted.length);
  expect([...tips.lines].slice(0, wanted.length).sort()).toEqual(wanted.sort());
});

it('without the package, or without a platform in the environment, the program says what to do', async () => {
  const run = promisify(execFile);
  const use = "import { tipsFromEnv } from 'tipstream/env'; tipsFromEnv({});";
  await expect(run(process.execPath, ['--input-type=module', '--eval', use], { cwd: app })).rejects.toThrow(
    /environment: .*CHATURBATE_/,
  );
});
