import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type FileStore, fileStore } from '../../../src/adapters/node.ts';
import { pollTips } from '../../../src/stream/poll-tips.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { child, folder } from './support.ts';

const open: FileStore[] = [];
const make = (path: string): FileStore => {
  const store = fileStore(path);
  open.push(store);
  return store;
};
afterEach(() => Promise.all(open.splice(0).map((store) => store.close())));

test('keeps values over a restart, in one readable JSON file, in a folder that it makes', async () => {
  const path = join(await folder(), 'deep', 'tips.json');
  const store = make(path);
  expect(await store.get('a')).toBeUndefined();
  await store.set('a', { cursor: 'c1', taken: ['x'] });
  await store.set('__proto__', 1);
  await store.set('b', 2);
  await store.delete('b');
  await store.close();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(
    JSON.parse('{"a":{"cursor":"c1","taken":["x"]},"__proto__":1}'),
  );
  const again = make(path);
  expect(await again.get('a')).toEqual({ cursor: 'c1', taken: ['x'] });
  expect(await again.get('__proto__')).toBe(1);
  expect(await again.get('b')).toBeUndefined();
});

test('a set that resolved is on the disk, however many run at once', async () => {
  const path = join(await folder(), 'tips.json');
  const store = make(path);
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      await store.set(`key ${index}`, index);
      expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty([`key ${index}`], index);
    }),
  );
  expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toHaveLength(200);
});

test('what the caller changes after set is not what was given', async () => {
  const store = make(join(await folder(), 'tips.json'));
  const value = { taken: ['x'] };
  const set = store.set('a', value);
  value.taken.push('y');
  await set;
  expect(await store.get('a')).toEqual({ taken: ['x'] });
});

test('leaves nothing beside the file once it is closed', async () => {
  const directory = await folder();
  const store = make(join(directory, 'tips.json'));
  await store.set('a', 1);
  await store.close();
  expect(await readdir(directory)).toEqual(['tips.json']);
});

test.each(['', '{"a":', '[]', 'null', '{"a":1}}'])(
  'a file with %j is STORE, says what to do, and is neither used nor overwritten',
  async (content) => {
    const path = join(await folder(), 'tips.json');
    await writeFile(path, content);
    const store = make(path);
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'STORE',
      fatal: true,
      message: expect.stringMatching(/tips\.json.*restore it from a copy, or move it away/),
    });
    await expect(store.set('a', 1)).rejects.toMatchObject({ code: 'STORE' });
    expect(await readFile(path, 'utf8')).toBe(content);
  },
);

test('a disk that refuses is STORE with the reason, and the next write tries again', async () => {
  const directory = await folder();
  const path = join(directory, 'tips.json');
  const store = make(path);
  await store.set('a', 1);
  // A folder in the place of the file beside: works against root too, whom rights do not stop.
  const obstacle = `${path}.${process.pid}.tmp`;
  await mkdir(obstacle);
  await expect(store.set('a', 2)).rejects.toMatchObject({
    code: 'STORE',
    retryable: true,
    message: expect.stringContaining('EEXIST'),
  });
  await (await import('node:fs/promises')).rmdir(obstacle);
  await store.set('b', 3);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: 2, b: 3 });
});

test('delivery-3 a delete that the disk refuses has deleted nothing, and a second one tries again', async () => {
  const path = join(await folder(), 'tips.json');
  const store = make(path);
  await store.set('a', 1);
  const obstacle = `${path}.${process.pid}.tmp`;
  await mkdir(obstacle);
  await expect(store.delete('a')).rejects.toMatchObject({ code: 'STORE' });
  expect(await store.get('a')).toBe(1);
  await expect(store.delete('a')).rejects.toMatchObject({ code: 'STORE' });
  await (await import('node:fs/promises')).rmdir(obstacle);
  await store.delete('a');
  expect(await store.get('a')).toBeUndefined();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({});
});

test('what a process that was killed in the middle of a write left beside the file is gone when it is opened again', async () => {
  const directory = await folder();
  const path = join(directory, 'tips.json');
  for (const name of ['tips.json.4106.tmp', 'tips.json.mine.tmp', 'more-tips.json.4106.tmp'])
    await writeFile(join(directory, name), '{"session":{"refresh":"not-a-secret-refresh"');
  const store = make(path);
  expect(await store.get('session')).toBeUndefined();
  await store.close();
  expect((await readdir(directory)).sort()).toEqual(['more-tips.json.4106.tmp', 'tips.json.mine.tmp']);
});

