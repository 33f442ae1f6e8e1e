import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** The project's folder. */
export const root = join(import.meta.dirname, '../..');

/** The text of a file of the project. */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The files below a folder of the project whose names end so, as `src/core/time.ts`, in order. */
export function files(folder: string, end = '.ts'): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** The folders of `src` that are a platform each. */
export const platforms = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['core', 'stream', 'adapters', 'mock'].includes(entry.name))
  .map((entry) => entry.name);

/** The syntax tree of a TypeScript text. */
export const parse = (text: string): ts.SourceFile =>
  ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);

/** Every node of a tree. */
export function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodes(child);
}

/** What a file imports, and whether nothing of it is left at run time. */
export function imports(text: string): { from: string; typeOnly: boolean }[] {
  const found: { from: string; typeOnly: boolean }[] = [];
  for (const node of nodes(parse(text))) {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: node.moduleSpecifier.text, typeOnly: node.importClause?.isTypeOnly === true });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [from] = node.arguments;
      found.push({ from: from && ts.isStringLiteralLike(from) ? from.text : '(computed)', typeOnly: false });
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push({ from: node.argument.literal.text, typeOnly: true });
    }
  }
  return found;
}

/** The text of a string or a template, its holes left out. */
function literal(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
  return undefined;
}

/** Every text in a file: strings, templates, property names and identifiers; comments are none. */
export function words(text: string): string[] {
  return [...nodes(parse(text))].flatMap((node) => literal(node) ?? (ts.isIdentifier(node) ? node.text : []));
}

/**
 * The titles in a test file: the first argument of `it`, `test`, `describe` and their variants, and the rows of tables that begin with the
 * number of a requirement, as they do in `it.each([['CB-1 ...', input, output]])('%s', ...)`.
 */
export function titles(text: string): string[] {
  const found: string[] = [];
  for (const node of nodes(parse(text))) {
    const row = literal(node);
    if (
      row !== undefined &&
      /^[A-Z]{2}-\d+ /.test(row) &&
      (ts.isArrayLiteralExpression(node.parent) || ts.isPropertyAssignment(node.parent))
    )
      found.push(row);
    if (!ts.isCallExpression(node) || !/^(it|test|describe)\b/.test(node.expression.getText())) continue;
    const title = node.arguments[0] && literal(node.arguments[0]);
    // `it.each(rows)` is called once for the rows and once more with the title.
    if (title !== undefined) found.push(title);
  }
  return found;
}
