/**
 * The code in the guides and in the README is that of programs in docs/examples, which the tests run. A comment above the fence says of which:
 *
 *     <!-- docs/examples/ledger.ts#book -->      what stands between `// #region book` and `// #endregion`
 *     <!-- docs/examples/guide/gap.ts -->        the whole program, without its first comment
 *     <!-- shown only: why it cannot be run -->
 *
 * `npm run docs:snippets` writes the code anew; `test/docs.test.ts` holds it.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A fence of TypeScript, with what stands above it. */
const fence = /(?<above>^<!-- (?<from>.*?) -->\n)?(?<open>^```(?:ts|js)\n)(?<code>.*?)^```$/gms;

/** The pages whose code is of programs. */
export const pages = ['README.md', ...globSync('docs/guide/*.md', { cwd: root }).sort()];

/** One piece of code in a page. */
export interface Snippet {
  /** The program and its region, or why there is none. */
  from: string | undefined;
  code: string;
}

/** The snippets of a page, as they stand there. */
export const snippetsOf = (text: string): Snippet[] =>
  [...text.matchAll(fence)].map(({ groups }) => ({ from: groups?.from, code: groups?.code ?? '' }));

/** The lines without what all of them are indented by. */
function outdented(code: string): string {
  const lines = code.split('\n');
  const depth = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(depth)).join('\n');
}

/** What a program shows under a name, or all of it. */
export function shownBy(from: string): string {
  const [path = '', region] = from.split('#');
  const text = readFileSync(join(root, path), 'utf8');
  if (region === undefined)
    return text
      .replace(/^\/\*\*.*?\*\/\n/s, '')
      .replace(/^ *\/\/ #(end)?region.*\n/gm, '')
      .trimStart();
  const found = new RegExp(`^ *// #region ${region}\\n(.*?)^ *// #endregion`, 'ms').exec(text);
  if (!found) throw new Error(`${path} has no region ${region}`);
  return outdented(found[1] ?? '');
}

/** The page with its code written anew. */
export const withSnippets = (text: string): string =>
  text.replace(fence, (all: string, above: string | undefined, from: string | undefined, open: string) =>
    from?.startsWith('docs/') ? `${above}${open}${shownBy(from)}\`\`\`` : all,
  );

if (import.meta.main)
  for (const page of pages) {
    const before = readFileSync(join(root, page), 'utf8');
    const after = withSnippets(before);
    if (after === before) continue;
    writeFileSync(join(root, page), after);
    console.log(`written anew: ${page}`);
  }
