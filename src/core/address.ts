import { configError } from './errors.ts';
import { fill } from './request.ts';

/** Whether a host, with or without its port, is this machine. */
export const isLoopback = (host: string): boolean => /^((.+\.)?localhost|127\.[\d.]+|\[::1\])(:|$)/.test(host);
/** The own network: private and link-local addresses, and names of one word, as containers have. */
const near = /^[^.:]+$|^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$|^\[f([cd][0-9a-f]{2}|e[89ab][0-9a-f]):/;

/**
 * Checks the address of an upstream: https, or http where nobody listens in between.
 *
 * @throws TipstreamError `CONFIG`
 */
export function checkAddress(
  platform: string,
  address: string,
  insecure = false,
  strict = false,
  option = 'baseUrl',
): URL {
  let url: URL;
  let other: URL;
  try {
    url = new URL(fill(address, {}));
    other = new URL(address.replace(/\{\w+\}/g, '0'));
  } catch {
    throw configError(platform, `there is no address to ask; give a whole one as ${option}`);
  }
  const { protocol, hostname } = url;
  // What is filled in later could lead anywhere.
  if (url.origin !== other.origin) throw configError(platform, 'a {placeholder} may not be in the host');
  if (other.username || other.password)
    throw configError(platform, 'the address holds a credential; give it as an option');
  const unheard = insecure || isLoopback(hostname) || (!strict && near.test(hostname));
  if (protocol === 'https:' || (protocol === 'http:' && unheard)) return url;
  throw configError(
    platform,
    `${protocol}//${hostname} would let others read the credential; use https, or allowInsecure: true`,
  );
}
