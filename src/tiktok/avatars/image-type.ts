/** How files of these types begin, as text of one character per byte; `?` stands for any. */
const beginnings: readonly (readonly [mime: string, begins: string])[] = [
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/gif', 'GIF8?a'],
  ['image/webp', 'RIFF????WEBP'],
  ['image/avif', '????ftypavi?'],
];

/** What may stand before the first tag of an SVG. Each part ends at a fixed sign, so it reads its text once. */
const beforeTag = /^(?:\s|<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE\s+svg\b[^>[]*(?:\[[^\]]*\]\s*)?>)*/i;

/**
 * The type of a picture by its first bytes, whatever its headers say; `undefined` for what is none of the kinds that are known.
 */
export function imageTypeOf(bytes: Uint8Array): string | undefined {
  const begins = (signs: string): boolean =>
    Array.from(signs).every((sign, index) => sign === '?' || sign.charCodeAt(0) === bytes[index]);
  const raster = beginnings.find(([, signs]) => begins(signs))?.[0];
  if (raster) return raster;
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^<svg[\s>/]/i.test(head.replace(beforeTag, '')) ? 'image/svg+xml' : undefined;
}
