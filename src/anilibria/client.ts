import { checkAddress } from '../core/address.ts';
import type { Credential } from '../core/auth.ts';
import { type ClientBase, clientOf, type EndpointCall, openWhole } from '../core/client.ts';
import { configError, isTipstreamError } from '../core/errors.ts';
import { type ClientOptions, checkWord, defaults } from '../core/options.ts';
import { createLog } from '../stream/log.ts';
import { type AnilibriaCall, type AnilibriaListCall, listed, opened } from './calls.ts';
import { anilibria, type GenreSpelling, spelledGenres } from './endpoints.ts';
import { type AnilibriaFallback, withFallback } from './fallback.ts';
import { createMirrors } from './mirrors.ts';
import { type AnilibriaDay, type AnilibriaTitle, toDays, toTitle } from './normalize.ts';
import { createNotifications, type NotificationOptions, type NotificationStream } from './notification-stream.ts';
import type { LimitInput, SearchInput, TitleInput, TitlesInput } from './queries.ts';
import type { AnilibriaHealth, AnilibriaWireTitle } from './schemas.ts';

/** What `createAnilibria` takes. */
export interface AnilibriaOptions extends Omit<ClientOptions, 'baseUrl'> {
  /**
   * Where the service is. Of several addresses the first is asked until it fails, then the next.
   * @default 'http://localhost/api/anilibria/v2'
   */
  baseUrl?: string | readonly string[] | undefined;
  /** A JWT, or what looks one up. What anybody may ask works without. */
  token?: Credential | undefined;
  /**
   * Who is asked for a title while the service is down: `true` asks its version 1, `currentApi` the public one. Never after a 4xx.
   * @default false
   */
  fallback?: boolean | AnilibriaFallback | undefined;
  /** How a list of genres is written. @default 'repeat' */
  genres?: GenreSpelling | undefined;
  /**
   * Completes addresses of pictures and videos that have no host.
   * @default 'https://anilibria.tv'
   */
  assets?: string | undefined;
}

/** AniLibria: titles, search, schedule, and notifications of what is new. It knows no tips. */
export interface Anilibria extends ClientBase {
  titles: {
    /** Titles by page. Kept for five minutes. */
    list: AnilibriaListCall<TitlesInput, AnilibriaTitle>;
    /** One title. Kept for five minutes. Errors: `NOT_FOUND`, with the id in `problem.details.title_id`. */
    get: AnilibriaCall<TitleInput, AnilibriaTitle>;
  };
  /** Titles by a word of 2 to 100 characters. Kept for five minutes. */
  search: AnilibriaListCall<SearchInput, AnilibriaTitle>;
  /** Titles that were changed last. Kept for five minutes. */
  updates: AnilibriaListCall<LimitInput, AnilibriaTitle>;
  /** Titles that are watched most. Kept for five minutes. */
  popular: AnilibriaListCall<LimitInput, AnilibriaTitle>;
  /** A title by chance, another one at each call. */
  random: AnilibriaCall<object, AnilibriaTitle>;
  /** What comes on which day. Kept for five minutes. */
  schedule: AnilibriaListCall<object, AnilibriaDay>;
  /** The names of all genres. Kept for five minutes. */
  genres: AnilibriaListCall<object, string>;
  /** How the service is; a service that is not well is an answer, and no error. */
  health: EndpointCall<object, AnilibriaHealth>;
  /** What is new, as it happens. */
  notifications(options?: NotificationOptions): NotificationStream;
}

/**
 * A client of AniLibria. Sends nothing until something is asked or watched.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { bestSource, createAnilibria } from 'tipstream/anilibria';
 * const anilibria = createAnilibria({ baseUrl: 'http://localhost:8000/api/anilibria/v2' });
 * const title = await anilibria.titles.get({ id: 9919 });
 * for (const episode of title.episodeList) console.log(episode.number, bestSource(episode, { prefer: '720p' })?.url);
 * ```
 */
export function createAnilibria(options: AnilibriaOptions = {}): Anilibria {
  const {
    baseUrl = anilibria.baseUrl ?? '',
    token,
    fallback = false,
    genres,
    assets = 'https://anilibria.tv',
  } = options;
  const { name } = anilibria;
  checkWord(name, 'genres', genres, ['repeat', 'comma', 'brackets']);
  const [first, ...more] = [baseUrl].flat();
  if (first === undefined) throw configError(name, 'baseUrl is an empty list; give an address, or leave it out');
  const bases = [first, ...more].map((each) =>
    checkAddress(name, each, options.allowInsecure).href.replace(/\/$/, ''),
  ) as [string, ...string[]];
  const warn = (text: string): void => {
    const { logger, clock } = connection.options;
    createLog(name, clock, logger)('warn', text);
  };
  const mirrors = createMirrors(bases, options.fetch ?? defaults.fetch, (to) =>
    warn(`the service does not answer; ${new URL(to).host} is asked from now on`),
  );
  const platform = spelledGenres(genres);
  const connection = openWhole(
    platform,
    { ...options, baseUrl: bases[0], fetch: mirrors.fetch },
    { credential: token },
  );
  const {
    titles,
    search,
    updates,
    popular,
    random,
    schedule,
    health,
    genres: allGenres,
    ...base
  } = clientOf(platform, connection);
  const title = (wire: AnilibriaWireTitle, host = assets): AnilibriaTitle => toTitle(wire, host);
  const ask = fallback
    ? withFallback(titles.get.withMeta, connection, fallback === true ? {} : fallback, token)
    : titles.get.withMeta;
  return {
    ...base,
    titles: {
      list: listed('titles.list', titles.list.withMeta, title),
      get: opened(
        async (input: TitleInput, call) =>
          ask(input, call).catch((error) => {
            throw named(error, input);
          }),
        ({ data, assets: host }) => title(data, host),
      ),
    },
    search: listed('search', search.withMeta, title),
    updates: listed('updates', updates.withMeta, title),
    popular: listed('popular', popular.withMeta, title),
    random: opened(random.withMeta, ({ data }) => title(data)),
    schedule: listed(
      'schedule',
      async (input: object, call) => {
        const { data, meta } = await schedule.withMeta(input, call);
        return { data: { ...data, data: toDays(data.data, assets) }, meta };
      },
      (day) => day,
    ),
    genres: listed('genres', allGenres.withMeta, (genre) => genre),
    health,
    notifications: createNotifications(connection, mirrors.current, () => health()),
  };
}

/** AL-20: not every answer names the title that it has not found. */
function named(error: unknown, { id }: TitleInput): unknown {
  if (isTipstreamError(error, 'NOT_FOUND') && error.problem && error.problem.details === undefined)
    Object.defineProperty(error.problem, 'details', { value: { title_id: id } });
  return error;
}
