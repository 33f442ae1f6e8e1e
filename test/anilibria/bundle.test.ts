import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { root } from '../support/source.ts';

/** The files of a program for a page, and what it imports from elsewhere. */
async function bundled(code: string) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['tipstream-source'],
    target: ['chrome103', 'firefox115', 'safari16.4'],
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  return { files: Object.keys(metafile.inputs), outside, text: outputFiles.map(({ text }) => text).join('\n') };
}

it('AL-31 everything of AniLibria bundles for a page, without a file, a package or a word of Node', async () => {
  const { files, outside, text } = await bundled("export * from 'tipstream/anilibria';");
  expect(files).toContain('src/anilibria/client.ts');
  expect(files.filter((file) => /\.node\.ts$|node_modules\/(ws|isomorphic-ws|zod|prom-client)\//.test(file))).toEqual(
    [],
  );
  expect(outside).toEqual([]);
  expect(text).not.toMatch(/["']node:|\brequire\(|\bprocess\.|\bBuffer\b/);
});

it('AL-31 AL-41 who does not use the doors, the levels or the public API does not carry them', async () => {
  const { text } = await bundled("export { createAnilibria } from 'tipstream/anilibria';");
  expect(text).not.toMatch(/internal\/|is_ongoing|opens every door/);
  const whole = await bundled("export * from 'tipstream/anilibria';");
  expect(whole.text).toMatch(/internal\//);
});
