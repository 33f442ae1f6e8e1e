import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import * as mock from '../../src/mock/index.ts';
import * as tipping from '../../src/tipping/index.ts';
import { read, root } from '../support/source.ts';

test('the example at the top of the guide runs against the mock, and prints what it says', async () => {
  const server = await mock.createMockServer({ port: 0, platforms: ['tipping'] });
  onTestFinished(server.close);
  const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(read('docs/guide/tipping.md')) ?? [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=tipstream-source', '--input-type=module-typescript', '--eval', example],
    { cwd: root, env: { ...process.env, ...server.env, TIPPING_PASSWORD: server.tipping.password } },
  );
  expect(stdout).toBe('Ada gave 25: for the next song\n');
});

test('the example of a test at the end of the guide is a test that holds', async () => {
  const example = [...read('docs/guide/tipping.md').matchAll(/^```ts\n(.*?)^```/gms)].at(-1)?.[1] ?? '';
  const { outputText } = ts.transpileModule(example, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const found: (() => Promise<void>)[] = [];
  const modules: Record<string, unknown> = {
    'tipstream/mock': mock,
    'tipstream/tipping': tipping,
    vitest: { expect, it: (_: string, run: () => Promise<void>) => found.push(run) },
  };
  new Function('require', 'exports', outputText)((name: string) => modules[name], {});
  expect(found).toHaveLength(1);
  for (const run of found) await run();
});
