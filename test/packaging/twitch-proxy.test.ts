import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { needed, runCommand } from '../adapters/twitch-proxy/command.ts';
import { json, startServer } from '../support/server.ts';

const app = inject('app');
const bearer = { authorization: 'Bearer not-a-secret-token' };

describe('the packed Twitch proxy', () => {
  const answers = async (file: string): Promise<void> => {
    const helix = await startServer(() => json({ data: [] }));
    const { said, child, ended } = runCommand({ ...needed, TWITCH_API_URL: helix.url }, file);
    const url = `http://127.0.0.1:${await said(/twitch-api listening on :(\d+) \(rate: 10 req\/s, burst: 20\)/)}`;
    for (const cache of ['MISS', 'HIT'])
      expect((await fetch(`${url}/users?id=1`, { headers: bearer })).headers.get('x-cache')).toBe(cache);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  };

  it('is a command', () => answers(join(app, 'node_modules/.bin/tipstream-twitch-proxy')));

  it('becomes one file, which starts without node_modules', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twitch-proxy-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const outfile = join(app, 'twitch-proxy.mjs');
    await build({
      entryPoints: [join(app, 'node_modules/tipstream/dist/twitch-proxy/cli.js')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
    });
    await copyFile(outfile, join(folder, 'twitch-proxy.mjs'));
    await answers(join(folder, 'twitch-proxy.mjs'));
  });
});
