import { configError } from '../../core/errors.ts';
import type { Visit } from './visit.ts';

/** Which pages may ask the proxy. */
export interface CorsOptions {
  /** Their origins, e.g. `['https://overlay.example.com']`, or `'*'` for every page. */
  origins: readonly string[] | '*';
}

/** What a page may read beside the answer. */
const exposed = 'X-Cache, Ratelimit-Limit, Ratelimit-Remaining, Ratelimit-Reset, Retry-After';

/** The headers that let a page read an answer; none for a page that may not. */
export type Cors = (visit: Visit) => readonly string[];

/** What a page is told before it asks with a credential. */
export const preflight: readonly string[] = [
  'Access-Control-Allow-Methods',
  'GET, HEAD',
  'Access-Control-Allow-Headers',
  'Authorization',
  'Access-Control-Max-Age',
  '86400',
];

const originOf = (origin: string): string => {
  try {
    const { origin: clean } = new URL(origin);
    if (clean === origin && clean !== 'null') return origin;
  } catch {}
  throw configError('twitch-proxy', `cors.origins: '${origin}' is no origin; write e.g. https://overlay.example.com`);
};

/**
 * Reads the option.
 *
 * @throws TipstreamError `CONFIG` for what is no origin
 */
export function corsOf(options: CorsOptions | undefined): Cors | undefined {
  if (!options) return undefined;
  const { origins } = options;
  const allow = (origin: string): readonly string[] => [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Expose-Headers',
    exposed,
  ];
  if (origins === '*') {
    const all = allow('*');
    return () => all;
  }
  const known = new Map(origins.map((origin) => [originOf(origin), [...allow(origin), 'Vary', 'Origin']]));
  const none = ['Vary', 'Origin'];
  return ({ origin = '' }) => known.get(origin) ?? none;
}
