import { isWire } from '../stream/tip-wire.ts';

/** Which titles a list has; what is left out is not sent, and the service decides. */
export interface TitlesInput {
  /** From 1. */
  page?: number | undefined;
  /** Titles on a page, 1 to 100. */
  limit?: number | undefined;
  search?: string | undefined;
  year?: number | undefined;
  season?: 'winter' | 'spring' | 'summer' | 'autumn' | undefined;
  genres?: readonly string[] | undefined;
  status?: 'ongoing' | 'completed' | 'announced' | undefined;
  sort?: 'id' | 'year' | 'rating' | 'updated' | undefined;
  order?: 'asc' | 'desc' | undefined;
}

/** Which title. */
export interface TitleInput {
  id: number;
}

/** What is searched for. */
export interface SearchInput {
  /** 2 to 100 characters. */
  q: string;
  /** 1 to 100. @default 20 */
  limit?: number | undefined;
  /** Finds what is only similar, too. @default false */
  fuzzy?: boolean | undefined;
}

/** How much of a list. */
export interface LimitInput {
  /** 1 to 100; without it the service decides. */
  limit?: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (input: unknown): Fields => (isWire(input) ? input : {});

const whole = (value: unknown, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(
    `${name} must be a whole number ${most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of ${least} or more`}`,
  );
};

const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value == null ? undefined : read(value);

const limitOf = ({ limit }: Fields): number | undefined => optional(limit, (value) => whole(value, 'limit', 1, 100));

const word = <T extends string>(value: unknown, name: string, words: readonly T[]): T | undefined =>
  optional(value, (said) => {
    const found = words.find((each) => each === said);
    if (found !== undefined) return found;
    throw new TypeError(`${name} must be one of ${words.join(', ')}`);
  });

const textOf = (value: unknown, name: string): string => {
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a text`);
};

/** The query of a list of titles. */
export function titlesQuery(input: unknown): TitlesInput {
  const said = fields(input);
  return {
    page: optional(said.page, (page) => whole(page, 'page', 1)),
    limit: limitOf(said),
    search: optional(said.search, (search) => textOf(search, 'search')),
    year: optional(said.year, (year) => whole(year, 'year', 0)),
    season: word(said.season, 'season', ['winter', 'spring', 'summer', 'autumn']),
    genres: optional(said.genres, (genres) => {
      if (Array.isArray(genres)) return genres.map((genre: unknown) => textOf(genre, 'a genre'));
      throw new TypeError('genres must be a list of texts');
    }),
    status: word(said.status, 'status', ['ongoing', 'completed', 'announced']),
    sort: word(said.sort, 'sort', ['id', 'year', 'rating', 'updated']),
    order: word(said.order, 'order', ['asc', 'desc']),
  };
}

/** Which title the path names. */
export const titleParams = (input: unknown): TitleInput => ({ id: whole(fields(input).id, 'id', 0) });

/** The query of a search. */
export function searchQuery(input: unknown): SearchInput {
  const { q, fuzzy, ...said } = fields(input);
  const text = textOf(q, 'q').trim();
  // In characters as people count them: a letter beyond the first plane is one.
  const { length } = [...text];
  if (length < 2 || length > 100) throw new TypeError(`q has ${length} characters; 2 to 100 can be searched for`);
  return { q: text, limit: limitOf(said) ?? 20, fuzzy: fuzzy === true };
}

/** The query of a list that only has a length. */
export const limitQuery = (input: unknown): LimitInput => ({ limit: limitOf(fields(input)) });
