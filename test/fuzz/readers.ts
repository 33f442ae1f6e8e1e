import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

const isForeign = (type: ts.TypeNode | undefined, source: ts.SourceFile): boolean =>
  type !== undefined && /^(unknown|Headers|Wire|Json|string \| Json)$/.test(type.getText(source));

/** Whether a function reads what nobody has looked at: by what it takes, or by what it is called. */
const reads = (name: string, parameters: readonly ts.ParameterDeclaration[], source: ts.SourceFile): boolean =>
  /^(read|parse|decode)[A-Z]/.test(name) || parameters.some(({ type }) => isForeign(type, source));

const exported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Every module of `src`, without the mock, that exports a function which reads foreign data or that parses JSON itself. */
export function readerModules(): string[] {
  return globSync('src/**/*.ts', { cwd: root, exclude: ['src/mock/**'] })
    .filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      let found = false;
      source.forEachChild((node) => {
        if (!exported(node)) return;
        if (ts.isFunctionDeclaration(node) && node.body)
          found ||= reads(node.name?.text ?? '', [...node.parameters], source);
        if (!ts.isVariableStatement(node)) return;
        for (const { name, initializer } of node.declarationList.declarations)
          if (initializer && ts.isArrowFunction(initializer))
            found ||= reads(name.getText(source), [...initializer.parameters], source);
      });
      return found || /\bJSON\.parse\(/.test(text.replace(/^\s*(\*|\/\/).*$/gm, ''));
    })
    .sort();
}
