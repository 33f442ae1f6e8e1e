import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../support/source.ts';

const app = inject('app');
beforeAll(async () => {
  for (const file of ['consumer.ts', 'handlers.ts']) {
    await copyFile(join(import.meta.dirname, 'fixtures', file), join(app, file));
  }
  await symlink(join(root, 'node_modules/msw'), join(app, 'node_modules/msw'));
});

/** What the compiler says of an app, its libraries included. */
function complaints(file: string, options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([join(app, file)], {
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
    expect(complaints('consumer.ts', options)).toEqual([]);
  });

  it('fit those of msw, whose own types are not checked here', () => {
    const options = { ...nodenext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: ['node'], skipLibCheck: true };
    expect(complaints('handlers.ts', options)).toEqual([]);
  });
});
