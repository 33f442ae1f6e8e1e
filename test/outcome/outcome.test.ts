import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const passing = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, testResults: [] };
const oneRed = {
  numPassedTests: 2,
  numFailedTests: 1,
  numPendingTests: 0,
  testResults: [
    {
      name: resolve('test/core/a.test.ts'),
      status: 'failed',
      message: '',
      assertionResults: [
        { fullName: 'CB-11 is green', status: 'passed', failureMessages: [] },
        { fullName: 'CB-12 is red', status: 'failed', failureMessages: ['expected 1 to be 2\n  at somewhere'] },
      ],
    },
  ],
};

/** What `.ci/run` prints last for these reports, and whether it is green. */
async function outcome(soak: string, code: string, ...reports: readonly unknown[]) {
  const folder = mkdtempSync(join(tmpdir(), 'outcome-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const names = reports.map((report, index) => {
    const name = join(folder, `${index}.json`);
    if (report !== undefined) writeFileSync(name, JSON.stringify(report));
    return name;
  });
  return new Promise<{ code: number; lines: string[] }>((resolve) => {
    const told = execFile(process.execPath, ['scripts/outcome.ts', soak, code, ...names], (_error, stdout) =>
      resolve({ code: told.exitCode ?? -1, lines: stdout.trimEnd().split('\n') }),
    );
  });
}

test('all runs and the soak are added up, and green is green', async () => {
  expect(await outcome('0', '0', passing, passing)).toEqual({ code: 0, lines: ['7 passed, 0 failed'] });
});

test('a test that failed stands above the last line, by file and name, with what it said', async () => {
  const { code, lines } = await outcome('0', '1', passing, oneRed);
  expect(code).toBe(1);
  expect(lines).toEqual([
    'failed  test/core/a.test.ts: CB-12 is red',
    '      expected 1 to be 2',
    '        at somewhere',
    '6 passed, 1 failed',
  ]);
});

test('a run without a report, a file that could not be loaded, a test left out and a soak that grew are failures', async () => {
  const unloaded = {
    ...passing,
    testResults: [{ name: resolve('b.test.ts'), status: 'failed', message: 'no such module', assertionResults: [] }],
  };
  expect((await outcome('0', '1', undefined)).lines.at(-1)).toBe('1 passed, 1 failed');
  expect((await outcome('0', '1', unloaded)).lines).toEqual([
    'failed  b.test.ts: not one of its tests ran to its end',
    '      no such module',
    '4 passed, 1 failed',
  ]);
  expect((await outcome('0', '0', { ...passing, numPendingTests: 2 })).lines.at(-1)).toBe('4 passed, 2 failed');
  expect(await outcome('1', '0', passing)).toEqual({
    code: 1,
    lines: [expect.stringContaining('soak'), '3 passed, 1 failed'],
  });
});

test('a command that failed although its tests passed is red', async () => {
  expect((await outcome('0', '1', passing)).code).toBe(1);
});
