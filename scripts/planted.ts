import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from './mutation/tests.ts';
import { type PlantedBug, plant } from './planted/bug.ts';
import { plantedBugs } from './planted/index.ts';

/**
 * Plants each bug in a copy of the project, runs the tests that have to find it, and says what caught it: `npm run planted`. Fails
 * where a bug survives or cannot be planted any more. `npm run planted -- rounding` plants only the bugs with this word in their names.
 */

/** What became of a bug. */
interface Verdict {
  bug: PlantedBug;
  /** The test that caught it. */
  caught: string | undefined;
  /** Why it does not count as caught. */
  fault: string | undefined;
  seconds: number;
}

const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
/** What the tests need beside the dependencies. */
const needed = ['src', 'test', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'README.md'];
/** So long the tests of one bug may take, in milliseconds: a bug may make them wait for ever. */
const patience = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // What CI gives to every command; only the file of the report is looked at.
    reporter: { type: 'string', multiple: true },
    'outputFile.json': { type: 'string' },
  },
});

function copyOfProject(): string {
  const tree = mkdtempSync(join(tmpdir(), 'tipstream-planted-'));
  for (const name of needed) cpSync(join(root, name), join(tree, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** Runs test files in a copy, and gives every test that failed; `undefined` where no test ran at all. */
async function failuresOf(tree: string, files: readonly string[], bail: boolean): Promise<string[] | undefined> {
  const options = ['--project=source', ...(bail ? ['--bail=1'] : [])];
  const results = await runTests(files, { tree, vitest, arguments: options, patience: patience * (bail ? 1 : 3) });
  const failed = results?.flatMap((result) => result.failed);
  return results?.some(({ tests }) => tests > 0) ? failed : undefined;
}

async function tryBug(tree: string, bug: PlantedBug): Promise<Verdict> {
  const began = performance.now();
  const path = join(tree, bug.file);
  const source = readFileSync(path, 'utf8');
  const changed = plant(bug, source);
  const told = (caught?: string, fault?: string): Verdict => ({
    bug,
    caught,
    fault,
    seconds: (performance.now() - began) / 1000,
  });
  if (changed === undefined)
    return told(undefined, `its place in ${bug.file} is gone; plant it anew in scripts/planted`);
  writeFileSync(path, changed);
  const failed = await failuresOf(tree, bug.tests, true);
  writeFileSync(path, source);
  if (failed === undefined) return told(undefined, 'no test ran: the bug is no code, or the tests did not end');
  return told(failed[0], failed.length === 0 ? 'no test found it' : undefined);
}

const bugs = plantedBugs.filter(({ name }) => positionals.every((word) => name.includes(word)));
const trees = Array.from({ length: Math.min(4, availableParallelism()) }, copyOfProject);
const verdicts: Verdict[] = [];
let sound = false;
try {
  const files = [...new Set(bugs.flatMap(({ tests }) => tests))];
  const [first = ''] = trees;
  const before = await failuresOf(first, files, false);
  sound = before?.length === 0;
  if (!sound) console.log(`the tests fail without any bug: ${before?.join(', ') ?? 'none ran'}`);
  const queue = sound ? [...bugs] : [];
  const work = async (tree: string): Promise<void> => {
    for (let bug = queue.shift(); bug; bug = queue.shift()) {
      const verdict = await tryBug(tree, bug);
      verdicts.push(verdict);
      const { caught, fault, seconds } = verdict;
      console.log(`${fault ? 'SURVIVED' : 'caught'}  ${bug.name} (${seconds.toFixed(1)} s)`);
      console.log(fault ? `          ${fault}: ${dirname(bug.file)}, ${bug.breaks}` : `          by "${caught}"`);
    }
  };
  await Promise.all(trees.map(work));
} finally {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
}

const caught = verdicts.filter(({ fault }) => fault === undefined).length;
const survived = bugs.length - caught;
console.log(`${bugs.length} bugs planted, ${caught} caught, ${survived} survived`);
const report = values['outputFile.json'];
if (report)
  // In the words of vitest, so that CI counts a bug like a test.
  writeFileSync(
    report,
    JSON.stringify({
      numPassedTests: caught,
      numFailedTests: survived,
      numPendingTests: 0,
      testResults: [
        {
          name: 'scripts/planted.ts',
          status: survived === 0 ? 'passed' : 'failed',
          assertionResults: verdicts.map(({ bug, fault }) => ({
            fullName: bug.name,
            status: fault === undefined ? 'passed' : 'failed',
            failureMessages: fault === undefined ? [] : [fault],
          })),
        },
      ],
    }),
  );
process.exitCode = sound && survived === 0 && bugs.length > 0 ? 0 : 1;
