import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileStore } from '../../src/adapters/node/file-store.ts';

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'tipstream-security-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};

it.skipIf(process.platform === 'win32')('a store in a file is read by nobody but its owner', async () => {
  const path = join(await folder(), 'session.json');
  const store = fileStore(path);
  await store.set('session', { refresh: 'not-a-secret-refresh' });
  expect((await stat(path)).mode & 0o077).toBe(0);
  await store.close();
});

it.skipIf(process.platform === 'win32')(
  'a link that somebody laid in the way leads the store to no other file',
  async () => {
    const directory = await folder();
    const [path, victim] = [join(directory, 'session.json'), join(directory, 'victim')];
    await writeFile(victim, 'precious');
    await symlink(victim, `${path}.${process.pid}.tmp`);
    const store = fileStore(path);
    await store.set('session', { refresh: 'not-a-secret-refresh' });
    expect(await readFile(victim, 'utf8')).toBe('precious');
    expect(await store.get('session')).toEqual({ refresh: 'not-a-secret-refresh' });
    await store.close();
  },
);
