import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** A regular expression of the sources. */
export interface Found {
  file: string;
  expression: RegExp;
}

/** Every regular expression that is written in `src`, and every file that builds one, read from the syntax. */
export function expressionsOf(folder = 'src'): { written: Found[]; built: string[] } {
  const written: Found[] = [];
  const built: string[] = [];
  for (const file of globSync(`${folder}/**/*.ts`, { cwd: root }).sort()) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
    const look = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        written.push({ file, expression: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
      }
      if (ts.isNewExpression(node) && node.expression.getText(source) === 'RegExp') built.push(file);
      ts.forEachChild(node, look);
    };
    look(source);
  }
  return { written, built };
}

/** What a class or an escape of an expression stands for, one or two of each. */
const meant: Readonly<Record<string, string>> = {
  s: ' ',
  d: '1',
  w: 'a',
  t: '\t',
  n: '\n',
  r: '\r',
  S: 'a',
  D: 'a',
  W: '-',
};

/** Pieces that the expression itself asks for: its words, its signs, and what its classes hold. */
function piecesOf({ source }: RegExp): string[] {
  const words =
    source
      .replace(/\\p\{[^}]*\}|\(\?<?[=!:]|\\[uxbB]\{?\w*\}?|\\[swdSWD]/g, ' ')
      // Signs that are escaped are part of a word like any other.
      .replace(/\\(\W)/g, '$1')
      .match(/[\w/<>:@=;,.-]{2,}/g) ?? [];
  const signs = [...source].filter((sign) => !/[()|?*+^$\\{}]/.test(sign));
  const classes = [...source.matchAll(/\\(.)/g)].map(([, letter = '']) => meant[letter] ?? letter);
  return [...new Set([...words.slice(0, 8), ...signs.slice(0, 30), ...classes, ' ', 'a', '1', '\\', '"', '%'])];
}

/** Texts of about `length` characters that an expression may stumble over: a start, one piece or two again and again, and an end that does not fit. */
function* hostileTexts(expression: RegExp, length: number): Generator<string> {
  const pieces = piecesOf(expression);
  const words = pieces.filter((piece) => piece.length > 1).slice(0, 2);
  const pumps = [
    ...pieces,
    ...pieces.slice(0, 10).map((piece, nth) => piece + (pieces[(nth * 5 + 1) % pieces.length] ?? '')),
  ];
  for (const pump of pumps) {
    const body = pump.repeat(Math.ceil(length / pump.length));
    for (const start of ['', ...words]) for (const end of ['', '\u0001']) yield start + body + end;
  }
}

/** How long an expression takes at worst for texts of this length, in milliseconds, and for which. */
export function worstOf(expression: RegExp, length: number, most: number): { ms: number; text: string } {
  const take = (text: string): number => {
    const began = performance.now();
    expression.lastIndex = 0;
    expression.test(text);
    // Every match, as `replace` looks for them.
    if (expression.global) text.replace(expression, '');
    return performance.now() - began;
  };
  let worst = { ms: 0, text: '' };
  for (const text of hostileTexts(expression, length)) {
    let ms = take(text);
    // The machine may have looked elsewhere meanwhile.
    for (let again = 0; again < 3 && ms > most; again += 1) ms = Math.min(ms, take(text));
    if (ms > worst.ms) worst = { ms, text: `${text.slice(0, 12)}... ${JSON.stringify(text.slice(-6))}` };
    if (ms > most) return worst;
  }
  return worst;
}
