import ts from 'typescript';

/** One change of one place. `text` takes the place of the expression from `start` to `end`; without it the statement or block is left out. */
export interface Mutant {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly text?: string;
}

const { SyntaxKind: Kind } = ts;

/** What an operator is mistaken for. */
const operators: Readonly<Partial<Record<ts.SyntaxKind, readonly string[]>>> = {
  [Kind.PlusToken]: ['-'],
  [Kind.MinusToken]: ['+'],
  [Kind.AsteriskToken]: ['/'],
  [Kind.SlashToken]: ['*'],
  [Kind.PercentToken]: ['*'],
  [Kind.AsteriskAsteriskToken]: ['*'],
  [Kind.LessThanToken]: ['<=', '>='],
  [Kind.LessThanEqualsToken]: ['<', '>'],
  [Kind.GreaterThanToken]: ['>=', '<='],
  [Kind.GreaterThanEqualsToken]: ['>', '<'],
  [Kind.EqualsEqualsEqualsToken]: ['!=='],
  [Kind.ExclamationEqualsEqualsToken]: ['==='],
  [Kind.EqualsEqualsToken]: ['!='],
  [Kind.ExclamationEqualsToken]: ['=='],
  [Kind.AmpersandAmpersandToken]: ['||'],
  [Kind.BarBarToken]: ['&&'],
  [Kind.QuestionQuestionToken]: ['&&'],
  [Kind.PlusEqualsToken]: ['-='],
  [Kind.MinusEqualsToken]: ['+='],
  [Kind.AsteriskEqualsToken]: ['/='],
  [Kind.QuestionQuestionEqualsToken]: ['&&=', '='],
};

/** What a method is mistaken for; `''`: it is left out. */
const methods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  floor: 'ceil',
  ceil: 'floor',
  push: 'unshift',
  shift: 'pop',
  pop: 'shift',
  filter: '',
  slice: '',
  sort: '',
  reverse: '',
  trim: '',
  replace: '',
  replaceAll: '',
  splice: '',
};

const isBoolean = (kind: ts.SyntaxKind): boolean =>
  (kind >= Kind.LessThanToken && kind <= Kind.ExclamationEqualsEqualsToken) ||
  kind === Kind.AmpersandAmpersandToken ||
  kind === Kind.BarBarToken ||
  kind === Kind.InKeyword;

const isAssignment = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind >= Kind.FirstAssignment && kind <= Kind.LastAssignment;

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** Where a name, a type or a target stands, nothing else can. */
const isFixed = ({ parent }: ts.Node, node: ts.Node): boolean =>
  (ts.isPropertyAssignment(parent) && parent.name === node) ||
  (ts.isMethodDeclaration(parent) && parent.name === node) ||
  (ts.isCallExpression(parent) && parent.expression.kind === Kind.ImportKeyword) ||
  (ts.isBinaryExpression(parent) && isAssignment(parent) && parent.left === node);

/** The whole chain that a `?.` is part of: that is what it can end. */
function chainOf(node: ts.Node): ts.Node {
  let top = node;
  while (
    (ts.isPropertyAccessExpression(top.parent) ||
      ts.isElementAccessExpression(top.parent) ||
      ts.isCallExpression(top.parent)) &&
    top.parent.expression === top
  )
    top = top.parent;
  return top;
}

/** Every change of a source that is tried. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
  const found: Mutant[] = [];
  const text = (node: ts.Node): string => node.getText(tree);
  const add = (node: ts.Node, kind: string, ...texts: string[]): void => {
    const [start, end] = [node.getStart(tree), node.getEnd()];
    for (const each of texts) if (each !== text(node)) found.push({ file, start, end, kind, text: each });
  };
  const leaveOut = (node: ts.Node, kind: string): void => {
    found.push({ file, start: node.getStart(tree), end: node.getEnd(), kind });
  };

  const binary = (node: ts.BinaryExpression): void => {
    const { left, right, operatorToken } = node;
    const [adds, assigns] = [operatorToken.kind === Kind.PlusToken, isAssignment(node)];
    if (!adds || (!isText(left) && !isText(right)))
      for (const other of operators[operatorToken.kind] ?? [])
        add(
          node,
          'operator',
          assigns ? `${text(left)} ${other} ${text(right)}` : `(${text(left)}) ${other} (${text(right)})`,
        );
    // A loop that never ends says little, and takes long to say it.
    const loops = ts.isWhileStatement(node.parent) || ts.isForStatement(node.parent);
    if (isBoolean(operatorToken.kind)) add(node, 'condition', 'false', ...(loops ? [] : ['true']));
  };
  const call = (node: ts.CallExpression): void => {
    const { expression } = node;
    if (!ts.isPropertyAccessExpression(expression) || expression.questionDotToken) return;
    const other = Object.hasOwn(methods, expression.name.text) ? methods[expression.name.text] : undefined;
    if (other === undefined) return;
    const [target, whole] = [text(expression.expression), text(node)];
    add(node, 'method', other ? `${target}.${other}${whole.slice(text(expression).length)}` : target);
  };
  const chain = (node: ts.Node, token: ts.QuestionDotToken): void => {
    const top = chainOf(node);
    const next = source[token.getEnd()];
    const [start, at] = [top.getStart(tree), token.getStart(tree)];
    if (!isFixed(top, top) && !ts.isDeleteExpression(top.parent))
      add(
        top,
        'chain',
        source.slice(start, at) +
          (next === '(' || next === '[' ? '' : '.') +
          source.slice(token.getEnd(), top.getEnd()),
      );
  };

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (!isFixed(node, node)) {
      if (ts.isBinaryExpression(node)) binary(node);
      else if (ts.isStringLiteralLike(node)) add(node, 'text', node.text === '' ? "'mutant'" : "''");
      else if (ts.isTemplateExpression(node)) add(node, 'text', '``');
      else if (node.kind === Kind.TrueKeyword) add(node, 'flag', 'false');
      else if (node.kind === Kind.FalseKeyword) add(node, 'flag', 'true');
      else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) add(node, 'list', '[]');
      else if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) add(node, 'object', '{}');
      else if (ts.isPrefixUnaryExpression(node) && node.operator === Kind.ExclamationToken)
        add(node, 'not', text(node.operand));
      else if (ts.isConditionalExpression(node) && !ts.isBinaryExpression(node.condition))
        add(node.condition, 'condition', 'true', 'false');
    }
    if (ts.isCallExpression(node)) call(node);
    if (ts.isIfStatement(node) && !ts.isBinaryExpression(node.expression))
      add(node.expression, 'condition', 'true', 'false');
    if (
      (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) || ts.isElementAccessExpression(node)) &&
      node.questionDotToken
    )
      chain(node, node.questionDotToken);
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) add(node.body, 'function', 'undefined');
    if (ts.isBlock(node) && node.statements.length > 0) leaveOut(node, 'block');
    if (ts.isReturnStatement(node)) {
      if (node.expression) add(node.expression, 'return', 'undefined');
      else leaveOut(node, 'return');
    }
    if (
      ts.isExpressionStatement(node) ||
      ts.isBreakStatement(node) ||
      ts.isContinueStatement(node) ||
      ts.isThrowStatement(node)
    )
      leaveOut(node, 'statement');
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(tree, visit);
  return found;
}
