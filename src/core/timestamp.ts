/**
 * Reads a date: ISO 8601, UTC where it has no offset (XS-12), or one of the three forms of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, all UTC.
 *
 * @param now - Unix time in milliseconds: a year of two digits lies at most 50 years ahead of it.
 * @returns Unix time in milliseconds, `undefined` for anything else.
 */
export function readDate(text: string, now = 0): number | undefined {
  const plain = text.trim().replace(/^([a-z]{3}) ([a-z]{3}) +(\d+) ([\d:]+) (\d{4})$/i, '$1, $3 $2 $5 $4');
  const [, day, month, year, time] =
    /^[a-z]+, (\d\d?)[ -]([a-z]{3})[ -](\d\d(?:\d\d)?) (\d\d:\d\d:\d\d)(?: GMT)?$/i.exec(plain) ?? [];
  let at = Number.NaN;
  if (year) {
    const thisYear = new Date(now).getUTCFullYear();
    const full = Number(year) + (year.length > 2 ? 0 : thisYear - (thisYear % 100));
    at = Date.parse(`${day} ${month} ${full - (year.length < 3 && full > thisYear + 50 ? 100 : 0)} ${time} GMT`);
  } else if (/^\d{4}-\d\d-\d\d/.test(plain)) {
    const utc = plain.replace(/^(\S+)[ T]([\d:.]+)$/i, '$1T$2Z').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
    at = Date.parse(utc);
  }
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Reads a time as upstreams print it: a date as `readDate` knows it, or an epoch in seconds or milliseconds, as number or text (XS-12).
 *
 * @returns Unix time in milliseconds, `undefined` for anything else.
 */
export function readTimestamp(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value.trim())) return readDate(value);
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const epoch = Number(value);
  return epoch >= 0 && epoch < Number.POSITIVE_INFINITY ? epoch * (epoch < 1e11 ? 1000 : 1) : undefined;
}
