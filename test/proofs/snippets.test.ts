import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { files, read, root } from '../support/source.ts';

/** The TypeScript in the comments of a source, or in a page: what is taken there from a program is compiled with the program. */
function snippets(file: string): string[] {
  const taken = /^<!-- docs\/examples\/.*-->\n```ts\n.*?^```$/gms;
  const text = file.endsWith('.ts') ? read(file).replace(/^ *\* ?/gm, '') : read(file).replace(taken, '');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1] ?? '');
}

it('every snippet of the comments in src, and of the pages where it is of no program, compiles', () => {
  const pages = [
    'README.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...files('docs', '.md').filter((file) => !file.startsWith('docs/reference/')),
  ];
  const shown = [...pages, ...files('src')].flatMap((file) =>
    snippets(file).map((text, index) => [join(root, `${file}.${index + 1}.ts`), `${text}\nexport {};\n`] as const),
  );
  expect(shown.length).toBeGreaterThan(15);
  const texts = new Map(shown);
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(read('tsconfig.json')), ts.sys, root);
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
  const { fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, target) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, target);
  };
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  const wrong = [...texts.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return program.getSemanticDiagnostics(source).concat(program.getSyntacticDiagnostics(source));
  });
  expect(
    wrong.map(
      ({ file, messageText }) =>
        `${file?.fileName.slice(root.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    ),
  ).toEqual([]);
});
