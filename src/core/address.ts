import { configError } from './errors.ts';
import { fill } from './request.ts';

/** This machine. */
const loopback = /^(.+\.)?localhost$|^127\.[\d.]+$|^\[::1\]$/;
/** The own network: private and link-local addresses, and names of one word, as containers have. */
const near = /^[^.:]+$|^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$|^\[f([cd]|e[89ab])/;

/**
 * Checks the address of an upstream: https, or http where nobody listens in between.
 *
 * @throws TipstreamError `CONFIG`
 */
export function checkAddress(platform: string, address: string, insecure = false, strict = false): URL {
  let url: URL;
  try {
    url = new URL(fill(address, {}));
  } catch {
    throw configError(platform, 'there is no address to ask; give a whole one as baseUrl');
  }
  const { protocol, hostname, username, password } = url;
  if (username || password) throw configError(platform, 'the address holds a credential; give it as an option');
  const unheard = insecure || loopback.test(hostname) || (!strict && near.test(hostname));
  if (protocol === 'https:' || (protocol === 'http:' && unheard)) return url;
  throw configError(
    platform,
    `${protocol}//${hostname} would let others read the credential; use https, or allowInsecure: true`,
  );
}
