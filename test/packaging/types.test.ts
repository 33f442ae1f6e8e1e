import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../support/source.ts';

const consumer = join(inject('app'), 'consumer.ts');
beforeAll(() => copyFile(join(import.meta.dirname, 'fixtures/consumer.ts'), consumer));

/** What the compiler says of an app, its libraries included. */
function complaints(options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([consumer], {
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
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const nodenext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };

describe('the public types compile with every library check', () => {
  it.each([
    ['for a page: ES2022 and DOM', { ...bundler, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] }],
    ['for Node, by a bundler: ES2022 and @types/node', { ...bundler, lib: ['lib.es2022.d.ts'], types: ['node'] }],
    ['for Node: ES2022 and @types/node', { ...nodenext, lib: ['lib.es2022.d.ts'], types: ['node'] }],
  ])('%s', (_what, options) => {
    expect(complaints(options)).toEqual([]);
  });
});
