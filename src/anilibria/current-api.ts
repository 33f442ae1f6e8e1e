import { isWire, type Wire } from '../stream/tip-wire.ts';
import type { AnilibriaFallback } from './fallback.ts';
import type { AnilibriaSource, AnilibriaWireEpisode, AnilibriaWireTitle } from './schemas.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const part = (value: unknown): Wire => (isWire(value) ? value : {});

const sourcesOf = (wire: Wire, names: readonly (readonly [string, string])[]): AnilibriaSource[] =>
  names.flatMap(([name, quality]) => {
    const url = text(wire[name]);
    return url === undefined ? [] : [{ quality, url, type: 'hls' }];
  });

const genresOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : []).flatMap((genre: unknown) => text(genre) ?? text(part(genre).name) ?? []);

const named = (
  wire: Wire,
  ru: unknown,
  en: unknown,
  alternative: unknown,
): Pick<AnilibriaWireTitle, 'id' | 'names'> => {
  const id = number(wire.id);
  const name = text(ru);
  if (id === undefined) throw new TypeError('id: missing');
  if (name === undefined) throw new TypeError('names: missing');
  return { id, names: { ru: name, en: text(en) ?? null, alternative: text(alternative) ?? null } };
};

const types: Readonly<Record<string, string>> = { MOVIE: 'Movie', SPECIAL: 'Special' };

/** A release of the current public API (`/api/v1`) as a title of the service. Throws for what is none (AL-41). */
export function fromRelease(release: unknown): AnilibriaWireTitle {
  const wire = part(release);
  const { main, english, alternative } = part(wire.name);
  const type = text(part(wire.type).value);
  const poster = part(wire.poster);
  const ongoing = wire.is_ongoing === true || wire.is_in_production === true;
  const list = Array.isArray(wire.episodes) ? wire.episodes : undefined;
  return {
    ...named(wire, main, english, alternative),
    description: text(wire.description),
    type: type !== undefined && Object.hasOwn(types, type) ? types[type] : type,
    status: ongoing ? 'ongoing' : 'completed',
    genres: genresOf(wire.genres),
    year: number(wire.year),
    season: text(part(wire.season).value),
    episodes: list
      ? list.filter(isWire).map(
          (episode): AnilibriaWireEpisode => ({
            number: number(episode.ordinal),
            name: text(episode.name) ?? text(episode.name_english),
            preview: text(part(episode.preview).src) ?? text(part(episode.preview).preview),
            duration: number(episode.duration),
            sources: sourcesOf(episode, [
              ['hls_1080', '1080p'],
              ['hls_720', '720p'],
              ['hls_480', '480p'],
            ]),
          }),
        )
      : { total: number(wire.episodes_total), current: number(part(wire.latest_episode).ordinal) },
    poster: {
      small: text(poster.thumbnail),
      medium: text(poster.preview),
      large: text(poster.src) ?? text(poster.preview),
    },
    rating: number(part(wire.rating).average),
    updated_at: text(wire.updated_at),
    blocked: wire.is_blocked_by_geo === true || wire.is_blocked_by_copyrights === true,
  };
}

const statuses: Readonly<Record<number, string>> = { 1: 'ongoing', 2: 'completed', 3: 'hidden', 4: 'completed' };
const seasons: Readonly<Record<number, string>> = { 1: 'winter', 2: 'spring', 3: 'summer', 4: 'autumn' };

/** A title of the retired public API (`/v3`), as archives and self-made servers still have it, as a title of the service (AL-41). */
export function fromVersion3(title: unknown): AnilibriaWireTitle {
  const wire = part(title);
  const { ru, en, alternative } = part(wire.names);
  const season = part(wire.season);
  const posters = part(wire.posters);
  const player = part(wire.player);
  const host = text(player.host);
  const whole = (source: AnilibriaSource): AnilibriaSource =>
    host && source.url.startsWith('/') && !source.url.startsWith('//')
      ? { ...source, url: `https://${host}${source.url}` }
      : source;
  const episode = (value: Wire): AnilibriaWireEpisode => ({
    number: number(value.episode) ?? number(value.ordinal),
    name: text(value.name),
    preview: text(value.preview),
    sources: sourcesOf(part(value.hls), [
      ['fhd', '1080p'],
      ['hd', '720p'],
      ['sd', '480p'],
    ]).map(whole),
  });
  const { list } = player;
  const { updated } = wire;
  return {
    ...named(wire, ru, en, alternative),
    description: text(wire.description),
    type: text(part(wire.type).string),
    status: statuses[number(part(wire.status).code) ?? 0],
    genres: genresOf(wire.genres),
    year: number(season.year),
    season: seasons[number(season.code) ?? 0],
    episodes: Array.isArray(list)
      ? list.filter(isWire).map(episode)
      : Object.fromEntries(
          Object.entries(part(list)).flatMap(([key, value]) => (isWire(value) ? [[key, episode(value)]] : [])),
        ),
    poster: {
      small: text(part(posters.small).url),
      medium: text(part(posters.medium).url),
      large: text(part(posters.original).url),
    },
    updated_at:
      typeof updated === 'number' && Math.abs(updated) < 1e11 ? new Date(updated * 1000).toISOString() : undefined,
    blocked: part(wire.blocked).blocked === true,
  };
}

/** The current public API as a fallback: `createAnilibria({ fallback: currentApi })`. */
export const currentApi: AnilibriaFallback = {
  baseUrl: 'https://anilibria.top/api/v1',
  path: '/anime/releases/{id}',
  read: fromRelease,
  assets: 'https://anilibria.top',
};
