import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { shownBy, snippetsOf } from '../scripts/snippets.ts';
import { anilibria } from '../src/anilibria/endpoints.ts';
import { camsoda } from '../src/camsoda/endpoints.ts';
import { chaturbate } from '../src/chaturbate/endpoints.ts';
import { stripchat } from '../src/stripchat/endpoints.ts';
import { tiktok } from '../src/tiktok/endpoints.ts';
import { tipping } from '../src/tipping/endpoints.ts';
import { twitch } from '../src/twitch/endpoints.ts';
import { read, root } from './support/source.ts';

const readme = read('README.md');

/** The endpoints of a declaration, however deep its groups are. */
const count = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : 'method' in value && 'path' in value
      ? 1
      : Object.values(value).reduce((sum: number, each) => sum + count(each), 0);

it('the ten lines of the README run and print ten tips of two platforms', async () => {
  const [{ code: example } = { code: '' }, ...more] = snippetsOf(read('README.md'));
  expect([example, more]).toEqual([shownBy('docs/examples/guide/ten-lines.ts'), []]);
  expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('import')).length).toBeLessThanOrEqual(
    10,
  );
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=tipstream-source', '--input-type=module-typescript', '--eval', example],
    { cwd: root, timeout: 60_000 },
  );
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.filter((line) => !/^\S+ gave \d+ tokens? on (chaturbate|stripchat)$/.test(line))).toEqual([]);
  expect(new Set(lines.map((line) => line.split(' ').at(-1))).size).toBe(2);
}, 60_000);

it('as many endpoints as the README says are declared', () => {
  const [table = ''] = /(?<=<!-- endpoints[^>]*-->\n).*(?=\n<!-- \/endpoints -->)/s.exec(readme) ?? [];
  const said = [...table.matchAll(/^\| (.*?) \| (\d+) \|/gm)].map(([, name, number]) => [name, Number(number)]);
  const all = {
    Chaturbate: chaturbate,
    Stripchat: stripchat,
    Camsoda: camsoda,
    Twitch: twitch,
    TikTok: tiktok,
    'the tipping platform': tipping,
    AniLibria: anilibria,
  };
  expect(said).toEqual(Object.entries(all).map(([name, { endpoints }]) => [name, count(endpoints)]));
});

it('the runtimes that the README names are those that the suite runs on, and the oldest Node is that of package.json', () => {
  const said = /runs the packed package on (.*?): `npm run test:runtimes`/s.exec(readme)?.[1] ?? '';
  const hosts = [...read('test/runtimes/hosts.ts').matchAll(/^ {2}\['([^']+)', \w+/gm)].map(([, name = '']) => name);
  const nodes = hosts.filter((name) => name.startsWith('Node')).map((name) => name.slice('Node '.length));
  const others = [...new Set(hosts.filter((name) => !name.startsWith('Node')))];
  expect(said).toBe(
    `Node ${nodes[0]} to ${nodes.at(-1)}, ${others.slice(0, -1).join(', ')} and ${others.at(-1)}, in a page and in a service worker`,
  );
  expect(JSON.parse(read('package.json')).engines.node).toBe(`>=${nodes[0]}`);
  expect(readme).toContain(`for Node from ${nodes[0]} `);
});

it('every import of package.json is in the README, and the two commands are', () => {
  const { exports, scripts } = JSON.parse(read('package.json'));
  const imports = Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => `\`tipstream${path.slice(1)}\``);
  expect(imports.filter((name) => !readme.includes(name))).toEqual([]);
  expect([...readme.matchAll(/^npm ci && npm (\w+)$/gm)].map(([, name = '']) => name in scripts && name)).toEqual([
    'start',
    'test',
  ]);
});
