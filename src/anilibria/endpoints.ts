import { bearer } from '../core/auth.ts';
import { cached } from '../core/cached.ts';
import { circuit } from '../core/circuit.ts';
import { get, platform } from '../core/endpoint.ts';
import { saysFailure } from '../core/problem.ts';
import { minutes } from '../core/time.ts';
import { isWire } from '../stream/tip-wire.ts';
import { enveloped } from './envelope.ts';
import { genresKey, popularKey, scheduleKey, searchKey, titleKey, titlesKey, updatesKey } from './keys.ts';
import { readAnilibriaProblem } from './problem.ts';
import { limitQuery, searchQuery, titleParams, titlesQuery } from './queries.ts';
import { readGenres, readHealth, readSchedule, readTitle, readTitles } from './shapes.ts';

/** Where the two versions of the service are, below its origin (AL-37). */
export const anilibriaVersions = { v1: '/api/anilibria', v2: '/api/anilibria/v2' } as const;

const title = enveloped(readTitle);
const titles = enveloped(readTitles);

/** AL-8: a body that says that it failed is no answer, whatever its status. */
export const accepts = (_status: number, body: unknown): boolean | undefined => (saysFailure(body) ? false : undefined);
/** AL-34. */
const keep = (name: Parameters<typeof cached>[1]) => cached(minutes(5), name);

/** What can be asked of the AniLibria service. */
export const anilibria = platform({
  name: 'anilibria',
  baseUrl: `http://localhost${anilibriaVersions.v2}`,
  auth: bearer(),
  rates: { all: { limit: 100, per: minutes(1) } },
  problem: readAnilibriaProblem,
  circuit: circuit(),
  retries: { SERVER: 1 },
  verify: 'random',
  advice: {
    AUTH: 'the token was refused; give a new one',
    PERMISSION: 'this wants a token, or another one; look at the option token',
    NOT_FOUND: 'there is no such title; look at its id, and at baseUrl',
  },
  endpoints: {
    titles: {
      /** Titles by page. Kept for five minutes. */
      list: get('/titles', {
        query: titlesQuery,
        response: titles,
        accepts,
        rate: 'all',
        cache: keep({ name: titlesKey }),
      }),
      /** One title. Kept for five minutes. */
      get: get('/titles/{id}', {
        params: titleParams,
        response: title,
        accepts,
        rate: 'all',
        cache: keep({ name: titleKey }),
      }),
    },
    /** Titles by a word. Kept for five minutes. */
    search: get('/search', {
      query: searchQuery,
      response: titles,
      accepts,
      rate: 'all',
      cache: keep({ name: searchKey }),
    }),
    /** Titles that were changed last. Kept for five minutes. */
    updates: get('/updates', {
      query: limitQuery,
      response: titles,
      accepts,
      rate: 'all',
      cache: keep({ name: updatesKey }),
    }),
    /** Titles that are watched most. Kept for five minutes. */
    popular: get('/popular', {
      query: limitQuery,
      response: titles,
      accepts,
      rate: 'all',
      cache: keep({ name: popularKey }),
    }),
    /** A title by chance, another one at each call. */
    random: get('/random', { response: title, accepts, rate: 'all', joins: false }),
    /** What comes on which day. Kept for five minutes. */
    schedule: get('/schedule', {
      response: enveloped(readSchedule),
      accepts,
      rate: 'all',
      cache: keep({ name: scheduleKey }),
    }),
    /** All genres. Kept for five minutes. */
    genres: get('/genres', {
      response: enveloped(readGenres),
      accepts,
      rate: 'all',
      cache: keep({ name: genresKey }),
    }),
    /** How the service is. */
    health: get('/health', {
      response: readHealth,
      // AL-16: a service that says how ill it is has answered.
      accepts: (status, body) => (status === 503 && isWire(body) && 'anilibria_api' in body) || undefined,
      rate: 'all',
    }),
  },
});

/** How a list of genres is written into a query (AL-5). */
export type GenreSpelling = 'repeat' | 'comma' | 'brackets';

/** The platform with another spelling of genres. */
export function spelledGenres(spelling: GenreSpelling = 'repeat'): typeof anilibria {
  const { endpoints } = anilibria;
  const { list } = endpoints.titles;
  const spelled =
    spelling === 'brackets'
      ? { ...list, wire: { genres: 'genres[]' } }
      : {
          ...list,
          query: (input: unknown) => {
            const { genres, ...said } = titlesQuery(input);
            return { ...said, genres: genres?.length ? genres.join() : undefined };
          },
        };
  return spelling === 'repeat'
    ? anilibria
    : { ...anilibria, endpoints: { ...endpoints, titles: { ...endpoints.titles, list: spelled } } };
}
