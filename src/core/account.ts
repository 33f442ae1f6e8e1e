/**
 * The SHA-256 of a text in hex. Pages without a secure context have no `crypto.subtle`: there it is a random word, which is
 * just as silent and merely finds nothing that an earlier visit kept.
 */
export async function digest(text: string): Promise<string> {
  const bytes = globalThis.crypto.subtle
    ? await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    : crypto.getRandomValues(new Uint8Array(32)).buffer;
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Hashes once for everybody who asks for the same meanwhile, so that they go on in the order in which they came. Not in workerd: there a
 * promise that belongs to one request may not be awaited by another.
 */
export function createDigest(): (text: string) => Promise<string> {
  let last: readonly [text: string, result: Promise<string>] | undefined;
  return (text) => {
    if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return digest(text);
    if (last?.[0] !== text) last = [text, digest(text)];
    return last[1];
  };
}
