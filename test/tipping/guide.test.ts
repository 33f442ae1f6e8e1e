import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';
import { read, root } from '../support/source.ts';

test('the example at the top of the guide runs against the mock, and prints what it says', async () => {
  const server = await createMockServer({ port: 0, platforms: ['tipping'] });
  onTestFinished(server.close);
  const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(read('docs/guide/tipping.md')) ?? [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=tipstream-source', '--input-type=module-typescript', '--eval', example],
    { cwd: root, env: { ...process.env, ...server.env, TIPPING_PASSWORD: server.tipping.password } },
  );
  expect(stdout).toBe('Ada gave 25: for the next song\n');
});
