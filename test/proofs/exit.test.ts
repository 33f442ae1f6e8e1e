import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';

test('core-5 a process that used every client and closed them exits by itself within a second', async () => {
  const server = await createMockServer({ port: 0, seed: 7, pace: Number.POSITIVE_INFINITY });
  onTestFinished(server.close);
  const child = spawn(
    process.execPath,
    ['--conditions=tipstream-source', new URL('exit-child.ts', import.meta.url).pathname, server.url],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let closedAt = 0;
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.on('data', (chunk) => {
    said += chunk;
    closedAt ||= performance.now();
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect({ said: said.trim(), code }).toEqual({ said: 'closed', code: 0 });
  expect(performance.now() - closedAt).toBeLessThan(1000);
});
