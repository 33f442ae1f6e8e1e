import type { AuthScheme } from './auth.ts';
import type { Call } from './call.ts';
import { fill, type Prepared } from './request.ts';

/** What a request is made of. */
export interface Target {
  /** Base address and path, with `{placeholders}`. */
  template: string;
  /** The origin that may be asked. */
  origin: string;
  params: Readonly<Record<string, string>>;
  prepared: Prepared;
  scheme: AuthScheme | undefined;
  secret: string | undefined;
  /** An address that the upstream gave. */
  url?: string | undefined;
}

/** The address to ask. With `secret: '***'` it is the one to show. */
export function address(target: Target, call: Call): string {
  const { template, params, prepared, scheme, secret, url } = target;
  const place = (where: AuthScheme['in']) =>
    scheme?.in === where && secret !== undefined ? [[scheme.name, secret] as const] : [];
  if (url !== undefined) return verbatim(target, url, call);
  const filled = fill(template, { ...params, ...prepared.params, ...Object.fromEntries(place('path')) }, (name) =>
    call.error('VALIDATION', `"${name}" is missing or empty`),
  );
  const search = new URLSearchParams(
    [...prepared.query, ...place('query')].map(([name, value]) => [name, value]),
  ).toString();
  return search ? `${filled}${filled.includes('?') ? '&' : '?'}${search}` : filled;
}

/** The address that an upstream gave is followed as it is, and only to where the credential belongs. */
function verbatim({ origin, scheme, secret }: Target, url: string, call: Call): string {
  let next: URL;
  try {
    next = new URL(url, origin);
  } catch {
    throw call.error('UPSTREAM', 'the upstream gave a next address that is none');
  }
  if (next.origin !== origin || next.username || next.password)
    throw call.error(
      'UPSTREAM',
      `the upstream gave a next address at another origin (${next.hostname}); the credential stays here`,
    );
  if (scheme?.in !== 'query' || secret === undefined || next.searchParams.has(scheme.name)) return next.href;
  next.searchParams.set(scheme.name, secret);
  return next.href;
}
