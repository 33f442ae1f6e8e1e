/** Importing one platform in a new process, beside the client that most people use for another one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figure } from './compare.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = `${root}.bench`;

/** The processor time of a process that runs `code`, in milliseconds. */
const cost = (code: string): number => {
  const measured = `${code};const u=process.cpuUsage();console.log((u.user+u.system)/1000)`;
  return Number(
    spawnSync(process.execPath, ['--input-type=module', '-e', measured], { cwd: peers, encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .at(-1),
  );
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export async function imports(): Promise<Figure[]> {
  if (!existsSync(`${root}dist/chaturbate.js`)) spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
  if (!existsSync(`${peers}/node_modules/@twurple`))
    spawnSync('npm', ['install', '--no-save', '--prefix', peers, '@twurple/api@8', '@twurple/auth@8'], {
      stdio: 'ignore',
    });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    const empty = cost('');
    ours.push(cost(`await import(${JSON.stringify(`file://${root}dist/chaturbate.js`)})`) - empty);
    theirs.push(cost(`await import('@twurple/api'); await import('@twurple/auth')`) - empty);
  }
  return [
    {
      what: 'importing tipstream/chaturbate in a new process',
      value: median(ours) / median(theirs),
      beside: '@twurple/api and @twurple/auth',
      budget: 0.1,
    },
  ];
}
