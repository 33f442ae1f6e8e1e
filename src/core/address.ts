import { TipstreamError } from './errors.ts';
import { fill } from './request.ts';

/** This machine. */
const loopback = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/;
/** The own network: private and link-local addresses, and names of one word, as containers have. */
const near =
  /^([^.:]+|10\.[\d.]+|192\.168\.[\d.]+|169\.254\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|\[(f[cd]|fe[89ab])[\da-f:]+\])$/;

/**
 * Checks the address of an upstream: https, or http where nobody listens in between.
 *
 * @throws TipstreamError `CONFIG`
 */
export function checkAddress(
  platform: string,
  address: string | undefined,
  { allowInsecure = false, strict = false }: { allowInsecure?: boolean | undefined; strict?: boolean | undefined } = {},
): URL {
  const refuse = (text: string): TipstreamError =>
    new TipstreamError({ code: 'CONFIG', platform, message: `${platform}: ${text}` });
  if (!address) throw refuse('there is no address to ask; give the option baseUrl');
  let url: URL;
  try {
    url = new URL(fill(address, {}, undefined));
  } catch {
    throw refuse('the address is not one; write it out, e.g. https://events.example.com');
  }
  if (url.username || url.password) throw refuse('the address holds a credential; give it as an option instead');
  const { protocol, hostname } = url;
  const unheard = loopback.test(hostname) || allowInsecure || (!strict && near.test(hostname));
  if (protocol === 'https:' || (protocol === 'http:' && unheard)) return url;
  throw refuse(
    `${protocol}//${hostname} would let others read the credential; use https, or allowInsecure: true where you know better`,
  );
}
