import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { validateNormalizedEvent } from '../../src/index.ts';
import { createMockServer, type MockServer } from '../../src/mock/index.ts';
import { type Engine, isLeftOut, pathOf } from '../support/engines.ts';
import { imports } from '../support/source.ts';

const app = inject('app');
const packed = inject('packed');
const run = promisify(execFile);

let mock: MockServer;
beforeAll(async () => {
  mock = await createMockServer({ port: 0, seed: 7, pace: Number.POSITIVE_INFINITY });
  for (const file of ['use.mjs', 'use.cjs'])
    await copyFile(join(import.meta.dirname, 'fixtures', file), join(app, file));
});
afterAll(() => mock.close());

describe('the packed package', () => {
  const uses: [engine: Engine, args: string[]][] = [
    ['Node 24', ['use.mjs']],
    ['Node 24', ['use.cjs']],
    ['Node 22', ['use.mjs']],
    ['Node 22', ['use.cjs']],
    ['Bun', ['use.mjs']],
    ['Deno', ['run', '--allow-all', 'use.mjs']],
  ];

  for (const [engine, args] of uses) {
    it.skipIf(isLeftOut(engine))(`is used on ${engine} by ${args.at(-1)}, and the process ends by itself`, async () => {
      const { stdout, stderr } = await run(pathOf(engine), [...args, mock.url], { cwd: app, timeout: 60_000 });
      const tips = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(tips).toHaveLength(15);
      for (const tip of tips) expect(validateNormalizedEvent(tip)).toBe(true);
      expect([...new Set(tips.map(({ platform }) => platform))].sort()).toEqual(['camsoda', 'chaturbate', 'stripchat']);
      expect(stderr.replace(/\(node:\d+\) ExperimentalWarning: CommonJS module .*\n.*\n/, '')).toBe('');
    });
  }

  it('brings its command', async () => {
    const child = execFile(
      pathOf('Node 24'),
      [join(app, 'node_modules/.bin/tipstream-mock'), '--port', '0', '--seed', '7'],
      { cwd: app },
    );
    const said = await new Promise<string>((resolve) => {
      child.stdout?.on('data', (text) => resolve(String(text)));
      child.stderr?.on('data', (text) => resolve(String(text)));
    });
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [said];
    const answer = await fetch(`${url}/events/camsoda?broadcaster=someone&api_key=any`);
    expect(await answer.json()).toMatchObject({ success: true });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
  });

  it('holds what was built, its sources and its papers, and nothing else', () => {
    const folders = new Set(packed.map((file) => (file.includes('/') ? file.split('/')[0] : file)));
    expect([...folders].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'src']);
    expect(packed.filter((file) => /\.(test|spec)\.|\.env|\.snap/.test(file))).toEqual([]);
  });

  it('shows no type of a dependency in its own types, but those of msw and OpenTelemetry where these are what it is for', async () => {
    const meant = ['dist/mock/msw.d.ts', 'dist/opentelemetry.d.ts'];
    const declarations = packed.filter((file) => file.endsWith('.d.ts') && !meant.includes(file));
    expect(declarations.length).toBeGreaterThan(7);
    const shown = await Promise.all(
      declarations.map(async (file) => {
        const text = await readFile(join(app, 'node_modules/tipstream', file), 'utf8');
        return imports(text).map(({ from }) => `${file} shows ${from}`);
      }),
    );
    expect(shown.flat().filter((line) => !/ shows \.\.?\//.test(line))).toEqual([]);
  });
});
