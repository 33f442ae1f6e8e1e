import type { AuthScheme } from './auth.ts';
import type { Endpoint } from './endpoint.ts';
import { read } from './reader.ts';
import { segment } from './segment.ts';

/** A checked input, in the words of the wire. */
export interface Prepared {
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly [string, string][];
  readonly body?: string | FormData;
  /** What the body is. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Turns the input of a call into what is sent. `refuse` makes the error for an input that is not right; `secret` hears what must not be seen. */
export type Prepare = (
  endpoint: Endpoint,
  input: unknown,
  refuse: (text: string) => Error,
  secret: (value: string) => void,
) => Prepared;

const words = (value: unknown): [string, string][] =>
  Object.entries(value ?? {}).map(([name, item]) => [name, String(item)]);

/** For endpoints without a body whose readers use the words of the wire, say them all, and cannot fail. */
export const prepareSimply = ({ params, query }: Endpoint<never>, input: unknown): Prepared => ({
  params: params ? Object.fromEntries(words(read(params, input))) : {},
  query: query ? words(read(query, input)) : [],
});

/** Fills the `{placeholders}` of an address; a value cannot leave its segment. Without `missing`, what cannot be filled stays out. */
export const fill = (
  template: string,
  params: Readonly<Record<string, string>>,
  missing?: (text: string) => Error,
): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = (Object.hasOwn(params, name) && params[name]) || '';
    if (missing && /^\.{0,2}$/.test(value)) throw missing(`"${name}" is missing or empty`);
    return segment(value);
  });

/** What stands for the account in a request: the credential, and where it goes. */
export type Placed = readonly [scheme: AuthScheme, secret: string] | false | undefined;

/** The address of an endpoint. */
export function addressOf(
  template: string,
  params: Prepared['params'],
  query: Prepared['query'],
  placed: Placed,
  refuse: (text: string) => Error,
): string {
  const [scheme, secret = ''] = placed || [];
  const filled = fill(template, scheme?.in === 'path' ? { ...params, [scheme.name]: secret } : params, refuse);
  const named = scheme?.in === 'query';
  if (!named && query.length === 0) return filled;
  const search = new URLSearchParams(named ? [...query, [scheme.name, secret]] : [...query]);
  return `${filled}${filled.includes('?') ? '&' : '?'}${search}`;
}

/** The whole of an address, where it begins with `base` and has no other account before its host. */
export function hrefWithin(url: string, base: string): string | undefined {
  try {
    const { href } = new URL(url, base);
    return href.startsWith(`${base}/`) ? href : undefined;
  } catch {
    return undefined;
  }
}

/** An address that the upstream gave: followed as it is, today's credential for `{token}`, and only to where the credential belongs. */
export function followed(url: string, origin: string, placed: Placed, refuse: (text: string) => Error): string {
  const [scheme, secret = ''] = placed || [];
  const href = hrefWithin(url.replaceAll('{token}', segment(secret)), origin);
  if (!href) throw refuse('the next address that the upstream gave is at another origin; the credential stays here');
  if (scheme?.in !== 'query') return href;
  const next = new URL(href);
  if (!next.searchParams.has(scheme.name)) next.searchParams.set(scheme.name, secret);
  return next.href;
}
