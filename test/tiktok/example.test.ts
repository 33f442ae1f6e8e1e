import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';
import { root } from '../support/source.ts';

it('TT-1 TT-42 the example goes through the seven steps of the service, and ends by itself', async () => {
  const server = await createMockServer({ port: 0, seed: 7, platforms: ['tiktok'], pace: 100 });
  onTestFinished(server.close);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--conditions=tipstream-source', 'docs/examples/tiktok.ts', 'mira'],
    { cwd: root, env: { PATH: process.env.PATH, ...server.env }, timeout: 30_000 },
  );
  const lines = stdout.trimEnd().split('\n');
  const steps = lines.filter((line) => /^\d\. /.test(line));
  expect(steps).toEqual([
    '1. the service is healthy, version 1.0.0',
    '2. tiktok: the credential works',
    '3. mira is mira, with a picture from the scraper',
    '4. connected to @mira',
    expect.stringMatching(/^5\. session test-123 is connected, [1-9]\d* comments$/),
    '6. disconnected',
    '7. 250 requests in the last minute',
  ]);
  const room = lines.filter((line) => line.startsWith('   '));
  expect(room.filter((line) => /^ {3}\w+ \(scraper\): .+/.test(line))).toHaveLength(3);
  expect(room.filter((line) => /^ {3}\w+ gave [\w ]+: \d+ diamonds?$/.test(line))).toHaveLength(1);
  expect(stderr.replaceAll(/.*(ExperimentalWarning|node --trace-warnings).*\n/g, '')).toBe('');
  const { state } = server.tiktok;
  expect(state.sessions.get('test-123')?.connected).toBe(false);
}, 60_000);
