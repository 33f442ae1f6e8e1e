import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A program that was started. */
export interface Program {
  /** What it wrote to stdout. */
  readonly lines: readonly string[];
  /** Resolves when it has printed so many lines, or such a line. Rejects when it ends before. */
  printed(wanted: number | RegExp): Promise<string>;
  /** Its exit code, once it ended by itself. */
  ended: Promise<number | null>;
  /** Ends it, and gives its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Where and with what a program runs. */
export interface Surroundings {
  cwd: string;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Ends it, whatever the test does. */
  atEnd?: ((kill: () => void) => void) | undefined;
}

/** Runs Node with these arguments. */
export function runNode(args: readonly string[], { cwd, env = {}, atEnd = onTestFinished }: Surroundings): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  atEnd(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let wrong = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    wrong += text;
  });
  const find = (wanted: number | RegExp) =>
    typeof wanted === 'number' ? lines[wanted - 1] : lines.find((line) => wanted.test(line));
  return {
    lines,
    ended,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = find(wanted);
          if (line === undefined) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        ended.then((code) => reject(new Error(`it ended with ${code} before ${wanted}: ${lines.join('\n')} ${wrong}`)));
        look();
      }),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
