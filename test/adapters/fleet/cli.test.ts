import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { root } from '../../support/source.ts';
import { startGround, until } from './support.ts';

const run = promisify(execFile);
const command = (...words: string[]) =>
  run(process.execPath, ['--conditions=tipstream-source', 'src/adapters/fleet/cli.ts', ...words], { cwd: root });

describe.skipIf(isLeftOut('Redis'))('tipstream-fleet status', () => {
  it('shows workers, channels, what is silent and how far the readers are behind', async () => {
    const ground = await startGround(['ann', 'ben']);
    const fleet = ground.fleet();
    await fleet.add(['ann', 'ben'].map(ground.channel));
    ground.work(fleet, 'machine 1', (channel, lease) => {
      if (channel.room === 'ben') throw new Error('no token');
      return ground.open(channel, lease);
    });
    ground.tip('ann');
    await until(() => ground.taken.length === 1);
    await until(async () => (await fleet.status()).silent.length === 1);
    const { stdout } = await command('status', '--redis', ground.redis.url);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'fleet: 2 channels, 1 worker, 1 silent',
      '',
      'worker     channels  silent',
      'machine 1         1       0',
    ]);
    expect(lines[6]).toMatch(/^ {2}chaturbate:ben {2}resting for \d s: fleet: open\(\) failed: no token$/);
    expect(lines[8]).toBe('relay: 1 tip, 1 ids remembered');
    expect(lines[11]).toMatch(/^test +1 +0 +0$/);
    const { stdout: json } = await command('status', '--redis', ground.redis.url, '--json');
    expect(JSON.parse(json)).toMatchObject({
      name: 'fleet',
      channels: 2,
      relay: { groups: [{ name: 'test', lag: 0 }] },
    });
  });

  it('says what there is, and what to do when nothing was asked for', async () => {
    const [help, nothing] = await Promise.all([command('--help'), command().catch((error: unknown) => Object(error))]);
    expect(help.stdout).toContain('tipstream-fleet status [options]');
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toMatch(/^tipstream-fleet: say what to show/);
  });
});
