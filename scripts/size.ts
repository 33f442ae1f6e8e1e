/**
 * What each entry of the built package weighs in a bundle: minified, brotli, with every dependency and every chunk that it can load. Prints a
 * table; `--write` puts it into README.md as well, `--why chaturbate` says which file of the first program with that name brings how much.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { withPublished } from './published.ts';

const root = join(import.meta.dirname, '..');

/** A program and what it may weigh, in kB. */
export interface Budget {
  what: string;
  /** The program that is bundled. */
  code: string;
  /** It is red above this. It falls with what is weighed; where it rose, docs/decisions/sizes-above-the-goal.md says for what. */
  kilobytes: number;
  /** What it should weigh: docs/decisions/sizes-above-the-goal.md. */
  goal: number;
  /** Only what is loaded before anything else is asked for; or everything in one file, where nothing is loaded later. @default every chunk */
  part?: 'first' | 'one file';
}

const all = (entry: string): string => `export * from '${entry}';`;
const some = (...names: string[]): string => `export { ${names.join(', ')} } from 'tipstream';`;
const operators = ['merge', 'filter', 'map', 'dedupe', 'take', 'takeUntil', 'batch', 'tally', 'goal'];

export const budgets: readonly Budget[] = [
  { what: '`tipstream/chaturbate`', code: all('tipstream/chaturbate'), kilobytes: 30.1, goal: 18 },
  { what: '`tipstream/stripchat`', code: all('tipstream/stripchat'), kilobytes: 29.7, goal: 18 },
  { what: '`tipstream/camsoda`', code: all('tipstream/camsoda'), kilobytes: 29.5, goal: 18 },
  {
    what: '`tipstream/twitch`: what an app loads that calls `users`',
    code: "import { createTwitch } from 'tipstream/twitch'; createTwitch(globalThis.options).users({ ids: ['1'] });",
    part: 'first',
    kilobytes: 30.8,
    goal: 28,
  },
  {
    what: '`tipstream/twitch` in one file',
    code: all('tipstream/twitch'),
    part: 'one file',
    kilobytes: 45.5,
    goal: 28,
  },
  { what: '`tipstream/twitch`', code: all('tipstream/twitch'), kilobytes: 47.5, goal: 28 },
  {
    what: '`tipstream/twitch`: what an app loads that asks a proxy',
    code: "export { createTwitchProxyClient } from 'tipstream/twitch';",
    part: 'first',
    kilobytes: 29.1,
    goal: 28,
  },
  {
    what: '`tipstream/anilibria`: what an app loads that calls `titles.get`',
    code: "import { createAnilibria } from 'tipstream/anilibria'; createAnilibria(globalThis.options).titles.get({ id: 1 });",
    part: 'first',
    kilobytes: 29.5,
    goal: 28,
  },
  {
    what: '`tipstream/anilibria` in one file',
    code: all('tipstream/anilibria'),
    part: 'one file',
    kilobytes: 39.6,
    goal: 28,
  },
  { what: '`tipstream/anilibria`', code: all('tipstream/anilibria'), kilobytes: 41.4, goal: 28 },
  { what: '`tipstream/tiktok`', code: all('tipstream/tiktok'), kilobytes: 44.7, goal: 28 },
  {
    what: '`tipstream/tiktok`: the client and its streams',
    code: "export { createTikTok } from 'tipstream/tiktok';",
    kilobytes: 38.6,
    goal: 28,
  },
  {
    what: '`tipstream/tiktok`: gifts as tips, without a client',
    code: "export { giftTips, fromTikTokLiveConnector } from 'tipstream/tiktok';",
    kilobytes: 11.2,
    goal: 10.7,
  },
  {
    what: '`tipstream/tiktok`: avatars, without a client',
    code: "export { createAvatars } from 'tipstream/tiktok';",
    kilobytes: 7.5,
    goal: 7.4,
  },
  { what: '`tipstream/tipping`', code: all('tipstream/tipping'), kilobytes: 39.4, goal: 28 },
  {
    what: '`tipstream/tipping`: streams and their tips, without sessions',
    code: "export { createTippingStreams } from 'tipstream/tipping';",
    kilobytes: 35,
    goal: 28,
  },
  {
    what: '`tipstream/schemas`: the events of one platform',
    code: "export { chaturbateEventSchema } from 'tipstream/schemas';",
    kilobytes: 6.5,
    goal: 6.5,
  },
  { what: '`tipstream/schemas`', code: all('tipstream/schemas'), kilobytes: 10.1, goal: 10.1 },
  {
    what: '`tipstream`: streams, every operator, errors',
    code: some('createSource', ...operators, 'TipstreamError', 'isTipstreamError'),
    kilobytes: 11.4,
    goal: 6,
  },
  { what: '`tipstream`: `fromUrl`, for a page that shows', code: some('fromUrl'), kilobytes: 8.5, goal: 7.7 },
  { what: '`tipstream`: everything', code: all('tipstream'), kilobytes: 23, goal: 18 },
];

