import { readDate } from './timestamp.ts';

/** A day as `Deprecation` and `Sunset` print it: `@1688169599` in seconds (RFC 9745), or a date (RFC 8594 and the drafts). */
const dayOf = (value: string): string | undefined => {
  const epoch = /^@(-?\d{1,11})$/.exec(value.trim())?.[1];
  const at = epoch === undefined ? readDate(value.trim()) : Number(epoch) * 1000;
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 10);
};

/** What the headers say of the end of an endpoint, as a sentence; `undefined` where they say nothing. */
export function readDeprecation(headers: Headers): string | undefined {
  const deprecation = headers.get('deprecation');
  const sunset = headers.get('sunset');
  // The drafts knew `true` and `false`.
  const old = deprecation !== null && !/^(\?0|false)?$/i.test(deprecation.trim());
  const end = sunset === null ? undefined : dayOf(sunset);
  if (!old && end === undefined) return undefined;
  const since = old ? dayOf(deprecation) : undefined;
  const link = /<([^<>]+)>[^,<]*\brel="?(?:deprecation|sunset|successor-version)"?/i.exec(
    headers.get('link') ?? '',
  )?.[1];
  return [
    old ? `the upstream calls this outdated${since ? ` since ${since}` : ''}` : 'the upstream ends this',
    ...(end === undefined ? [] : [`it ends on ${end}`]),
    `look for what follows${link ? ` at ${link}` : ''}`,
  ].join('; ');
}

/** Tells once of each endpoint that it is about to end. */
export function createDeprecations(tell: (text: string) => void): (endpoint: string, headers: Headers) => void {
  const told = new Set<string>();
  return (endpoint, headers) => {
    if (told.has(endpoint)) return;
    const said = readDeprecation(headers);
    if (said === undefined) return;
    told.add(endpoint);
    tell(`${endpoint}: ${said}`);
  };
}
