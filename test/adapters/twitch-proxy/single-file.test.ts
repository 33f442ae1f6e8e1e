import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../support/server.ts';
import { read, root } from '../../support/source.ts';
import { needed, runCommand } from './command.ts';
import { personal, token } from './helix.ts';

describe('the proxy as a single file', () => {
  it('starts and answers in a folder that has no node_modules, built with what the guide says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twitch-proxy-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const outfile = join(folder, 'twitch-proxy.mjs');
    for (const option of ['--bundle', '--platform=node', '--format=esm', '--outfile=twitch-proxy.mjs'])
      expect(read('docs/guide/twitch-proxy.md')).toContain(option);
    await build({
      entryPoints: [join(root, 'src/adapters/twitch-proxy/cli.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      conditions: ['tipstream-source'],
    });
    expect((await stat(outfile)).size).toBeLessThan(1_000_000);
    const helix = await startServer(personal);
    const { said, child, ended } = runCommand({ ...needed, TWITCH_API_URL: helix.url }, outfile);
    const url = `http://127.0.0.1:${await said(/listening on :(\d+)/)}`;
    for (const cache of ['MISS', 'HIT']) {
      const answer = await fetch(`${url}/users?id=1`, { headers: { authorization: `Bearer ${token}` } });
      expect([answer.status, answer.headers.get('x-cache')]).toEqual([200, cache]);
    }
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
