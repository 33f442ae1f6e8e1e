import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { Options } from 'tsup';

// The configuration is bundled before it is run, so it does not know where it stands; tsup runs in the package's folder.
const root = process.cwd();
const entries = (...names: string[]): string[] => names.map((name) => `src/${name}.ts`);
/** What every app loads that listens to a room. */
const listeners = entries('index', 'chaturbate/index', 'stripchat/index', 'camsoda/index');
/** What an app loads that calls, and may listen later: their streams are loaded by their first use. */
const callers = entries('twitch/index', 'anilibria/index');

type Importer = (path: string) => Metafile['inputs'][string]['imports'];

async function graph(): Promise<Importer> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...listeners, ...callers].map((path) => `./${path}`),
    bundle: true,
    packages: 'external',
    external: ['#*'],
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
  });
  return (path) => metafile.inputs[path]?.imports ?? [];
}

/** What is loaded with these, of core and stream. */
function atOnce(start: readonly string[], importsOf: Importer): Set<string> {
  const found = new Set(start);
  // A set gives what is added while it is walked.
  for (const path of found)
    for (const { kind, path: next, external } of importsOf(path))
      if (kind === 'import-statement' && !external) found.add(next);
  return new Set([...found].filter((path) => /^src\/(core|stream)\//.test(path)));
}

/**
 * Puts what all share into a few files: `dist/asking.js`, for whoever calls, `dist/listening.js`, for whoever listens, and what brings a package. With twenty entries the
 * bundler would cut it into some thirty pieces, one for each set of entries that share it, and on Node every piece costs half a millisecond to
 * load. A bundler takes out what an app does not use.
 */
export const houseChunks: Plugin = {
  name: 'house-chunks',
  async setup({ initialOptions, onResolve, onLoad }) {
    const importsOf = await graph();
    const needed = callers.map((caller) => atOnce([caller], importsOf));
    // The import of a package stays in every bundle of whoever makes it.
    const onPackages = (path: string): boolean =>
      importsOf(path).some(({ external, path: from }) => external && !from.startsWith('#'));
    const chunk = (path: string): string => {
      if (onPackages(path)) return basename(path, '.ts');
      // What only one of them needs is little, and a bundler takes it out for the other.
      return needed.some((paths) => paths.has(path)) ? 'asking' : 'listening';
    };
    const chunkOf = new Map([...atOnce(listeners, importsOf)].map((path) => [path, chunk(path)]));
    const chunks = Object.fromEntries([...chunkOf.values()].map((name) => [name, `house:${name}`]));
    initialOptions.entryPoints = { ...(initialOptions.entryPoints as Record<string, string>), ...chunks };
    onResolve({ filter: /^house:/ }, ({ path }) => ({ path: path.slice('house:'.length), namespace: 'house' }));
    onLoad({ filter: /.*/, namespace: 'house' }, ({ path: name }) => ({
      // By name, so that a new import somewhere does not shuffle what stands side by side.
      contents: [...chunkOf]
        .sort(([a], [b]) => (basename(a) < basename(b) ? -1 : 1))
        .flatMap(([path, to]) => (to === name ? `export * from './${path}';` : []))
        .join('\n'),
      resolveDir: root,
    }));
    onResolve({ filter: /^\.\.?\// }, ({ importer, path, resolveDir, namespace }) => {
      const from = namespace === 'house' ? importer : chunkOf.get(relative(root, importer));
      const to = chunkOf.get(relative(root, join(resolveDir, path)));
      return to && to !== from ? { path: `house:${to}`, external: true, sideEffects: false } : undefined;
    });
  },
};

/** Names the shared files by where they are: Node finds a neighbour sooner than a name that package.json has to explain. */
export const housePaths: NonNullable<Options['plugins']>[number] = {
  name: 'house-paths',
  renderChunk(code, { path }) {
    const folder = relative(dirname(path), resolve(root, this.options.outDir)) || '.';
    return { code: code.replace(/(["'])house:(\w+)\1/g, `"${folder}/$2.js"`) };
  },
};
