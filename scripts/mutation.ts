import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf } from './mutation/mutants.ts';
import { runTests } from './mutation/tests.ts';
import { type NumberedMutant, weave } from './mutation/weave.ts';

/**
 * Breaks the code in one place at a time and looks whether a test finds it: `npm run mutation -- --sample 400 --seed 1` draws so many of all
 * places, `--files src/core/retry.ts` takes one file, or what a pattern names, `--show` prints what would be changed. Prints every mutant
 * that survived, and the score; red below 85 %. Those that change nothing stand in docs/decisions/mutation.md.
 */

/** What reads money or decides about it. */
const everything = [
  'src/core/**/*.ts',
  'src/stream/**/*.ts',
  'src/*/normalize.ts',
  'src/twitch/{eventsub-*,anonymous,notification}.ts',
  'src/tiktok/gifts/*.ts',
  'src/tipping/{money,wallet}.ts',
];
/** The tests that may find them. */
const tests =
  'test/{core,stream,chaturbate,camsoda,stripchat,twitch,tiktok,tipping,anilibria,security,models,fuzz}/**/*.test.ts';
/** Bundles and workers see the source as it was built. */
const left = ['test/**/{bundle,example,guide,postman,workerd}.test.ts', 'test/core/quiet.test.ts'];
const goal = 85;
/** Beyond what the tests need without a mutant, in milliseconds. */
const patience = 25_000;
/** The tests that are run first: those that are about the file, and whatever is quick. */
const few = 4;
/** No more is spent on one mutant, in milliseconds of its tests. */
const budget = 60_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', multiple: true },
    sample: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    show: { type: 'boolean' },
    out: { type: 'string' },
  },
});

const root = join(import.meta.dirname, '..');
const sources = globSync(values.files ?? everything, { cwd: root }).sort();
const texts = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? '';

/** The lot of a place is the same wherever it has moved to in its file: the same places are drawn again after a change elsewhere. */
function draw(mutants: readonly Mutant[], size: number): NumberedMutant[] {
  const seen = new Map<string, number>();
  const lots = mutants.map((mutant) => {
    const { file, kind, start, end, text } = mutant;
    const what = JSON.stringify([values.seed, file, kind, textOf(file).slice(start, end), text]);
    const nth = seen.get(what) ?? 0;
    seen.set(what, nth + 1);
    return { mutant, lot: createHash('sha256').update(`${what} ${nth}`).digest('hex') };
  });
  lots.sort((one, other) => (one.lot < other.lot ? -1 : 1));
  return lots.slice(0, size).map(({ mutant }, id) => ({ ...mutant, id }));
}

const all = sources.flatMap((file) => mutantsOf(file, textOf(file)));
const drawn = draw(all, Number(values.sample));

const placeOf = ({ file, start }: Mutant): string => {
  const before = textOf(file).slice(0, start).split('\n');
  return `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}`;
};
const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 110 ? `${line.slice(0, 70)} ... ${line.slice(-35)}` : line;
};
const describe = (mutant: NumberedMutant): string => {
  const { file, start, end, kind, text } = mutant;
  return `${placeOf(mutant)} ${kind}\n  - ${short(textOf(file).slice(start, end))}\n  + ${text === undefined ? '(left out)' : short(text)}`;
};

const tree = values.show ? '' : mkdtempSync(join(tmpdir(), 'tipstream-mutation-'));
const options = {
  tree,
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
  arguments: ['--config', 'vitest.mutation.config.ts', '--root', tree],
};

