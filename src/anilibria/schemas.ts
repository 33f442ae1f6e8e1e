/**
 * What the AniLibria service says, with the wire's spelling. Strict about what surrounds an answer, tolerant inside it: unknown fields are
 * kept, and most fields may be absent or null.
 */
import * as z from 'zod/mini';

/** The names of a title. */
export interface AnilibriaNames {
  ru: string;
  en?: string | null | undefined;
  alternative?: string | null | undefined;
  [more: string]: unknown;
}

/** One address of one episode in one quality. */
export interface AnilibriaSource {
  quality?: '1080p' | '720p' | '480p' | (string & {}) | null | undefined;
  url: string;
  /** @default 'hls' */
  type?: 'hls' | 'mp4' | (string & {}) | null | undefined;
  [more: string]: unknown;
}

/** An episode, as the wire has it. */
export interface AnilibriaWireEpisode {
  /** Absent where it is the key of a map. */
  number?: number | string | null | undefined;
  name?: string | null | undefined;
  preview?: string | null | undefined;
  sources?: AnilibriaSource[] | null | undefined;
  /** Seconds. */
  duration?: number | null | undefined;
  [more: string]: unknown;
}

/** How many episodes there are. */
export interface AnilibriaEpisodeCounter {
  total?: number | null | undefined;
  current?: number | null | undefined;
}

/** Pictures by size. */
export interface AnilibriaPoster {
  small?: string | null | undefined;
  medium?: string | null | undefined;
  large?: string | null | undefined;
  [more: string]: unknown;
}

/** A title, as the wire has it. */
export interface AnilibriaWireTitle {
  id: number;
  names: AnilibriaNames;
  description?: string | null | undefined;
  type?: 'TV' | 'Movie' | 'OVA' | 'ONA' | 'Special' | (string & {}) | null | undefined;
  status?: 'ongoing' | 'completed' | 'announced' | (string & {}) | null | undefined;
  genres?: string[] | null | undefined;
  year?: number | null | undefined;
  season?: 'winter' | 'spring' | 'summer' | 'autumn' | (string & {}) | null | undefined;
  /** A counter, a map by number, or a list: the service says all three. `episodeCount` and `episodeList` are one view of them. */
  episodes?:
    | AnilibriaEpisodeCounter
    | Readonly<Record<string, AnilibriaWireEpisode>>
    | AnilibriaWireEpisode[]
    | null
    | undefined;
  player?:
    | { episodes?: Readonly<Record<string, AnilibriaWireEpisode>> | AnilibriaWireEpisode[] | null }
    | null
    | undefined;
  poster?: AnilibriaPoster | null | undefined;
  rating?: number | null | undefined;
  /** ISO 8601; UTC where it has no offset. */
  updated_at?: string | null | undefined;
  blocked?: boolean | null | undefined;
  [more: string]: unknown;
}

/** Where a page is among the pages. */
export interface AnilibriaPagination {
  page: number;
  limit: number;
  total: number;
  pages?: number | null | undefined;
}

/** Where an answer came from. */
export interface AnilibriaAnswerMeta {
  /** `anilibria`, or `v1` for what the fallback gave. */
  source?: 'anilibria' | 'v1' | (string & {}) | null | undefined;
  /** Whether the service had it in its own cache. */
  cached?: boolean | null | undefined;
  /** ISO 8601. */
  cache_expires?: string | null | undefined;
}

/** The state of the service or of a part of it. */
export interface AnilibriaHealthPart {
  status?: string | null | undefined;
  /** Milliseconds. */
  response_time?: number | null | undefined;
  /** From 0 to 1. */
  hit_rate?: number | null | undefined;
  [more: string]: unknown;
}

/** How the service is. */
export interface AnilibriaHealth {
  /** A status other than `healthy` is an answer, and no error. */
  status: 'healthy' | (string & {});
  version?: string | null | undefined;
  anilibria_api?: AnilibriaHealthPart | null | undefined;
  database?: AnilibriaHealthPart | null | undefined;
  cache?: AnilibriaHealthPart | null | undefined;
  /** Seconds. */
  uptime?: number | null | undefined;
  timestamp?: string | number | null | undefined;
  [more: string]: unknown;
}

const text = z.nullish(z.string());
const number = z.nullish(z.number());
const dictionary = z.record(z.string(), z.unknown());

export const Title = z.looseObject({
  id: z.number(),
  names: z.looseObject({ ru: z.string(), en: text, alternative: text }),
  description: text,
  type: text,
  status: text,
  genres: z.nullish(z.array(z.string())),
  year: number,
  season: text,
  poster: z.nullish(z.looseObject({ small: text, medium: text, large: text })),
  rating: number,
  updated_at: text,
  blocked: z.nullish(z.boolean()),
  // Told apart and read leniently by the normaliser: one odd episode is no reason to lose a title.
  episodes: z.nullish(z.union([dictionary, z.array(z.unknown())])),
  player: z.nullish(dictionary),
});

export const Titles = z.array(Title);

export const Pagination = z.object({
  page: z.number(),
  limit: z.number(),
  total: z.number(),
  pages: number,
}) satisfies z.ZodMiniType<AnilibriaPagination>;

export const AnswerMeta = z.looseObject({
  source: text,
  cached: z.nullish(z.boolean()),
  cache_expires: text,
}) satisfies z.ZodMiniType<AnilibriaAnswerMeta>;

export const Genres = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));

const part = z.nullish(z.looseObject({ status: text, response_time: number, hit_rate: number }));

export const Health = z.looseObject({
  status: z.string(),
  version: text,
  anilibria_api: part,
  database: part,
  cache: part,
  uptime: number,
  timestamp: z.nullish(z.union([z.string(), z.number()])),
}) satisfies z.ZodMiniType<AnilibriaHealth>;

/** A day of the schedule, in one of the three shapes that it may have. */
export const Schedule = z.union([Titles, z.array(dictionary), z.record(z.string(), Titles)]);
