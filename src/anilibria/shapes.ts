import { isWire, type Wire } from '../stream/tip-wire.ts';
import type { AnilibriaAnswerMeta, AnilibriaHealth, AnilibriaPagination, AnilibriaWireTitle } from './schemas.ts';

/** What a field must be: there, or absent, null or of its kind. */
type Kind = 'string' | 'number' | 'boolean' | 'object' | 'texts' | 'episodes';

const fits = (value: unknown, kind: Kind): boolean => {
  if (kind === 'object') return isWire(value);
  if (kind === 'episodes') return isWire(value) || Array.isArray(value);
  if (kind === 'texts') return Array.isArray(value) && value.every((each) => typeof each === 'string');
  return typeof value === kind && (kind !== 'number' || Number.isFinite(value));
};

const wrong = (path: string): TypeError => new TypeError(`${path || 'value'}: invalid`);

/** Checks an object. `needs` must be there, `may` may be absent or null; what is in neither is kept as it is. */
function check(
  value: unknown,
  path: string,
  needs: Readonly<Record<string, Kind>>,
  may: Readonly<Record<string, Kind>>,
): Wire {
  if (!isWire(value)) throw wrong(path);
  const at = path && `${path}.`;
  for (const [name, kind] of Object.entries(needs)) if (!fits(value[name], kind)) throw wrong(at + name);
  for (const [name, kind] of Object.entries(may))
    if (value[name] != null && !fits(value[name], kind)) throw wrong(at + name);
  return value;
}

const listOf =
  <T>(read: (value: unknown, path: string) => T) =>
  (value: unknown, path = ''): T[] => {
    if (!Array.isArray(value)) throw wrong(path);
    return value.map((each: unknown, index) => read(each, `${path && `${path}.`}${index}`));
  };

/** One title. Episodes are told apart and read leniently by the normaliser: one odd episode is no reason to lose a title. */
export function readTitle(value: unknown, path = ''): AnilibriaWireTitle {
  const { names, poster } = check(
    value,
    path,
    { id: 'number', names: 'object' },
    {
      description: 'string',
      type: 'string',
      status: 'string',
      genres: 'texts',
      year: 'number',
      season: 'string',
      poster: 'object',
      rating: 'number',
      updated_at: 'string',
      blocked: 'boolean',
      episodes: 'episodes',
      player: 'object',
    },
  );
  const at = path && `${path}.`;
  check(names, `${at}names`, { ru: 'string' }, { en: 'string', alternative: 'string' });
  if (poster != null) check(poster, `${at}poster`, {}, { small: 'string', medium: 'string', large: 'string' });
  return value as AnilibriaWireTitle;
}

/** Titles. */
export const readTitles = listOf(readTitle);

const isPagination = (value: unknown): value is AnilibriaPagination =>
  isWire(check(value, '', { page: 'number', limit: 'number', total: 'number' }, { pages: 'number' }));

/** Where a page is. */
export function readPagination(value: unknown): AnilibriaPagination {
  if (isPagination(value)) return value;
  throw wrong('');
}

/** Where an answer came from. */
export const readAnswerMeta = (value: unknown): AnilibriaAnswerMeta =>
  check(value, '', {}, { source: 'string', cached: 'boolean', cache_expires: 'string' });

/** The names of genres, also where they are objects. */
export const readGenres = listOf((value, path): string => {
  const name = isWire(value) ? value.name : value;
  if (typeof name === 'string') return name;
  throw wrong(path);
});

/** How the service is. */
export function readHealth(value: unknown): AnilibriaHealth {
  const { anilibria_api, database, cache, timestamp } = check(
    value,
    '',
    { status: 'string' },
    { version: 'string', uptime: 'number' },
  );
  if (timestamp != null && typeof timestamp !== 'string' && typeof timestamp !== 'number') throw wrong('timestamp');
  for (const [name, part] of Object.entries({ anilibria_api, database, cache }))
    if (part != null) check(part, name, {}, { status: 'string', response_time: 'number', hit_rate: 'number' });
  return value as AnilibriaHealth;
}

/** The schedule: titles, or days with titles, or titles by day. */
export function readSchedule(value: unknown): unknown {
  if (Array.isArray(value)) for (const each of value) check(each, '', {}, {});
  else if (isWire(value)) for (const [day, list] of Object.entries(value)) readTitles(list, day);
  else throw wrong('');
  return value;
}
