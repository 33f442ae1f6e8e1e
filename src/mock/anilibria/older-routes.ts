import { anilibriaVersions } from '../../anilibria/endpoints.ts';
import { json } from '../answer.ts';
import type { ServiceRoute } from '../service.ts';
import type { Desk } from './desk.ts';
import { detail } from './failure.ts';
import { episodeOf, type LibraryTitle, toWire } from './library.ts';

/** A title as the public API has it. */
function toRelease(title: LibraryTitle): unknown {
  const { id, names, description, type, status, genres, year, season, total, current, updated_at } = title;
  const picture = `/storage/releases/posters/${id}`;
  const episodes = Array.from({ length: Math.min(current, 30) }, (_, index) => {
    const number = index + 1;
    const { name, preview, sources } = episodeOf(title, number);
    const urls = Object.fromEntries(
      (sources ?? []).map(({ quality, url }) => [`hls_${parseInt(quality ?? '', 10)}`, url]),
    );
    return {
      id: `${id}-${number}`,
      name,
      ordinal: number,
      preview: { preview, thumbnail: preview },
      duration: 1440,
      ...urls,
    };
  });
  return {
    id,
    type: { value: type?.toUpperCase(), description: type },
    year,
    name: { main: names.ru, english: names.en, alternative: names.alternative },
    season: { value: season, description: season },
    poster: { src: `${picture}/original.jpg`, preview: `${picture}/medium.jpg`, thumbnail: `${picture}/small.jpg` },
    updated_at,
    is_ongoing: status === 'ongoing',
    is_in_production: status === 'announced',
    is_blocked_by_geo: false,
    is_blocked_by_copyrights: false,
    description,
    episodes_total: total,
    genres: genres?.map((name, index) => ({ id: index + 1, name })),
    episodes,
  };
}

/** Version 1 of the service, and the public API behind it. */
export function olderRoutes(desk: Desk): ServiceRoute[] {
  const route = (path: string, show: (title: LibraryTitle) => unknown): ServiceRoute => ({
    method: 'GET',
    path,
    answer({ params }) {
      const title = desk.title(Number(params.id));
      return title ? json(200, show(title)) : detail(404, 'Not found');
    },
  });
  return [
    route(`${anilibriaVersions.v1}/titles/:id`, (title) => ({ success: true, data: toWire(title, 'counter') })),
    route('/api/v1/anime/releases/:id', toRelease),
  ];
}
