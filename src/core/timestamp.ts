/**
 * Reads a date: ISO 8601, UTC where it has no offset (XS-12), or one of the three forms of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, all UTC.
 *
 * @returns Unix time in milliseconds, `undefined` for anything else.
 */
export function readDate(text: string): number | undefined {
  const zoned = /^[a-z]{3,9},? [\w -]+ ?\d\d:\d\d:\d\d( \d{4})?( GMT)?$/i.test(text)
    ? text.replace(/( GMT)?$/i, ' GMT')
    : /^\d{4}-\d\d-\d\d/.test(text)
      ? // Said in full, as most say it: nothing is to be replaced, and looking for it would cost more than the rest.
        text.endsWith('Z')
        ? text
        : text.replace(/[ T]([\d:.]+)$/, 'T$1Z').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      : '';
  const at = zoned ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Reads a time as upstreams print it: a date as `readDate` knows it, or an epoch in seconds or milliseconds, as number or text (XS-12).
 *
 * @returns Unix time in milliseconds, `undefined` for anything else, and for what no `Date` can show.
 */
export function readTimestamp(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value.trim())) return readDate(value.trim());
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const epoch = Number(value);
  return epoch >= 0 && epoch <= 8.64e15 ? epoch * (epoch < 1e11 ? 1000 : 1) : undefined;
}
