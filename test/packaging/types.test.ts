import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { root } from '../support/source.ts';
import { appWith } from './peers.ts';

const app = inject('app');
const bring = (file: string, folder: string): Promise<void> =>
  copyFile(join(import.meta.dirname, 'fixtures', file), join(folder, file));
beforeAll(() => bring('consumer.ts', app));

/** What the compiler says of an app, its libraries included. */
function complaints(path: string, options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    typeRoots: [join(root, 'node_modules/@types')],
    ...options,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file: where, messageText }) => `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const nodenext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };

describe('the public types compile with every library check', () => {
  it.each([
    ['for a page: ES2022 and DOM', { ...bundler, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] }],
    ['for Node, by a bundler: ES2022 and @types/node', { ...bundler, lib: ['lib.es2022.d.ts'], types: ['node'] }],
    ['for Node: ES2022 and @types/node', { ...nodenext, lib: ['lib.es2022.d.ts'], types: ['node'] }],
  ])('%s', (_what, options) => {
    expect(complaints(join(app, 'consumer.ts'), options)).toEqual([]);
  });

  it('fit those of msw, whose own types are not checked here', async () => {
    const { app: folder, remove } = await appWith(app, ['msw']);
    onTestFinished(remove);
    await bring('handlers.ts', folder);
    const options = { ...nodenext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: ['node'], skipLibCheck: true };
    expect(complaints(join(folder, 'handlers.ts'), options)).toEqual([]);
  });
});