function prepare(): void {
  // Some tests look at the pages and programs of the project, too.
  const made = ['node_modules', 'dist', 'coverage', '.git', '.engines', '.vitest', '.bench', 'reference'];
  cpSync(root, tree, { recursive: true, filter: (path) => !made.includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const file of sources)
    writeFileSync(
      join(tree, file),
      weave(
        textOf(file),
        drawn.filter((mutant) => mutant.file === file),
      ),
    );
  writeFileSync(
    join(tree, 'vitest.mutation.config.ts'),
    `import config from './vitest.config.ts';
const { test: { projects, coverage, ...test }, ...more } = config;
const include = [${JSON.stringify(tests)}];
export default { ...more, test: { ...test, include, exclude: ${JSON.stringify(left)}, setupFiles: ['./mutation.setup.ts'], testTimeout: 10_000 } };
`,
  );
  // Which mutants a test file came across is noted once, while none is on.
  writeFileSync(
    join(tree, 'mutation.setup.ts'),
    `import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
const on = Number(process.env.MUTANT ?? -1);
const met = new Set();
globalThis.__mutant = on < 0 ? (id) => { met.add(id); return false; } : (id) => id === on;
if (on < 0) afterAll(() => appendFileSync(${JSON.stringify(join(tree, 'met.jsonl'))}, JSON.stringify([expect.getState().testPath, [...met]]) + '\\n'));
`,
  );
}

/** What became of a mutant. */
interface Verdict {
  mutant: NumberedMutant;
  end: 'killed' | 'timeout' | 'survived' | 'uncovered';
  by?: string | undefined;
}

async function judge(mutant: NumberedMutant, candidates: { file: string; ms: number }[]): Promise<Verdict> {
  if (candidates.length === 0) return { mutant, end: 'uncovered' };
  const env = { MUTANT: String(mutant.id) };
  let spent = 0;
  const affordable = candidates.filter(({ ms }, index) => {
    spent += ms;
    return index < few || spent < budget;
  });
  for (const [from, to] of [
    [0, few],
    [few, affordable.length],
  ] as const) {
    let part = affordable.slice(from, to);
    while (part.length > 0) {
      const usual = part.reduce((sum, { ms }) => sum + ms, 0);
      const limits = { ...options, env, patience: patience + 3 * usual };
      const bail = { ...limits, arguments: [...options.arguments, '--bail=1', '--maxWorkers=1'] };
      const results = await runTests(
        part.map(({ file }) => file),
        bail,
      );
      if (results === undefined) return { mutant, end: 'timeout' };
      // After the first failure the other files are not run at all.
      const failed = results.find((result) => result.failed.length > 0) ?? results.find(({ tests }) => tests === 0);
      if (!failed) break;
      const killed: Verdict = { mutant, end: 'killed', by: failed.failed[0] ?? failed.file };
      if (from === 0) return killed;
      // On a busy machine a test far from it may fail by itself: once more, and then without it.
      const again = await runTests([failed.file], limits);
      if (again === undefined || again.some((result) => result.failed.length > 0 || result.tests === 0)) return killed;
      part = part.filter(({ file }) => file !== failed.file);
    }
  }
  return { mutant, end: 'survived' };
}

/** The test files that came across each mutant, those about its file first. */
async function meetings(): Promise<Map<number, { file: string; ms: number }[]>> {
  const found = new Map<number, { file: string; ms: number }[]>();
  const results = await runTests(values.files ? sources : [], {
    ...options,
    related: values.files !== undefined,
    patience: 1_200_000,
  });
  if (!results) throw new Error('the tests do not come to an end without a mutant');
  const broken = results.filter(({ tests }) => tests === 0).map(({ file }) => file);
  if (broken.length > 3) throw new Error(`with switches in it the code cannot be loaded by ${broken.join(', ')}`);
  const weak = results.filter(({ failed, tests }) => failed.length > 0 || tests === 0);
  for (const { file, failed } of weak)
    console.log(`left out, as it fails without a mutant: ${file}, ${failed[0] ?? 'which cannot be loaded'}`);
  const sound = new Map(results.filter((result) => !weak.includes(result)).map(({ file, ms }) => [file, ms]));
  for (const line of readFileSync(join(tree, 'met.jsonl'), 'utf8').trim().split('\n')) {
    const [path, ids]: [string, number[]] = JSON.parse(line);
    const file = path.slice(tree.length + 1);
    const ms = sound.get(file);
    if (ms !== undefined) for (const id of ids) found.set(id, [...(found.get(id) ?? []), { file, ms }]);
  }
  for (const { id, file } of drawn) {
    const own = basename(file, '.ts');
    const far = (test: string): number =>
      basename(test).startsWith(own) ? 0 : test.split('/')[1] === file.split('/')[1] ? 1 : 2;
    found.get(id)?.sort((one, other) => far(one.file) - far(other.file) || one.ms - other.ms);
  }
  return found;
}

if (values.show) for (const mutant of drawn) console.log(describe(mutant));
else {
  const verdicts: Verdict[] = [];
  try {
    prepare();
    const met = await meetings();
    const queue = [...drawn];
    const work = async (): Promise<void> => {
      for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
        const verdict = await judge(mutant, met.get(mutant.id) ?? []);
        verdicts.push(verdict);
        const { end, by } = verdict;
        const missed = end === 'survived' || end === 'uncovered';
        if (missed) console.log(`${end} ${describe(mutant)}  (tests: ${met.get(mutant.id)?.length ?? 0})`);
        if (values.out)
          writeFileSync(values.out, `${placeOf(mutant)}\t${mutant.kind}\t${end}\t${by ?? ''}\n`, { flag: 'a' });
      }
    };
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  const count = (end: Verdict['end']): number => verdicts.filter((verdict) => verdict.end === end).length;
  const score = ((count('killed') + count('timeout')) / Math.max(1, verdicts.length)) * 100;
  console.log(
    `${verdicts.length} of ${all.length} mutants: ${count('killed')} killed, ${count('timeout')} did not come to an end, ${count('survived')} survived, ${count('uncovered')} met no test`,
  );
  console.log(`score ${score.toFixed(1)} %`);
  if (score < goal) process.exitCode = 1;
}
