import { expect, test } from 'vitest';
import { read } from '../support/source.ts';
import { hosts } from './hosts.ts';

const sentence = /^It is ESM, for (?<all>.*)\.$/m.exec(read('README.md'))?.groups?.all ?? '';
const engines = [...new Set(hosts.map(([engine]) => engine))];

test('the runtimes that README promises are those that the suite runs on', () => {
  const wanted = ['Node 22.12', 'Node 22', 'Node 24', 'Node 26', 'Bun', 'Deno', 'workerd', 'Chromium'];
  expect(engines).toEqual(wanted);
  for (const name of ['Node', 'Bun', 'Deno', 'workers', 'Chromium']) expect(sentence).toContain(name);
});

test('the oldest Node of README is that of package.json, and the suite runs on exactly that one', () => {
  const [, oldest] = /Node from (\d+\.\d+)/.exec(sentence) ?? [];
  expect(JSON.parse(read('package.json')).engines.node).toBe(`>=${oldest}`);
  expect(engines[0]).toBe(`Node ${oldest}`);
  expect(read('scripts/engines.ts')).toContain(`'npm:node@${oldest}.0'`);
});
