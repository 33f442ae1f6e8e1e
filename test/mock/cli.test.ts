import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../src/mock/free-ports.ts';

type Program = ChildProcessByStdio<null, Readable, Readable>;

function start(...options: string[]): Program {
  const program = spawn(process.execPath, ['--conditions=tipstream-source', 'src/mock/cli.ts', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  return program;
}

async function end(program: Program): Promise<{ code: number | null; output: string; errors: string }> {
  const [[code], output, errors] = await Promise.all([
    once(program, 'close'),
    text(program.stdout),
    text(program.stderr),
  ]);
  return { code, output, errors };
}

async function text(stream: Readable): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}

/** What the program prints once it serves. */
async function welcome(program: Program): Promise<string> {
  let all = '';
  for await (const chunk of program.stdout.iterator({ destroyOnReturn: false })) {
    all += chunk;
    if (all.includes('# the true chaturbate')) break;
  }
  return all;
}

it.each(['SIGINT', 'SIGTERM'] as const)('EV-29 serves until %s, and then ends at once with code 0', async (signal) => {
  const program = start('--port', '0', '--seed', '7', '--pace', 'Infinity', '--limit', '8');
  const said = await welcome(program);
  const variables = Object.fromEntries(
    [...said.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(
    Object.keys(variables)
      .filter((name) => /^(CAMSODA|CHATURBATE|STRIPCHAT)_/.test(name))
      .sort(),
  ).toEqual([
    'CAMSODA_API_KEY',
    'CAMSODA_BROADCASTER',
    'CAMSODA_ENABLED',
    'CAMSODA_EVENTS_URL',
    'CHATURBATE_API_KEY',
    'CHATURBATE_BROADCASTER',
    'CHATURBATE_ENABLED',
    'CHATURBATE_EVENTS_URL',
    'STRIPCHAT_BROADCASTER',
    'STRIPCHAT_ENABLED',
    'STRIPCHAT_EVENTS_URL',
    'STRIPCHAT_TOKEN',
  ]);
  const page = await (await fetch(variables.STRIPCHAT_EVENTS_URL)).json();
  expect(page.events).toHaveLength(2);
  // A poll that is being held keeps nobody waiting.
  const origin = new URL(variables.STRIPCHAT_EVENTS_URL).origin;
  const held = fetch(`${origin}/events/a/b/?i=999-999&timeout=90`).catch(() => 'cut');
  await new Promise((resolve) => setImmediate(resolve));
  program.kill(signal);
  expect(await end(program)).toMatchObject({ code: 0, errors: '' });
  expect(await held).toBe('cut');
});

it('says where each upstream with a state is, and its variables', async () => {
  const said = await welcome(start('--port', '0', '--platforms', 'chaturbate,twitch'));
  const [, address = ''] = /^ {2}twitch +(\S+)$/m.exec(said) ?? [];
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/twitch$/);
  expect((await fetch(`${address}/oauth2/validate`)).status).toBe(401);
  expect(said).toContain(`export TWITCH_BASE_URL='${address}/`);
  expect(said).not.toContain('tiktok');
});

it('gives an upstream with a state its usual port where that is free, and its prefix where it is taken', async () => {
  const ours = createServer();
  ours.listen(0, '127.0.0.1');
  await once(ours, 'listening');
  const taken = ours.address();
  const port = typeof taken === 'object' ? taken?.port : 0;
  expect(await freePorts({ one: port ?? 0 })).toEqual({});
  ours.close();
  await once(ours, 'close');
  expect(await freePorts({ one: port ?? 0, two: 0 })).toEqual({ one: port, two: 0 });
});

it('--write-env leads a program here, again after a restart, and leaves a file of somebody else as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tipstream-mock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const place = join(folder, 'mock.env');
  for (const _ of ['first', 'again']) {
    const program = start('--port', '0', '--write-env', place);
    const [line] = await once(program.stdout.setEncoding('utf8'), 'data');
    expect(line).toMatch(/^tipstream-mock on http:\/\/127\.0\.0\.1:\d+, seed 1\. Ctrl-C ends it\.\n.*node --env-file=/);
    const { STRIPCHAT_EVENTS_URL: address = '', TWITCH_CLIENT_ID: id } = parseEnv(readFileSync(place, 'utf8'));
    expect((await fetch(address)).status).toBe(200);
    expect(id).toBe('mockclientid');
    program.kill();
    await once(program, 'close');
  }
  writeFileSync(place, 'STRIPCHAT_TOKEN=not-a-secret\n');
  const { code, errors } = await end(start('--port', '0', '--write-env', place));
  expect(code).toBe(1);
  expect(errors).toContain('name another file');
  expect(readFileSync(place, 'utf8')).toBe('STRIPCHAT_TOKEN=not-a-secret\n');
});

it('--write-env finds a free port by itself where the usual one is taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tipstream-mock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const places = ['one.env', 'two.env'].map((name) => join(folder, name));
  for (const place of places) await once(start('--write-env', place).stdout, 'data');
  const addresses = places.map((place) => parseEnv(readFileSync(place, 'utf8')).STRIPCHAT_EVENTS_URL ?? '');
  expect(new Set(addresses).size).toBe(2);
  for (const address of addresses) expect((await fetch(address)).status).toBe(200);
});

it('--help says what there is', async () => {
  const { code, output } = await end(start('--help'));
  expect(code).toBe(0);
  for (const option of [
    '--port',
    '--seed',
    '--scenario',
    '--faults',
    '--limit',
    '--pace',
    '--platforms',
    '--strict',
    '--rate-limits',
    '--no-cors',
    '--one-port',
    '--write-env',
  ])
    expect(output).toContain(`  ${option}`);
});

it.each([
  [['--sed', '7'], "Unknown option '--sed'"],
  [['--port', 'abc'], 'mock: --port abc is no number'],
  [['--scenario', 'storm'], 'mock: "storm" is no scenario'],
  [['--platforms', 'chaturbat'], 'mock: there is no platform "chaturbat"'],
])('%j ends with code 1 and a sentence', async (options, sentence) => {
  const { code, output, errors } = await end(start(...options));
  expect([code, output]).toEqual([1, '']);
  expect(errors).toContain(sentence);
  expect(errors).not.toContain('    at ');
});
