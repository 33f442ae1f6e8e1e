import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

/** What may run code, as far as a bundler can tell: calls, spreads, powers, and texts and keys that are put together. */
const mayAct = (node: ts.Node): boolean => {
  if (ts.isFunctionLike(node) || ts.isClassLike(node))
    return node.name !== undefined && ts.isComputedPropertyName(node.name);
  const acts =
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isSpreadAssignment(node) ||
    ts.isSpreadElement(node) ||
    ts.isTemplateExpression(node) ||
    ts.isComputedPropertyName(node) ||
    (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken);
  return acts || (ts.forEachChild(node, (child) => mayAct(child) || undefined) ?? false);
};

/** The values that are made while the module is loaded. */
const madeAtLoad = (source: ts.SourceFile): ts.Expression[] =>
  source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ name, initializer }) =>
      initializer && ts.isIdentifier(name) && mayAct(initializer) ? [initializer] : [],
    );

/**
 * Marks every value that is made at load as one that may be left out. Nothing of ours acts while it is loaded (test/house.test.ts), but a
 * bundler cannot know that of `const patience = seconds(10)` once modules were put together, and would keep it in every app.
 */
export const pureValues: Plugin = {
  name: 'pure-values',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path, pluginData }) => {
      const text = await readFile(path, 'utf8');
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      // From the end, so that what stands before keeps its place.
      const contents = madeAtLoad(source).reduceRight((done, value) => {
        const [start, end] = [value.getStart(source), value.getEnd()];
        return `${done.slice(0, start)}/* @__PURE__ */ (() => (${done.slice(start, end)}))()${done.slice(end)}`;
      }, text);
      return { contents, loader: 'ts', pluginData };
    });
  },
};
