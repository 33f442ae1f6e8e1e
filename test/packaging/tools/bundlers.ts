import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { type Engine, pathOf } from '../../support/engines.ts';

/** What a bundle is for: a page, which may load parts of it later, or a service worker, which is one classic script. */
export type Purpose = 'a page' | 'a service worker';

/** Bundles a program in the folder of an app, minified, and gives the texts of its files. */
export type Bundler = (app: string, program: string, purpose: Purpose) => Promise<string[]>;

const viaEsbuild: Bundler = async (app, program, purpose) => {
  const { outputFiles } = await esbuild({
    absWorkingDir: app,
    entryPoints: [program],
    bundle: true,
    minify: true,
    platform: 'browser',
    logLevel: 'silent',
    outdir: '/',
    write: false,
    ...(purpose === 'a page' ? { format: 'esm', splitting: true } : { format: 'iife' }),
  });
  return outputFiles.map(({ text }) => text);
};

/** The part of rolldown's output that is read here; Vite's is the same. */
interface Rolled {
  output: { type: string; code?: string; imports?: string[] }[];
}
const codeOf = ({ output }: Rolled): string[] => output.flatMap(({ code }) => code ?? []);

const viaRolldown: Bundler = async (app, program, purpose) => {
  const { rolldown } = await import(join(pathOf('rolldown'), 'dist/index.mjs'));
  const bundle = await rolldown({ cwd: app, input: `./${program}`, platform: 'browser', logLevel: 'silent' });
  try {
    const whole = { format: 'iife', codeSplitting: false };
    return codeOf(await bundle.generate({ minify: true, ...(purpose === 'a page' ? { format: 'es' } : whole) }));
  } finally {
    await bundle.close();
  }
};

const viaVite: Bundler = async (app, program, purpose) => {
  const { build } = await import(join(pathOf('Vite'), 'dist/node/index.js'));
  const whole = { format: 'iife', codeSplitting: false };
  const rolled: Rolled = await build({
    root: app,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: join(app, program), output: purpose === 'a page' ? { format: 'es' } : whole },
    },
  });
  return codeOf(Array.isArray(rolled) ? rolled[0] : rolled);
};

/** What webpack says when it is through, as far as it is asked here. */
interface Stats {
  hasErrors(): boolean;
  toString(how: string): string;
}

const viaWebpack: Bundler = async (app, program, purpose) => {
  const { default: webpack } = await import(join(pathOf('webpack'), 'lib/index.js'));
  const compiler = webpack({
    mode: 'production',
    context: app,
    entry: `./${program}`,
    output: { path: join(app, 'webpack'), filename: '[name].js' },
    performance: false,
    ...(purpose === 'a page'
      ? { target: ['web', 'es2022'] }
      : { target: ['webworker', 'es2022'], module: { parser: { javascript: { dynamicImportMode: 'eager' } } } }),
  });
  const texts: string[] = [];
  compiler.outputFileSystem = {
    mkdir: (_path: string, ...rest: ((error?: null) => void)[]) => rest.at(-1)?.(),
    stat: (_path: string, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('nothing is written'), { code: 'ENOENT' })),
    // Beside the scripts it writes the licences that stood in their comments.
    writeFile(path: string, content: string | Buffer, callback: () => void) {
      if (path.endsWith('.js')) texts.push(String(content));
      callback();
    },
    join,
  };
  const stats = await new Promise<Stats>((resolve, reject) =>
    compiler.run((error: Error | null, result: Stats) => (error ? reject(error) : resolve(result))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  return texts;
};

/** The bundlers that the package promises to work with; `undefined` comes with the project. */
export const bundlers: readonly (readonly [name: string, Engine | undefined, Bundler])[] = [
  ['esbuild', undefined, viaEsbuild],
  ['rolldown', 'rolldown', viaRolldown],
  ['webpack', 'webpack', viaWebpack],
  ['Vite', 'Vite', viaVite],
];

/** Writes a program that shows everything of an entry to whoever runs it. */
export async function programOf(app: string, entry: string): Promise<string> {
  const file = `bundle-${entry.replaceAll('/', '-')}.js`;
  await writeFile(join(app, file), `import * as entry from '${entry}';\nglobalThis.entry = entry;\n`);
  return file;
}
