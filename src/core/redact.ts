/** Takes credentials out of whatever leaves the library: errors, log lines, telemetry, keys (XS-8). */
export interface Redactor {
  /** Masks this value from now on, raw and percent-encoded, wherever it stands. Below 4 characters it is masked by position only. */
  add(secret: string): void;
  /** A text without userinfo, without known values, and without what stands behind a name that holds secrets. */
  text(text: string): string;
  /** An address, likewise. */
  url(url: string | URL): string;
  /** Headers as a plain object, likewise. */
  headers(headers: Headers): Record<string, string>;
  /** A copy of plain data, masked by key and by value. What is no plain data becomes its class name. */
  value(value: unknown): unknown;
  /** A cause chain rebuilt from name, message, code and stack, without reference to a request, a response or options. */
  error(error: unknown): Error;
}

const mask = '***';
/** Rotated tokens come and go for years; those of long ago are worth nothing. */
const most = 500;
/** Whether a header, parameter or field of this name holds a secret (XS-8). */
export const isSecretName = (name: string): boolean =>
  /(?:token|secret|password|authorization|cookie|api[-_]?key|jwt)$/i.test(name);

/** Where a secret stands in a text, whatever it is: after `name=`, `"name":`, `Name: `, a scheme, or `://`. */
const positions: readonly [RegExp, string][] = [
  [/(:\/\/)[^\s/?#@"'<>]*@/g, `$1${mask}@`],
  [/\b(Bearer|Basic|OAuth)\s+[^\s"',;]+/gi, `$1 ${mask}`],
  [
    /((?:token|secret|password|authorization|cookie|api[-_]?key|jwt)\\?["']?\s*:\s*\\?(["']))(?:(?!\2)[^\\]|\\.)*/gi,
    `$1${mask}`,
  ],
  [
    /((?:[?&]key|token|secret|password|authorization|cookie|api[-_]?key|jwt)(?:=|\\?["']\s*:\s*))[^\s"'&#;,{}[\\]+/gi,
    `$1${mask}`,
  ],
  [/((?:authorization|cookie|api-key):\s*)[^\s"'][^\r\n"']*/gi, `$1${mask}`],
];

/** Finds one secret in any mixture of raw, JSON-escaped, form-encoded and percent-encoded characters. */
function pattern(secret: string): string {
  const bytes = (character: string): string =>
    [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return Array.from(secret, (character) =>
    /\w/.test(character)
      ? character
      : `(?:\\\\?${character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')}|${bytes(character)}${character === ' ' ? '|\\+' : ''})`,
  ).join('');
}

/** Makes a redactor that knows no secret by value yet. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  let known: RegExp | undefined;
  const text = (input: string): string => {
    let output = known ? input.replace(known, mask) : input;
    for (const [position, replacement] of positions) output = output.replace(position, replacement);
    return output;
  };
  const headers = (from: Headers): Record<string, string> => {
    const to: Record<string, string> = {};
    from.forEach((value, name) => {
      to[name] = isSecretName(name) ? mask : text(value);
    });
    return to;
  };
  const value = (input: unknown, depth = 0): unknown => {
    if (typeof input === 'string') return text(input);
    if (typeof input === 'function' || typeof input === 'symbol') return undefined;
    if (typeof input !== 'object' || input === null) return input;
    if (depth > 20) return '...';
    if (Array.isArray(input)) return input.map((item) => value(item, depth + 1));
    if (input instanceof Error) return error(input);
    const prototype: unknown = Object.getPrototypeOf(input);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return `[${input.constructor?.name}]`;
    return Object.fromEntries(
      Object.entries(input).map(([key, item]) => [
        text(key),
        isSecretName(key) && item !== null ? mask : value(item, depth + 1),
      ]),
    );
  };
  const error = (input: unknown, depth = 0): Error => {
    const from = (typeof input === 'object' && input !== null ? input : { message: String(input) }) as Record<
      string,
      unknown
    >;
    const { name, message, code, stack, cause, errors } = from;
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    const inner = cause ?? first;
    const copy = new Error(
      typeof message === 'string' ? text(message) : '',
      inner === undefined || depth > 4 ? undefined : { cause: error(inner, depth + 1) },
    );
    const put = (key: string, item: unknown): unknown =>
      Object.defineProperty(copy, key, { value: item, configurable: true, writable: true });
    if (typeof name === 'string') put('name', text(name));
    if (typeof code === 'number') put('code', code);
    if (typeof code === 'string') put('code', text(code));
    put('stack', typeof stack === 'string' ? text(stack) : `${copy.name}: ${copy.message}`);
    return copy;
  };
  return {
    add(secret) {
      if (secret.length < 4) return;
      const old = secrets.delete(secret);
      secrets.add(secret);
      if (old) return;
      for (const oldest of secrets) if (secrets.size > most) secrets.delete(oldest);
      known = new RegExp(
        [...secrets]
          .sort((a, b) => b.length - a.length)
          .map(pattern)
          .join('|'),
        'gi',
      );
    },
    text,
    url: (url) => text(String(url)),
    headers,
    value: (input) => value(input),
    error: (input) => error(input),
  };
}
