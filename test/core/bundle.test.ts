import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The files of this project and the packages that a program brings into a bundle, with what is left of each. */
async function brought(code: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['tipstream-source'],
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

describe('a bundle', () => {
  it('core-25 with a connection has nothing of clients: no cache, retry, coalescing, queue, error reader, token renewal or schema', async () => {
    const files = await brought(`export { open } from '../../src/core/open.ts';`);
    expect(files.some((file) => file.endsWith('core/pace.ts'))).toBe(true);
    const unwanted =
      /core\/(cache|cached|memory-cache|client)\.ts|circuit|limiter|src\/core\/retry|flights|sharing|caller|problem|core\/tokens|prepare|page|anonymous|zod/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
  });

  it('core-25 with a client has no cache policy, circuit or error reader that no endpoint declares', async () => {
    const files = await brought(`export { connect } from '../../src/core/client.ts';`);
    expect(files.some((file) => file.endsWith('core/retry.ts'))).toBe(true);
    expect(files.filter((file) => /cached|circuit|problem|tiered|anonymous|zod/.test(file))).toEqual([]);
  });
});
