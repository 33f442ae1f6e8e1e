import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { redisServer } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a program that let go of everything', () => {
  it('ends by itself: no connection, no timer and no promise holds it', async () => {
    const { port } = await server();
    const child = new URL('exit-child.ts', import.meta.url).pathname;
    const run = promisify(execFile)(process.execPath, ['--conditions=tipstream-source', child, `${port}`], {
      timeout: 10_000,
    });
    expect(await run).toEqual({ stdout: 'let go\n', stderr: '' });
  });
});
