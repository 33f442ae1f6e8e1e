import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { isUniformTip, type TipEvent, validateNormalizedEvent } from 'tipstream';
import { createMockServer, type ScriptTip } from 'tipstream/mock';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../support/source.ts';

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

const command = ['--conditions=tipstream-source', 'docs/examples/evening.ts'];

/** Runs the example as `npm start` does. */
function start(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended>; heard(text: string): Promise<void> } {
  const child = spawn(process.execPath, [...command, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  const heard = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      look();
    });
  return { child, ended, heard };
}

const lines = (text: string): string[] => text.split('\n').slice(0, -1);
const tipsOf = ({ stdout }: Ended): TipEvent[] => lines(stdout).map((line): TipEvent => JSON.parse(line));

/** What of a tip is the same every evening: ids and times belong to the night in which it is shown. */
const essence = ({ platform, amount, tipper, message, anonymous }: TipEvent | ScriptTip): string =>
  JSON.stringify([platform, amount, tipper, message, anonymous]);
const essences = (tips: readonly (TipEvent | ScriptTip)[]): string[] => tips.map(essence).sort();

/** The Events API gives an event an id of its time and a number; the contract gives none. */
const isReal = ({ platform, id }: TipEvent): boolean => platform === 'chaturbate' && /:\d{13}-\d+$/.test(id);

/** The evening as the mock wrote it. */
async function script(seed: string, count: number): Promise<readonly ScriptTip[]> {
  const server = await createMockServer({ port: 0, seed, limit: count, every: 20_000 });
  await server.close();
  return server.script(count);
}

describe('--tips 30 --seed 7 --json', () => {
  let first: Ended;
  beforeAll(async () => {
    first = await startOnce(['--tips', '30', '--seed', '7', '--json']);
  }, 60_000);

  test('is thirty valid tips, one JSON a line, nothing else, and exit code 0', () => {
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    const tips = tipsOf(first);
    expect(tips).toHaveLength(30);
    for (const tip of tips) expect(validateNormalizedEvent(tip)).toBe(true);
    expect(tips.every(isUniformTip)).toBe(true);
    expect(new Set(tips.map(({ id }) => id)).size).toBe(30);
  });

  test('comes from all three platforms and both dialects', () => {
    const tips = tipsOf(first);
    expect(new Set(tips.map(({ platform }) => platform))).toEqual(new Set(['chaturbate', 'stripchat', 'camsoda']));
    const chaturbate = tips.filter(({ platform }) => platform === 'chaturbate');
    expect(chaturbate.some(isReal)).toBe(true);
    expect(chaturbate.some((tip) => !isReal(tip))).toBe(true);
  });

  test('is the first thirty of the script, no more and no others', async () => {
    expect(essences(tipsOf(first))).toEqual(essences(await script('7', 30)));
  });

  test('is the same thirty when it is run again, and others with another seed', async () => {
    const [again, other] = await Promise.all([
      start(['--tips', '30', '--seed', '7', '--json']).ended,
      start(['--tips', '30', '--seed', '8', '--json']).ended,
    ]);
    expect(essences(tipsOf(again))).toEqual(essences(tipsOf(first)));
    expect(essences(tipsOf(other))).not.toEqual(essences(tipsOf(first)));
  }, 60_000);

  test('--faults: the same thirty, and the failures are counted by kind and platform in the last line on stderr', async () => {
    const faulty = await start(['--tips', '30', '--seed', '7', '--json', '--faults']).ended;
    expect(faulty.code).toBe(0);
    expect(essences(tipsOf(faulty))).toEqual(essences(tipsOf(first)));
    const last = lines(faulty.stderr).at(-1) ?? '';
    expect(last).toMatch(/^faults: chaturbate [^;]+; stripchat [^;]+; camsoda [^;]+$/);
    for (const kind of ['429', '500', 'reset', 'malformed']) expect(last).toMatch(new RegExp(`\\b${kind} x\\d`));
  }, 60_000);
});

/** `start` outside of a test. */
function startOnce(args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...command, ...args], { cwd: root, env: { PATH: process.env.PATH } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  return new Promise((resolve) =>
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    ),
  );
}

