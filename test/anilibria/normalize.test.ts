import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestSource, fromRelease, fromVersion3, toTitle } from '../../src/anilibria/index.ts';
import { resolveAsset, toDays, toEpisodes } from '../../src/anilibria/normalize.ts';
import type { AnilibriaWireTitle } from '../../src/anilibria/schemas.ts';

const assets = 'https://assets.test';
const wire = (more: Partial<AnilibriaWireTitle> = {}): AnilibriaWireTitle => ({
  id: 9919,
  names: { ru: 'Тихий сад' },
  ...more,
});

describe('the episodes of a title', () => {
  const source = { quality: '1080p', url: 'https://anilibria.tv/1/1080.m3u8', type: 'hls' };

  it('AL-9 are counted by a counter and listed by the player beside it', () => {
    const title = toTitle(
      wire({
        episodes: { total: 24, current: 17 },
        player: {
          episodes: { '2': { name: 'Вторая', sources: [source] }, '1': { name: 'Первая', preview: '/1.jpg' } },
        },
      }),
      assets,
    );
    expect(title.episodeCount).toEqual({ total: 24, current: 17 });
    expect(title.episodeList).toEqual([
      { key: '1', number: 1, name: 'Первая', preview: 'https://assets.test/1.jpg', sources: [] },
      { key: '2', number: 2, name: 'Вторая', sources: [source] },
    ]);
    // The wire form stays as it came.
    expect(title.episodes).toEqual({ total: 24, current: 17 });
  });

  it.each<[string, AnilibriaWireTitle['episodes']]>([
    ['a map', { '10': { name: 'ten' }, '9': { name: 'nine' }, '11.5': { name: 'half' } }],
    [
      'a list',
      [
        { number: 10, name: 'ten' },
        { number: 9, name: 'nine' },
        { number: 11.5, name: 'half' },
      ],
    ],
    [
      'a list with numbers as text',
      [
        { number: '10', name: 'ten' },
        { number: '9', name: 'nine' },
        { number: '11.5', name: 'half' },
      ],
    ],
  ])('AL-9 AL-10 come in the order of their numbers out of %s', (_form, episodes) => {
    const title = toTitle(wire({ episodes }), assets);
    expect(title.episodeList.map(({ key, number, name }) => [key, number, name])).toEqual([
      ['9', 9, 'nine'],
      ['10', 10, 'ten'],
      ['11.5', 11.5, 'half'],
    ]);
    expect(title.episodeCount).toEqual({ current: 3 });
  });

  it.each([
    [{ total: 24, current: null }, { total: 24 }],
    [{ total: null, current: null }, {}],
    [
      { total: 0, current: 0 },
      { total: 0, current: 0 },
    ],
  ])('AL-9 a counter may know only a part: %j', (episodes, count) => {
    expect(toTitle(wire({ episodes }), assets).episodeCount).toEqual(count);
  });

  it('AL-10 keep their key, and have a number only where it is one', () => {
    const title = toTitle(wire({ episodes: { '1-2': { name: 'two in one' }, special: {}, '3': {} } }), assets);
    expect(title.episodeList.map(({ key, number }) => [key, number])).toEqual([
      ['1-2', undefined],
      ['3', 3],
      ['special', undefined],
    ]);
  });

  it('AL-10 with the same number are all kept', () => {
    expect(
      toEpisodes(
        [
          { number: 1, name: 'a' },
          { number: 1, name: 'b' },
        ],
        assets,
      ).map(({ name }) => name),
    ).toEqual(['a', 'b']);
  });

  it('AL-11 may lack everything', () => {
    const title = toTitle(
      wire({ episodes: { '1': { name: null, preview: null, duration: null, sources: null } } }),
      assets,
    );
    expect(title.episodeList).toEqual([{ key: '1', number: 1, name: '', sources: [] }]);
    expect(toTitle(wire(), assets)).toMatchObject({
      description: '',
      genres: [],
      blocked: false,
      episodeCount: {},
      episodeList: [],
    });
  });

  it('AL-10 AL-12 never make a title unreadable, whatever is in them', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (episodes, player) => {
        const title = toTitle(wire({ episodes: episodes as never, player: { episodes: player as never } }), assets);
        for (const { key, number, name, sources } of title.episodeList) {
          expect(typeof key).toBe('string');
          expect(typeof name).toBe('string');
          expect(number === undefined || Number.isFinite(number)).toBe(true);
          for (const { url } of sources) expect(url).not.toBe('');
        }
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['//kodik.test/serial', 'https://kodik.test/serial'],
    ['/storage/1.jpg', 'https://assets.test/storage/1.jpg'],
    ['https://other.test/1.jpg', 'https://other.test/1.jpg'],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('AL-13 %j becomes %j', (given, whole) => {
    expect(resolveAsset(given, assets)).toBe(whole);
  });

  it('AL-13 are whole in posters and sources, and a source without one is left out', () => {
    const title = toTitle(
      wire({
        poster: { small: '/s.jpg', medium: null, large: '//cdn.test/l.jpg' },
        episodes: { '1': { sources: [{ url: '/1.m3u8' }, { url: '' }] } },
      }),
      assets,
    );
    expect(title.poster).toEqual({ small: 'https://assets.test/s.jpg', medium: null, large: 'https://cdn.test/l.jpg' });
    // AL-12: hls is what is meant where nothing is said.
    expect(title.episodeList[0]?.sources).toEqual([{ url: 'https://assets.test/1.m3u8', type: 'hls' }]);
  });

  it('AL-13 never make anything throw', () => {
    fc.assert(fc.property(fc.anything(), (url) => void resolveAsset(url, assets)));
    fc.assert(fc.property(fc.webUrl(), (url) => void expect(resolveAsset(url, assets)).toBe(url)));
  });
});

describe('the best source', () => {
  const all = ['480p', 'raw', '1080p', '720p'].map((quality) => ({ quality, url: `/${quality}` }));
  const without = (...missing: string[]) => ({ sources: all.filter(({ quality }) => !missing.includes(quality)) });

  it.each([
    [without(), undefined, '1080p'],
    [without(), '720p', '720p'],
    [without('720p'), '720p', '480p'],
    [without('480p', '720p', 'raw'), '720p', '1080p'],
    [without('1080p'), undefined, '720p'],
    [without('1080p', '720p', '480p'), undefined, 'raw'],
    [without('480p'), '480p', 'raw'],
    [without(), '4320p', '1080p'],
  ] as const)('AL-12 of %j for %s is %s: down first, then up', (episode, prefer, quality) => {
    expect(bestSource(episode, { prefer })?.quality).toBe(quality);
  });

  it('AL-12 is none where there is none, and of one kind where that is asked for', () => {
    expect(bestSource({ sources: [] })).toBeUndefined();
    expect(bestSource({})).toBeUndefined();
    const sources = [
      { quality: '1080p', url: '/a' },
      { quality: '480p', url: '/b', type: 'mp4' },
    ];
    expect(bestSource({ sources }, { type: 'mp4' })?.url).toBe('/b');
    expect(bestSource({ sources }, { type: 'hls' })?.url).toBe('/a');
  });
});

describe('the schedule', () => {
  const [one, two] = [wire({ id: 1 }), wire({ id: 2 })];
  it.each([
    ['a list of titles', [one, two], [[undefined, [1, 2]]]],
    [
      'days',
      [
        { day: 0, titles: [one] },
        { day: 6, list: [two] },
      ],
      [
        [0, [1]],
        [6, [2]],
      ],
    ],
    [
      'a map',
      { monday: [one], sunday: [two] },
      [
        ['monday', [1]],
        ['sunday', [2]],
      ],
    ],
    [
      'days by name, and one without',
      [
        { day: 'monday', titles: [one] },
        { day: null, titles: [two] },
      ],
      [
        ['monday', [1]],
        [undefined, [2]],
      ],
    ],
    ['nothing', [], []],
  ])('AL-17 is one list of days out of %s', (_shape, schedule, days) => {
    expect(toDays(schedule, assets).map(({ day, titles }) => [day, titles.map(({ id }) => id)])).toEqual(days);
  });

  it('AL-17 is read whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (schedule) => void toDays(schedule, assets)));
  });
});

it.each([
  ['2025-08-01T15:30:00Z', Date.UTC(2025, 7, 1, 15, 30)],
  ['2025-08-01T15:30:00', Date.UTC(2025, 7, 1, 15, 30)],
  ['2025-08-01T18:30:00+03:00', Date.UTC(2025, 7, 1, 15, 30)],
  ['yesterday', undefined],
  [null, undefined],
])('AL-39 the time %s is %s', (updated_at, updatedAt) => {
  expect(toTitle(wire({ updated_at }), assets).updatedAt).toBe(updatedAt);
});

describe('the public API', () => {
  const release = {
    id: 7439,
    type: { value: 'MOVIE', description: 'Фильм' },
    year: 2018,
    name: { main: 'Хрустальный мост', english: 'Crystal Bridge', alternative: null },
    season: { value: 'autumn', description: 'Осень' },
    rating: { average: 8.25 },
    poster: { src: '/o.jpg', preview: '/m.jpg', thumbnail: '/s.jpg' },
    updated_at: '2023-08-20T15:08:20+00:00',
    is_ongoing: false,
    is_in_production: false,
    is_blocked_by_geo: true,
    description: 'Мост.',
    episodes_total: 36,
    genres: [{ id: 21, name: 'Комедия' }, 'Драма'],
    latest_episode: { ordinal: 12.5 },
  };

  it('AL-41 gives a release as the same title', () => {
    const title = toTitle(fromRelease(release), 'https://anilibria.top');
    expect(title).toMatchObject({
      id: 7439,
      names: { ru: 'Хрустальный мост', en: 'Crystal Bridge', alternative: null },
      type: 'Movie',
      status: 'completed',
      season: 'autumn',
      year: 2018,
      genres: ['Комедия', 'Драма'],
      rating: 8.25,
      blocked: true,
      poster: {
        small: 'https://anilibria.top/s.jpg',
        medium: 'https://anilibria.top/m.jpg',
        large: 'https://anilibria.top/o.jpg',
      },
      episodeCount: { total: 36, current: 12.5 },
    });
  });

  it('AL-41 gives the episodes of a release, the odd ones too', () => {
    const episodes = [
      {
        ordinal: 12.5,
        name: null,
        name_english: 'Half',
        hls_480: '//v.test/480',
        hls_1080: null,
        hls_720: '',
        duration: 1432,
        preview: { preview: '/p.jpg' },
      },
      { ordinal: 1, name: 'Пролог', hls_1080: 'https://v.test/1080' },
    ];
    const { episodeList } = toTitle(fromRelease({ ...release, episodes }), assets);
    expect(episodeList).toEqual([
      { key: '1', number: 1, name: 'Пролог', sources: [{ quality: '1080p', url: 'https://v.test/1080', type: 'hls' }] },
      {
        key: '12.5',
        number: 12.5,
        name: 'Half',
        preview: 'https://assets.test/p.jpg',
        duration: 1432,
        sources: [{ quality: '480p', url: 'https://v.test/480', type: 'hls' }],
      },
    ]);
  });

  it('AL-41 the retired version 3 gives the same title', () => {
    const title = toTitle(
      fromVersion3({
        id: 12,
        names: { ru: 'Алый маяк', en: 'Scarlet Lighthouse', alternative: null },
        status: { string: 'В работе', code: 1 },
        type: { string: 'TV' },
        season: { string: 'весна', code: 2, year: 2021 },
        posters: { small: { url: '/s.jpg' }, original: { url: '/o.jpg' } },
        genres: ['Драма'],
        updated: 1_628_000_000,
        blocked: { blocked: false, bakanim: false },
        player: {
          host: 'cache.test',
          list: { '2': { episode: 2, hls: { fhd: null, hd: '/2/720.m3u8' } }, '1': { episode: 1, hls: {} } },
        },
      }),
      assets,
    );
    expect(title).toMatchObject({
      id: 12,
      status: 'ongoing',
      type: 'TV',
      season: 'spring',
      year: 2021,
      updatedAt: 1_628_000_000_000,
    });
    expect(title.episodeList.map(({ number, sources }) => [number, sources[0]?.url])).toEqual([
      [1, undefined],
      [2, 'https://cache.test/2/720.m3u8'],
    ]);
  });

  it('AL-41 what is no title is refused, and says where', () => {
    for (const value of [null, [], {}, { id: 1 }, { id: '1', name: { main: 'x' } }]) {
      expect(() => fromRelease(value)).toThrow(/^(id|names): missing$/);
      expect(() => fromVersion3(value)).toThrow(/^(id|names): missing$/);
    }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (more) => {
        void toTitle(fromRelease({ ...more, id: 1, name: { main: 'x' } }), assets);
        void toTitle(fromVersion3({ ...more, id: 1, names: { ru: 'x' }, updated: 1 }), assets);
      }),
    );
  });
});

it('AL-40 a title is no tip, and nothing here makes tips', async () => {
  expect(Object.keys(await import('../../src/anilibria/index.ts')).filter((name) => /tip/i.test(name))).toEqual([]);
});
