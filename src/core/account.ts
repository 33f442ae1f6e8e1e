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
