import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Engine, isLeftOut, pathOf } from '../support/engines.ts';
import { read } from '../support/source.ts';
import { appWith } from './peers.ts';

const app = inject('app');
const run = promisify(execFile);

/** What asks for a package that not everybody installs. */
const asks: Readonly<Record<string, string>> = {
  'tipstream/fleet': 'bullmq',
  'tipstream/prometheus': 'prom-client',
  'tipstream/opentelemetry': '@opentelemetry/api',
  'tipstream/redis': 'rate-limiter-flexible',
  'tipstream/mock/msw': 'msw',
};
const { exports, peerDependencies } = JSON.parse(read('package.json'));
const every = Object.keys(exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'tipstream'));
const plain = every.filter((entry) => !(entry in asks));

beforeAll(() => copyFile(join(import.meta.dirname, 'fixtures/require-all.cjs'), join(app, 'require-all.cjs')));

/** What an entry gives to `require`, by a program that warns of nothing. */
async function required(engine: Engine, folder: string, entries: string[]): Promise<Record<string, string[]>> {
  const args = ['--disable-warning=ExperimentalWarning', 'require-all.cjs', ...entries];
  const { stdout, stderr } = await run(pathOf(engine), args, { cwd: folder });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.each(['Node 22.12', 'Node 22', 'Node 24', 'Node 26'] satisfies Engine[])('require() on %s', (engine) => {
  it.skipIf(isLeftOut(engine))('gives of every entry what import gives', async () => {
    const got = await required(engine, app, plain);
    expect(Object.keys(got)).toEqual(plain);
    for (const entry of plain) expect(got[entry]).toEqual(Object.keys(await import(entry)).sort());
  });
});

describe('an optional peer', () => {
  it('is asked for by exactly one entry', () => {
    // A client of ioredis is given by the app; only a command makes one.
    expect([...Object.values(asks), 'ioredis'].sort()).toEqual(Object.keys(peerDependencies).sort());
  });

  const imports: [engine: Engine, args: (code: string) => string[]][] = [
    ['Node 22', (code) => ['--input-type=module', '--eval', code]],
    ['Node 24', (code) => ['--input-type=module', '--eval', code]],
    ['Node 26', (code) => ['--input-type=module', '--eval', code]],
    ['Bun', (code) => ['--no-install', '--eval', code]],
    ['Deno', (code) => ['eval', code]],
  ];
  for (const [engine, args] of imports) {
    it.skipIf(isLeftOut(engine))(
      `that is missing is named by the error, with the entry that asks, on ${engine}`,
      async () => {
        for (const [entry, peer] of Object.entries(asks)) {
          const failed = run(pathOf(engine), args(`await import('${entry}')`), {
            cwd: app,
            env: { ...process.env, NO_COLOR: '1' },
          });
          const message = await failed.then(
            () => 'nothing was missing',
            ({ stderr }: { stderr: string }) => stderr,
          );
          expect(message).toMatch(
            new RegExp(`(Cannot|Could not) find (package|module) '${peer}(/\\w+)?'.*tipstream/dist/`, 's'),
          );
        }
      },
    );
  }

  it('that is missing is named by a bundler', async () => {
    for (const [entry, peer] of Object.entries(asks)) {
      const bundle = build({
        stdin: { contents: `import '${entry}'; export * from '${entry}'`, resolveDir: app },
        bundle: true,
        platform: 'node',
        format: 'esm',
        write: false,
        logLevel: 'silent',
      });
      await expect(bundle).rejects.toThrow(`Could not resolve "${peer}`);
    }
  });

  it('that is there is used: the entries then load, and give what they promise', async () => {
    const { app: folder, remove } = await appWith(app, Object.values(asks));
    onTestFinished(remove);
    await copyFile(join(import.meta.dirname, 'fixtures/require-all.cjs'), join(folder, 'require-all.cjs'));
    const got = await required('Node 24', folder, Object.keys(asks));
    for (const entry of Object.keys(asks)) expect(got[entry]).toEqual(Object.keys(await import(entry)).sort());
  });
});
