import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pathOf } from '../../support/engines.ts';
import { root } from '../../support/source.ts';

export const needed = { TWITCH_CLIENT_ID: 'someclient', TWITCH_CLIENT_SECRET: 'not-a-secret-client' };

/** The command as a process. */
export interface Command {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it wrote so far. */
  readonly out: () => string;
  readonly error: () => string;
  /** Resolves when its output has this, with what the first group found. */
  said(pattern: RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
}

/** Runs the command, or another file that is it. */
export function runCommand(
  env: Record<string, string>,
  file = join(root, 'src/adapters/twitch-proxy/cli.ts'),
  args: readonly string[] = [],
): Command {
  const { PATH = '' } = process.env;
  // A source of this project imports the sources.
  const conditions = file.startsWith(root) ? ['--conditions=tipstream-source'] : [];
  const child = spawn(pathOf('Node 24'), [...conditions, file, ...args], {
    env: { PATH, TZ: 'UTC', APP_PORT: '0', ...env },
  });
  let out = '';
  let error = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (text) => {
    out += text;
    for (const tell of listeners) tell();
  });
  child.stderr.on('data', (text) => {
    error += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    out: () => out,
    error: () => error,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(out);
          if (!found) return;
          listeners.delete(look);
          resolve(found[1] ?? found[0]);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`it ended: ${out}${error}`)));
      }),
  };
}
