import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLeftOut, pathOf } from '../../support/engines.ts';
import { startServer } from '../../support/server.ts';
import { root } from '../../support/source.ts';
import { needed, runCommand } from './command.ts';
import { personal, token } from './helix.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function startRedis(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const child = spawn(pathOf('Redis'), ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', dir]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true, force: true });
  });
  await new Promise<void>((resolve) =>
    child.stdout.on('data', (said) => /Ready to accept/.test(String(said)) && resolve()),
  );
  return `redis://127.0.0.1:${port}`;
}

describe.skipIf(isLeftOut('Redis'))('the example with Redis', () => {
  it('shares what one proxy asked with the other, for the same token only, and ends by SIGTERM', async () => {
    const helix = await startServer(personal);
    const env = { ...needed, REDIS_URL: await startRedis(), TWITCH_API_URL: helix.url };
    const [one, two] = [0, 1].map(() => runCommand(env, join(root, 'docs/examples/twitch-proxy.ts')));
    if (!one || !two) throw new Error('two are started');
    const urls = await Promise.all([one, two].map(({ said }) => said(/listening on (\S+)/)));
    const ask = async (which: number, bearer = token): Promise<(string | null)[]> => {
      const answer = await fetch(`${urls[which]}/users?id=1`, { headers: { authorization: `Bearer ${bearer}` } });
      return [answer.headers.get('x-cache'), (await answer.json()).data[0].email];
    };
    const mine = 'token@example.com';
    expect([await ask(0), await ask(0), await ask(1)]).toEqual([
      ['MISS', mine],
      ['HIT', mine],
      ['HIT', mine],
    ]);
    expect(await ask(1, 'not-a-secret-other')).toEqual(['MISS', 'other@example.com']);
    expect(helix.arrivals).toHaveLength(2);
    for (const { child, ended } of [one, two]) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
  }, 30_000);
});