const bundle = (code: string, folder: string, splitting = true) =>
  build({
    stdin: { contents: code, resolveDir: folder },
    absWorkingDir: folder,
    preserveSymlinks: true,
    tsconfigRaw: '{}',
    bundle: true,
    minify: true,
    splitting,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });

const brotli = (contents: Uint8Array): number =>
  brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }).length;

/** The chunks that are loaded with the program itself. */
function firstOf(outputs: Metafile['outputs']): Set<string> {
  const first = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === '<stdin>'));
  // A set gives what is added while it is walked.
  for (const path of first)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') first.add(next);
  return first;
}

/** The size of a program in `folder` in bytes, every chunk compressed by itself, as a server would. */
export async function weigh(code: string, folder: string, part?: Budget['part']): Promise<number> {
  const { outputFiles, metafile } = await bundle(code, folder, part !== 'one file');
  const first = firstOf(metafile.outputs);
  return outputFiles
    .filter(({ path }) => part !== 'first' || first.has(relative(folder, path).replaceAll('\\', '/')))
    .reduce((sum, { contents }) => sum + brotli(contents), 0);
}

/** The bytes that each file brings into a program, minified, the largest first. */
async function explain(code: string, folder: string): Promise<[file: string, bytes: number][]> {
  const { metafile } = await bundle(code, folder);
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...bytes].sort(([, a], [, b]) => b - a);
}

export const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

/** The rows of the table in README.md. */
export const table = (rows: readonly { what: string; bytes: number }[]): string =>
  ['| import | kB |', '|---|---|', ...rows.map(({ what, bytes }) => `| ${what} | ${kilobytes(bytes)} |`)].join('\n');

export const measure = (folder: string): Promise<(Budget & { bytes: number })[]> =>
  Promise.all(budgets.map(async (budget) => ({ ...budget, bytes: await weigh(budget.code, folder, budget.part) })));

if (import.meta.main) {
  const why = process.argv.indexOf('--why');
  const asked = budgets.find(({ what }) => why > 0 && what.includes(process.argv[why + 1] ?? ''));
  const rows = await withPublished(async (folder) => {
    if (asked)
      for (const [file, bytes] of await explain(asked.code, folder))
        console.log(`${String(bytes).padStart(7)} ${file}`);
    return await measure(folder);
  });
  for (const { what, bytes, kilobytes: most, goal } of rows) {
    const verdict = bytes > most * 1000 ? '  TOO LARGE' : '';
    const above = bytes > goal * 1000 ? `, the goal is ${goal}` : '';
    console.log(`${kilobytes(bytes).padStart(7)} kB of ${most} kB  ${what.replaceAll('`', '')}${above}${verdict}`);
    if (verdict) process.exitCode = 1;
  }
  if (process.argv.includes('--write')) {
    const readme = join(root, 'README.md');
    const place = /(<!-- sizes[^>]*-->\n).*(\n<!-- \/sizes -->)/s;
    const text = readFileSync(readme, 'utf8');
    writeFileSync(
      readme,
      text.replace(place, (_all, before, after) => before + table(rows) + after),
    );
  }
}
