import type { AuthScheme } from './auth.ts';
import { type Call, errorOf } from './call.ts';
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
export function address({ template, origin, params, prepared, scheme, secret, url }: Target, call: Call): string {
  const placed = scheme && secret !== undefined ? { [scheme.name]: secret } : {};
  const asked = Object.entries(scheme?.in === 'query' ? placed : {});
  if (url === undefined) {
    const filled = fill(template, { ...params, ...prepared.params, ...(scheme?.in === 'path' && placed) }, (name) =>
      errorOf(call, 'VALIDATION', `"${name}" is missing or empty`),
    );
    const terms = [...prepared.query, ...asked];
    const search = terms.length ? `${new URLSearchParams(terms)}` : '';
    return filled + (search && (filled.includes('?') ? '&' : '?')) + search;
  }
  // An address that the upstream gave is followed as it is, and only to where the credential belongs.
  let next: URL | undefined;
  try {
    next = new URL(url, origin);
  } catch {}
  if (next?.origin !== origin || next.username || next.password)
    throw errorOf(
      call,
      'UPSTREAM',
      'the next address that the upstream gave is at another origin; the credential stays here',
    );
  for (const [name, value] of asked) if (!next.searchParams.has(name)) next.searchParams.set(name, value);
  return next.href;
}
