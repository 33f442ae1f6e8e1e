import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { type Engine, isLeftOut, pathOf } from '../support/engines.ts';

const [app, packed] = [inject('app'), inject('packed')];
const run = promisify(execFile);
const scripts = packed.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
const installed = (file: string): Promise<string> => readFile(join(app, 'node_modules/tipstream', file), 'utf8');

describe('a source map', () => {
  it('comes with every script, and names sources that are in the package', async () => {
    expect(scripts.length).toBeGreaterThan(20);
    const seen = new Set<string>();
    for (const file of scripts) {
      expect((await installed(file)).trimEnd().split('\n').at(-1)).toBe(
        `//# sourceMappingURL=${posix.basename(file)}.map`,
      );
      const { sources, sourcesContent } = JSON.parse(await installed(`${file}.map`));
      expect(sourcesContent ?? [], 'the package has the sources already').toEqual([]);
      for (const source of sources) seen.add(posix.join(posix.dirname(file), source));
    }
    expect([...seen].filter((path) => !packed.includes(path))).toEqual([]);
    expect(seen).toContain('src/twitch/client.ts');
    expect(seen).toContain('src/stream/hub.ts');
  });

  for (const engine of ['Node 22', 'Node 24'] satisfies Engine[]) {
    it.skipIf(isLeftOut(engine))(`leads from a stack trace to the line in src on ${engine}`, async () => {
      await copyFile(join(import.meta.dirname, 'fixtures/throw.mjs'), join(app, 'throw.mjs'));
      const { stdout } = await run(pathOf(engine), ['--enable-source-maps', 'throw.mjs'], { cwd: app });
      const stack: string[] = JSON.parse(stdout);
      expect(stack.filter((line) => line.includes('tipstream/dist/'))).toEqual([]);
      const frame = stack.find((line) => line.includes('createCamsoda'));
      const [, path = '', line = ''] = /tipstream\/(src\/[^:]+):(\d+):\d+/.exec(frame ?? '') ?? [];
      expect(path).toBe('src/camsoda/client.ts');
      expect((await installed(path)).split('\n')[Number(line) - 1]).toMatch(/throw missing\(/);
    });
  }
});
