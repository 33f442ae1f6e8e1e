import type { AnilibriaWireEpisode, AnilibriaWireTitle } from '../../anilibria/schemas.ts';
import type { Random } from '../../core/time.ts';
import { pick } from '../random.ts';

const kinds = [
  ['Тихий', 'Quiet'],
  ['Далёкий', 'Distant'],
  ['Хрустальный', 'Crystal'],
  ['Последний', 'Last'],
  ['Северный', 'Northern'],
  ['Звёздный', 'Starry'],
  ['Медный', 'Copper'],
  ['Забытый', 'Forgotten'],
  ['Лунный', 'Moonlit'],
  ['Алый', 'Scarlet'],
] as const;
const things = [
  ['сад', 'Garden'],
  ['дракон', 'Dragon'],
  ['путь', 'Path'],
  ['город', 'City'],
  ['мост', 'Bridge'],
  ['океан', 'Ocean'],
  ['маяк', 'Lighthouse'],
  ['рыцарь', 'Knight'],
] as const;
/** Every genre. */
export const genres = [
  'Приключения',
  'Комедия',
  'Драма',
  'Фэнтези',
  'Фантастика',
  'Спорт',
  'Мистика',
  'Повседневность',
] as const;
const seasons = ['winter', 'spring', 'summer', 'autumn'] as const;
const types = ['TV', 'Movie', 'OVA', 'ONA', 'Special'] as const;

/** A title of the mock, with everything that any form of it may show. */
export interface LibraryTitle extends AnilibriaWireTitle {
  id: number;
  total: number;
  current: number;
  watched: number;
}

const secondsOf = { newest: 1_754_062_200, day: 86_400 };

/** So many titles, the last of them with the id of the documents. */
export function createLibrary(random: Random, count = 500, last = 9919): LibraryTitle[] {
  return Array.from({ length: count }, (_, index): LibraryTitle => {
    const id = last - count + 1 + index;
    const [kind, kindEn] = kinds[index % kinds.length] ?? kinds[0];
    const [thing, thingEn] = things[Math.floor(index / kinds.length) % things.length] ?? things[0];
    const part = Math.floor(index / (kinds.length * things.length)) + 1;
    const number = part > 1 ? ` ${part}` : '';
    const total = id === last ? 24 : pick(random, [12, 13, 24, 25]);
    const current = id === last ? 17 : Math.floor(random() * (total + 1));
    const status = current === total ? 'completed' : current === 0 ? 'announced' : 'ongoing';
    const pictures = `https://anilibria.tv/storage/releases/posters/${id}`;
    return {
      id,
      names: {
        ru: `${kind} ${thing}${number}`,
        en: `${kindEn} ${thingEn}${number}`,
        alternative: random() < 0.3 ? `${thingEn} ${part}` : null,
      },
      description: `Сколько бы ни прошло лет, ${thing} ждёт.`,
      type: types[Math.floor(random() ** 3 * types.length)] ?? 'TV',
      status,
      genres: [...new Set([pick(random, genres), pick(random, genres)])],
      year: status === 'announced' ? null : 2010 + Math.floor(random() * 16),
      season: status === 'announced' ? null : pick(random, seasons),
      poster: { small: `${pictures}/small.jpg`, medium: `${pictures}/medium.jpg`, large: `${pictures}/original.jpg` },
      updated_at: new Date((secondsOf.newest - (last - id) * secondsOf.day) * 1000).toISOString().replace('.000', ''),
      blocked: false,
      total,
      current,
      watched: Math.floor(1e6 / (1 + index)),
    };
  });
}

/** An episode as it is in a map by number. */
export const episodeOf = ({ id }: LibraryTitle, number: number): AnilibriaWireEpisode => ({
  name: `Серия ${number}`,
  preview: `/storage/releases/episodes/previews/${id}/${number}.jpg`,
  sources: (['1080p', '720p', '480p'] as const).map((quality) => ({
    quality,
    url: `https://anilibria.tv/videos/media/ts/${id}/${number}/${quality.slice(0, -1)}/video.m3u8`,
    type: 'hls',
  })),
});

/** How the wire says how many episodes there are. */
export type EpisodesForm = 'counter' | 'map' | 'list';

/** A title on the wire, in one of the two forms that the documents have for its episodes, or as a list. */
export function toWire(title: LibraryTitle, form: EpisodesForm): AnilibriaWireTitle {
  const { total, current, watched: _, ...wire } = title;
  const numbers = Array.from({ length: Math.min(current, 30) }, (_each, index) => index + 1);
  const map = Object.fromEntries(numbers.map((number) => [String(number), episodeOf(title, number)]));
  if (form === 'counter') return { ...wire, episodes: { total, current }, player: { episodes: map } };
  if (form === 'map') return { ...wire, episodes: map, rating: 8.25 };
  return { ...wire, episodes: numbers.map((number) => ({ number, duration: 1440, ...episodeOf(title, number) })) };
}
