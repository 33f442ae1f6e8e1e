import { readTimestamp } from '../core/timestamp.ts';
import { isWire } from '../stream/tip-wire.ts';
import type {
  AnilibriaEpisodeCounter,
  AnilibriaPoster,
  AnilibriaSource,
  AnilibriaWireEpisode,
  AnilibriaWireTitle,
} from './schemas.ts';

/** An episode, however it came. */
export interface AnilibriaEpisode {
  /** As the wire numbers it: `'7'`, `'11.5'`, `'1-2'`. */
  key: string;
  /** Its number, where the key is one. */
  number?: number;
  /** Foreign text. */
  name: string;
  preview?: string;
  /** Whole addresses; `bestSource` picks one. */
  sources: AnilibriaSource[];
  /** Seconds. */
  duration?: number;
}

/** A title: what the wire said, with whole addresses in `poster`, and one view of its episodes. */
export interface AnilibriaTitle extends AnilibriaWireTitle {
  description: string;
  genres: string[];
  blocked: boolean;
  /** Where only a list of episodes came, `current` is its length. */
  episodeCount: { total?: number; current?: number };
  /** By number; empty where only a counter came. */
  episodeList: AnilibriaEpisode[];
  /** `updated_at` as Unix time in milliseconds. */
  updatedAt?: number;
}

/** Titles of one day of the schedule. */
export interface AnilibriaDay {
  /** As the service names it; absent where it does not. */
  day?: number | string;
  titles: AnilibriaTitle[];
}

/** A whole address of what the wire may say without host or scheme (AL-13). */
export function resolveAsset(url: unknown, host: string): string | undefined {
  if (typeof url !== 'string' || !url.trim()) return undefined;
  try {
    const { href, protocol } = new URL(url, host);
    // What runs where it is followed is no address of a picture or video.
    return /^http/.test(protocol) ? (/^\.{0,2}\//.test(url) ? href : url) : undefined;
  } catch {
    return url;
  }
}

const isCounter = (value: unknown): value is AnilibriaEpisodeCounter =>
  isWire(value) &&
  ('total' in value || 'current' in value) &&
  [value.total, value.current].every((each) => each == null || typeof each === 'number');

const present = <K extends string, T>(name: K, value: T | null | undefined): { [N in K]?: T } =>
  (value == null ? {} : { [name]: value }) as { [N in K]?: T };

const numeric = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

function toSource(source: unknown, host: string): AnilibriaSource[] {
  const url = isWire(source) ? resolveAsset(source.url, host) : undefined;
  return isWire(source) && url !== undefined ? [{ ...source, url, type: (source.type as string) || 'hls' }] : [];
}

function toEpisode(key: string, episode: AnilibriaWireEpisode, host: string): AnilibriaEpisode {
  const { name, preview, sources, duration } = episode;
  return {
    key,
    ...present('number', numeric(episode.number) ?? numeric(key)),
    name: typeof name === 'string' ? name : '',
    ...present('preview', resolveAsset(preview, host)),
    sources: (Array.isArray(sources) ? sources : []).flatMap((source) => toSource(source, host)),
    ...present('duration', numeric(duration)),
  };
}

/** The episodes of a map by number, or of a list, in order (AL-9, AL-10). */
export function toEpisodes(value: unknown, host: string): AnilibriaEpisode[] {
  const named: [string, unknown][] = Array.isArray(value)
    ? value.map((episode: unknown, index) => {
        const key = isWire(episode) ? (episode.number ?? episode.ordinal) : undefined;
        return [String(typeof key === 'object' ? index + 1 : (key ?? index + 1)), episode];
      })
    : Object.entries(isWire(value) ? value : {});
  const order = (key: string): number => {
    const place = Number.parseFloat(key);
    return Number.isNaN(place) ? Number.POSITIVE_INFINITY : place;
  };
  return named
    .flatMap(([key, episode]) => (isWire(episode) ? [toEpisode(key, episode, host)] : []))
    .sort((one, other) => order(one.key) - order(other.key) || 0);
}

const toPoster = (poster: AnilibriaPoster, host: string): AnilibriaPoster => ({
  ...poster,
  ...Object.fromEntries(
    ['small', 'medium', 'large'].flatMap((size) => {
      const url = resolveAsset(poster[size], host);
      return poster[size] == null ? [] : [[size, url ?? null]];
    }),
  ),
});

/** Wire title to title. `host` completes addresses that have none. */
export function toTitle(wire: AnilibriaWireTitle, host: string): AnilibriaTitle {
  const { episodes, player, poster, description, genres, blocked, updated_at } = wire;
  const counter = isCounter(episodes) ? episodes : undefined;
  const fromWire = counter ? [] : toEpisodes(episodes, host);
  const episodeList = fromWire.length ? fromWire : toEpisodes(player?.episodes, host);
  return {
    ...wire,
    description: description ?? '',
    genres: genres ?? [],
    blocked: blocked ?? false,
    ...(poster && { poster: toPoster(poster, host) }),
    episodeCount: {
      ...present('total', counter?.total),
      ...present('current', counter ? counter.current : episodeList.length || undefined),
    },
    episodeList,
    ...present('updatedAt', readTimestamp(updated_at)),
  };
}

/** The schedule, in any of its three shapes (AL-17). */
export function toDays(schedule: unknown, host: string): AnilibriaDay[] {
  const titles = (list: unknown): AnilibriaTitle[] =>
    (Array.isArray(list) ? list : []).flatMap((title: unknown) =>
      isTitle(title)
        ? [toTitle(title, host)]
        : isWire(title) && isTitle(title.title)
          ? [toTitle(title.title, host)]
          : [],
    );
  if (!Array.isArray(schedule))
    return Object.entries(isWire(schedule) ? schedule : {}).map(([day, list]) => ({ day, titles: titles(list) }));
  if (schedule.length === 0) return [];
  if (schedule.every(isTitle)) return [{ titles: titles(schedule) }];
  return schedule.filter(isWire).map(({ day, titles: list, list: other }) => ({
    ...(typeof day === 'number' || typeof day === 'string' ? { day } : {}),
    titles: titles(list ?? other),
  }));
}

const isTitle = (value: unknown): value is AnilibriaWireTitle =>
  isWire(value) && typeof value.id === 'number' && isWire(value.names);
