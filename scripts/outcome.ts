/**
 * The last word of `.ci/run`: how many tests passed and failed over all its runs, and above that line every test that failed, by name and with its
 * first lines, because whoever reads a long log reads its end.
 *
 *   npm run --silent outcome -- <soak's exit code> <the tests' exit code> <report.json>…
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import * as z from 'zod/mini';

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z._default(z.number(), 0),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z._default(z.string(), ''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.nullish(z.array(z.string())),
        }),
      ),
    }),
  ),
});

type Report = z.infer<typeof Report>;

/** A run that left no report failed before its first test. */
const nothing: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

/** Enough to know what was expected and where, without the page of a whole object. */
const opening = (text: string): string =>
  text
    .split('\n')
    .slice(0, 12)
    .map((line) => `      ${line.slice(0, 300)}`)
    .join('\n');

/** Of one report: what passed, what failed, and a paragraph for everything that did. */
export function outcomeOf(
  name: string,
  report: Report | undefined,
): { passed: number; failed: number; letters: string[] } {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report ?? nothing;
  const letters: string[] = [];
  let broken = 0;
  for (const file of testResults) {
    const red = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const test of red) {
      letters.push(
        `failed  ${relative('.', file.name)}: ${test.fullName}\n${opening((test.failureMessages ?? []).join('\n'))}`,
      );
    }
    // A file that could not even be loaded has no test in it to fail.
    if (file.status === 'failed' && red.length === 0) {
      broken += 1;
      letters.push(
        `failed  ${relative('.', file.name)}: not one of its tests ran to its end\n${opening(file.message)}`,
      );
    }
  }
  const left = numPendingTests + numTodoTests;
  if (left > 0) letters.push(`failed  ${name}: ${left} tests were left out although every engine is here`);
  if (numPassedTests === 0)
    letters.push(`failed  ${name}: no test passed${report === undefined ? ', there is no report' : ''}`);
  return { passed: numPassedTests, failed: numFailedTests + broken + left + (numPassedTests === 0 ? 1 : 0), letters };
}

if (import.meta.main) {
  const [soak, code, ...names] = process.argv.slice(2);
  const outcomes = names.map((name) =>
    outcomeOf(name, existsSync(name) ? Report.parse(JSON.parse(readFileSync(name, 'utf8'))) : undefined),
  );
  const letters = outcomes.flatMap((each) => each.letters);
  if (soak !== '0') letters.push('failed  the soak: its table above says what grew');
  let passed = soak === '0' ? 1 : 0;
  let failed = 1 - passed;
  for (const each of outcomes) {
    passed += each.passed;
    failed += each.failed;
  }
  for (const letter of letters) console.log(letter);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : Number(code);
}
