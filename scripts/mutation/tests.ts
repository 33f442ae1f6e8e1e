import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is needed of a report of vitest. */
interface Report {
  testResults: {
    name: string;
    startTime: number;
    endTime: number;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

/** What became of one test file. */
export interface FileResult {
  /** From the root of the tree. */
  file: string;
  ms: number;
  tests: number;
  /** The tests that failed. */
  failed: string[];
}

/** How a run of tests goes. */
export interface RunOptions {
  /** The copy of the project. */
  tree: string;
  vitest: string;
  /** The files are those of the source, and whatever tests come across them are run. @default false */
  related?: boolean;
  /** What stands on the command line before the files. */
  arguments?: readonly string[];
  env?: Record<string, string>;
  /** Whatever runs longer, in milliseconds, is killed. */
  patience: number;
}

/** Runs test files in a copy of the project; `undefined` where they did not come to an end. */
export function runTests(files: readonly string[], options: RunOptions): Promise<FileResult[] | undefined> {
  const { tree, vitest, patience, related } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tipstream-report-'));
  const report = join(folder, 'report.json');
  const command = related ? ['related', '--run'] : ['run'];
  const reporting = ['--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, ...command, ...(options.arguments ?? []), ...reporting, ...files], {
    cwd: tree,
    stdio: 'ignore',
    env: { ...process.env, ...options.env },
    detached: true,
  });
  // With everything that it started: a worker that loops hears nothing.
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, patience);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      try {
        const { testResults }: Report = JSON.parse(readFileSync(report, 'utf8'));
        resolve(
          testResults.map(({ name, startTime, endTime, assertionResults }) => ({
            file: name.slice(tree.length + 1),
            ms: endTime - startTime,
            tests: assertionResults.length,
            failed: assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
          })),
        );
      } catch {
        resolve(undefined);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