test('a second store on the same file in one process is STORE and says to share one', async () => {
  const path = join(await folder(), 'tips.json');
  await make(path).set('a', 1);
  await expect(make(path).get('a')).rejects.toMatchObject({
    code: 'STORE',
    message: expect.stringMatching(
      new RegExp(`already open in this process \\(pid ${process.pid}\\); make one fileStore`),
    ),
  });
});

test('a second living process is refused with STORE, which names the first; it gets the file once that one is gone', async () => {
  const path = join(await folder(), 'tips.json');
  const store = make(path);
  await store.set('a', 1);
  const code = `const store = fileStore(${JSON.stringify(path)});
    await store.get('a').then((value) => console.log('got', value), (error) => console.log(error.code, error.message));`;
  const refused = await child(code).ended;
  expect(refused.output).toContain('STORE');
  expect(refused.output).toContain(`in use by process ${process.pid} on `);
  await store.close();
  expect((await child(code).ended).output).toContain('got 1');
});

test('a stream whose checkpoint another process has ends with STORE, and asks nobody', async () => {
  const path = join(await folder(), 'tips.json');
  await make(path).set('a', 1);
  let asked = 0;
  const tips = pollTips<TipEvent>({
    platform: 'my-shop',
    checkpoint: make(path),
    logger: false,
    fetch: async () => {
      asked += 1;
      return { events: [] };
    },
    toTip: (event) => event,
  });
  await expect(tips.iterate().next()).rejects.toMatchObject({
    code: 'STORE',
    fatal: true,
    message: expect.stringContaining(`(pid ${process.pid})`),
  });
  expect(asked).toBe(0);
});

test('a process that was killed leaves no lock stuck, and everything that it had set', async () => {
  const path = join(await folder(), 'tips.json');
  const first = child(`const store = fileStore(${JSON.stringify(path)});
    await store.set('a', 1);
    console.log('ready');
    for (let i = 2; ; i += 1) await store.set('a', i);`);
  await first.said('ready');
  expect(await readdir(`${path}.lock`)).toHaveLength(1);
  first.process.kill('SIGKILL');
  await first.ended;
  const store = make(path);
  expect(await store.get('a')).toBeGreaterThanOrEqual(1);
  await store.set('b', true);
});

test.runIf(process.platform === 'linux')(
  'a lock whose number was given to another process since is not a lock',
  async () => {
    const path = join(await folder(), 'tips.json');
    const { hostname } = await import('node:os');
    await mkdir(`${path}.lock`);
    await writeFile(join(`${path}.lock`, `${process.ppid}.1.abcdef.${encodeURIComponent(hostname())}`), '');
    await make(path).set('a', 1);
  },
);

test('a lock of another machine counts while it is touched, and is taken over half a minute later', async () => {
  const { utimes } = await import('node:fs/promises');
  const path = join(await folder(), 'tips.json');
  const claim = join(`${path}.lock`, '1.42.abcdef.another-machine');
  await mkdir(`${path}.lock`);
  await writeFile(claim, '');
  const store = make(path);
  await expect(store.get('a')).rejects.toMatchObject({
    code: 'STORE',
    message: expect.stringContaining('process 1 on another-machine'),
  });
  await utimes(claim, new Date(Date.now() - 31_000), new Date(Date.now() - 31_000));
  await store.set('a', 1);
});

test('of eight processes that ask in the same moment at most one gets the file', async () => {
  const directory = await folder();
  const gun = join(directory, 'gun');
  const code = `import { existsSync } from 'node:fs';
    const store = fileStore(${JSON.stringify(join(directory, 'tips.json'))});
    console.log('ready');
    while (!existsSync(${JSON.stringify(gun)})) await new Promise((resolve) => setTimeout(resolve, 1));
    await store.set('a', process.pid).then(() => { console.log('got'); setInterval(() => undefined, 1000); }, (error) => console.log(error.code));`;
  const children = Array.from({ length: 8 }, () => child(code));
  await Promise.all(children.map(({ said }) => said('ready')));
  await writeFile(gun, '');
  // Whoever has it keeps it to the end of the test; the others end by themselves.
  const outcomes = await Promise.all(
    children.map(({ said, ended }) =>
      said('got').then(
        () => 'got',
        async () => (await ended).output.replace('ready', '').trim(),
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'got').length).toBeLessThanOrEqual(1);
  expect(new Set(outcomes.filter((outcome) => outcome !== 'got'))).toEqual(new Set(['STORE']));
});