test('EV-35 where the output is no terminal, a tip is a line of a log', async () => {
  const { code, stdout } = await start(['--tips', '8', '--seed', '3']).ended;
  expect(code).toBe(0);
  expect(lines(stdout)).toHaveLength(8);
  for (const line of lines(stdout))
    expect(line).toMatch(/^\[(chaturbate|stripchat|camsoda)\] \[\d\d:\d\d:\d\d\] \d+ tokens? from \w+(: .+)?$/);
}, 30_000);

test('--help says what there is', async () => {
  const { code, stdout } = await start(['--help']).ended;
  expect(code).toBe(0);
  for (const name of ['--tips', '--seed', '--json', '--faults', '--live']) expect(stdout).toContain(name);
}, 30_000);

test('an argument that does not exist is a clear line and exit code 2', async () => {
  const { code, stdout, stderr } = await start(['--tip', '30']).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain("'--tip'");
  expect(stderr).toContain('--help');
}, 30_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends it at once and with exit code 0',
  async (signal) => {
    const { child, ended, heard } = start(['--json']);
    await heard('\n');
    const began = performance.now();
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(performance.now() - began).toBeLessThan(4_000);
    for (const line of lines(stdout)) expect(() => JSON.parse(line)).not.toThrow();
  },
  30_000,
);

test('a reader that goes away ends it quietly', async () => {
  const { child, ended, heard } = start(['--json']);
  await heard('\n');
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
}, 30_000);

test('--live without any credential is a clear line and exit code 1', async () => {
  const { code, stdout, stderr } = await start(['--live', '--json']).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^evening: no platform is set up; give CHATURBATE_USERNAME/);
}, 30_000);

test('--live takes the rooms of the environment', async () => {
  const server = await createMockServer({ port: 0, seed: 5, every: 300, strict: true });
  onTestFinished(() => server.close());
  const env = {
    ...server.env,
    CHATURBATE_POLL_INTERVAL: '1',
    STRIPCHAT_POLL_INTERVAL: '1',
    CAMSODA_POLL_INTERVAL: '1',
  };
  const live = await start(['--live', '--tips', '12', '--json'], env).ended;
  expect({ code: live.code, stderr: live.stderr }).toEqual({ code: 0, stderr: '' });
  expect(tipsOf(live)).toHaveLength(12);
  expect(new Set(tipsOf(live).map(({ platform }) => platform)).size).toBe(3);
}, 30_000);

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('in a terminal', () => {
  /** `script` gives the program a terminal of its own and copies what it shows. */
  const inTerminal = (args: string, env: NodeJS.ProcessEnv = {}) => {
    const line = `stty cols 90 rows 20; exec "${process.execPath}" ${command.join(' ')} ${args}`;
    const child = spawn('script', ['-qefc', line, '/dev/null'], {
      cwd: root,
      env: { PATH: process.env.PATH, TERM: 'xterm-256color', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<{ code: number | null; shown: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, shown })),
    );
    return { child, ended, shown: () => shown };
  };

  test('it is drawn on the other screen, and the terminal is given back with the totals', async () => {
    const { code, shown } = await inTerminal('--tips 12 --seed 7').ended;
    expect(code).toBe(0);
    expect(shown).toContain('\u001b[?1049h');
    for (const word of ['chaturbate', 'events api', 'stripchat', 'camsoda', 'live', '12 of 12 tips'])
      expect(shown).toContain(word);
    const after = shown.slice(shown.lastIndexOf('\u001b[?1049l'));
    expect(after).toContain('tokens');
    expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001b[?25l'));
  }, 60_000);

  test('Ctrl-C ends it at once, with exit code 0 and a terminal that works', async () => {
    const { child, ended, shown } = inTerminal('');
    await expect.poll(() => shown().includes(' tokens'), { timeout: 20_000 }).toBe(true);
    const began = performance.now();
    child.stdin.write('\u0003');
    const { code, shown: all } = await ended;
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(all).toContain('\u001b[?1049l');
    expect(all.lastIndexOf('\u001b[?25h')).toBeGreaterThan(all.lastIndexOf('\u001b[?25l'));
  }, 60_000);

  test('NO_COLOR is respected', async () => {
    const { shown } = await inTerminal('--tips 3', { NO_COLOR: '1' }).ended;
    expect(shown).toContain('tokens');
    expect(shown).not.toMatch(/\p{Cc}\[[\d;]+m/u);
  }, 60_000);
});
