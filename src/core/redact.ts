import { bareError } from './bare-error.ts';

/** Takes credentials out of whatever leaves the library: errors, log lines, telemetry, keys (XS-8). */
export interface Redactor {
  /** Masks this value from now on, raw and percent-encoded, wherever it stands. Below 4 characters it is masked by position only. */
  add(secret: string): void;
  /** A text with `instead` for every known value, and otherwise as it is. */
  known(text: string, instead: string): string;
  /** A text without userinfo, without known values, and without what stands behind a name that holds secrets. */
  text(text: string): string;
  /** An address, likewise. */
  url(url: string | URL): string;
  /** A copy of plain data, masked by key and by value. What JSON cannot hold becomes `***`. */
  value(value: unknown): unknown;
  /** A cause chain rebuilt from name, message, code and stack, without reference to a request, a response or options. */
  error(error: unknown): Error;
}

const mask = '***';
/** Rotated tokens come and go for years; those of long ago are worth nothing. */
const most = 100;
/** The first are what a client was made with and does not name again: its key, the secret of its app. */
const lasting = 16;
/** Whether a header, parameter or field of this name holds a secret (XS-8). */
export const isSecretName = (name: string): boolean =>
  /(?:token|secret|password|authorization|cookie|api[-_]?key|jwt|\b(?:auth|sig(?:nature)?|pass(?:wd)?|pwd|session(?:_?id)?))$/i.test(
    name,
  );

/** Where a secret stands in a text, whatever it is: after `name=`, `"name":`, `Name: `, a scheme, or `://`. */
const positions: readonly [RegExp, string][] = [
  [/(:\/\/)[^\s/?#"'<>]*@/g, `$1${mask}@`],
  // "Invalid OAuth token" says what is wrong, and no token.
  [/\b(Bearer|Basic|OAuth)\s+(?!tokens?[.,;:]?(?:["'\s]|$))[^\s"',;]+/gi, `$1 ${mask}`],
  [
    /((?:[?&]key|token|secret|password|authorization|cookie|api[-_]?key|jwt|\b(?:auth|sig(?:nature)?|pass(?:wd)?|pwd|session(?:_?id)?))(?:=|\\?["']\s*:\s*|\s*:\s*(?=\\?["'])))(?:(\\?["'])(?:(?!\2)[^\\]|\\.)*|[^\s"'&#;,{}[\\]+)/gi,
    `$1$2${mask}`,
  ],
  [/((?:authorization|cookie|api-key):\s*)[^\s"'][^\r\n"']*/gi, `$1${mask}`],
];

/** A longer secret is found by its beginning, and whatever stands behind it is masked, too: more does not fit into an expression. */
const longest = 10_000;

/** Finds one secret in any mixture of raw, JSON-escaped, form-encoded and percent-encoded characters and those of a page. */
const pattern = (secret: string): string =>
  (
    secret
      .slice(0, longest)
      .replace(/[\uD800-\uDBFF]$/, '')
      .match(/\\+|./gsu) ?? []
  )
    .map((part) => {
      if (/\w/.test(part)) return part;
      // As a whole: of a row, each with escapes of its own, nobody could say in one way which belong to which.
      if (part[0] === '\\') return `(?:\\\\|%5c){${part.length},${part.length * 8}}`;
      const bytes = Array.from(new TextEncoder().encode(part), (byte) => `%${byte.toString(16).padStart(2, '0')}`);
      return `(?:\\\\|%5c){0,7}(?:${bytes.join('')}|${part.replace(/[^\w\s]/, '\\$&')}${part === ' ' ? '|\\+' : ''}|u[\\da-f]{4}|&#?\\w{1,6};)`;
    })
    .join('') + (secret.length > longest ? '[\\s\\S]*' : '');

/** Makes a redactor that knows no secret by value yet. */
export function createRedactor(): Redactor {
  /** With what finds each. */
  const secrets = new Map<string, string>();
  let known: RegExp | undefined;
  const text = (input: string): string => {
    try {
      let output = hide(input);
      for (const [position, replacement] of positions) output = output.replace(position, replacement);
      return output;
    } catch {
      // A value of megabytes, more than a regular expression can hold.
      return mask;
    }
  };
  const hide = (input: string, instead = mask): string => {
    if (secrets.size === 0) return input;
    // Made when it is wanted: many may come at once.
    known ??= new RegExp(
      [...secrets]
        .sort(([a], [b]) => b.length - a.length)
        .map(([, found]) => found)
        .join('|'),
      'gi',
    );
    return input.replace(known, instead);
  };
  const value = (input: unknown): unknown => {
    const shown = (key: string, item: unknown): unknown =>
      item != null && isSecretName(key) ? mask : typeof item === 'string' ? text(item) : item;
    try {
      // Once more as a whole: names of fields may repeat a secret too.
      return input === undefined ? input : JSON.parse(hide(JSON.stringify(input, shown)));
    } catch {
      return mask;
    }
  };
  return {
    add(given) {
      // An answer may hold anything in the place of a token. A line end that a file gave it is not sent in a header, nor repeated.
      const secret = given?.trim?.() ?? '';
      if (secret.length < 4) return;
      const old = secrets.get(secret);
      secrets.delete(secret);
      secrets.set(secret, old ?? pattern(secret));
      if (old) return;
      if (secrets.size > most) secrets.delete([...secrets.keys()][lasting] ?? '');
      known = undefined;
    },
    known: hide,
    text,
    url: (url) => text(String(url)),
    value,
    error: (input) => bareError(input, text),
  };
}
