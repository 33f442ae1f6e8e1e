import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const nodeEntry = new URL('../../../src/adapters/node.ts', import.meta.url).href;

/** A folder that is gone after the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tipstream-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export interface Child {
  process: ChildProcess;
  /** Resolves when the child printed `text`. */
  said(text: string): Promise<void>;
  /** Resolves with how it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
}

/** Another process that runs `code` with everything of `tipstream/node` in scope. */
export function child(code: string): Child {
  const source = `import { fileStore, runUntilSignal } from '${nodeEntry}';\n${code}`;
  const made = spawn(process.execPath, ['--conditions=tipstream-source', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const pipe of [made.stdout, made.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>((resolve) => {
    made.on('close', (code, signal) => resolve({ code, signal, output }));
  });
  onTestFinished(() => void made.kill('SIGKILL'));
  return {
    process: made,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`the child ended without saying "${text}": ${output}`)));
      }),
    ended,
  };
}
