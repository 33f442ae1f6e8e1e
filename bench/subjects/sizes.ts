/** What a bundle weighs: minified, brotli, every dependency within. */
import { builtinModules } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildPackage } from '../built.ts';
import { place } from '../peers.ts';
import { programs } from '../programs.ts';
import type { Goal, Outcome } from '../report.ts';

/** The bytes of a program with everything that it imports, in one file. */
async function weigh(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: place },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
    write: false,
    // Those of this repository lead to our sources.
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
  return brotliCompressSync(outputFiles[0]?.contents ?? '').length;
}

const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;
const all = (...names: string[]): string =>
  names.map((name) => `export * as ${name} from 'tipstream/${name}';`).join('');
const cams = ['chaturbate', 'stripchat', 'camsoda'];
const others = ['twitch', 'tiktok', 'anilibria', 'tipping'];
const front =
  "export { createSource, merge, filter, map, dedupe, take, takeUntil, batch, tally, goal, TipstreamError, isTipstreamError } from 'tipstream';";

/** Of several platforms the largest. */
const largest = async (names: readonly string[]): Promise<number> =>
  Math.max(...(await Promise.all(names.map((name) => weigh(all(name))))));

export async function sizes(): Promise<Outcome> {
  buildPackage();
  const rows: string[][] = [];
  for (const { what, code, ours, note = '' } of programs) {
    const bytes = await weigh(code);
    rows.push([ours ? `**${what}**` : what, kilobytes(bytes).toFixed(1), note]);
  }
  const why = 'more is done than was planned for; [what it is and what was tried](decisions/sizes-above-the-goal.md)';
  const goal = (what: string, bytes: number, limit: number): Goal => ({
    what,
    measured: kilobytes(bytes),
    limit,
    unit: 'kB',
    done: bytes > limit * 1000 ? why : 'what not everybody needs stands in a module of its own',
  });
  return {
    tables: [
      {
        heading: 'What it weighs',
        text: 'A bundle of everything that an entry exports, in one file, by esbuild: minified, brotli, in kB. A program loads less of ours than this: `npm run size`.',
        head: ['', 'kB', 'what it does'],
        rows,
      },
    ],
    goals: [
      goal('a cam platform, the largest', await largest(cams), 18),
      goal('Twitch, TikTok, AniLibria or tipping, the largest', await largest(others), 28),
      goal('all seven platforms', await weigh(all(...cams, ...others)), 40),
      goal('streams, operators and errors, without a platform', await weigh(front), 6),
    ],
  };
}
