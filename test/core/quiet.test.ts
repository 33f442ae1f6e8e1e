import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('core-5 a process that closed its client ends by itself, with nothing unhandled', async () => {
  const program = join(import.meta.dirname, 'programs/quiet.ts');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=tipstream-source', program], {
    timeout: 10_000,
  });
  expect(stdout.trim()).toBe('ABORTED,ABORTED');
  expect(stderr).toBe('');
});
