/** Below this it is not worth it. Bytes. */
export const gzipFrom = 1024;

/** Whether this runtime compresses here. A worker of Cloudflare does so by itself, and would do so twice. */
export const canGzip = (): boolean =>
  'CompressionStream' in globalThis && globalThis.navigator?.userAgent !== 'Cloudflare-Workers';

/** A body, compressed. */
export async function gzip(body: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
