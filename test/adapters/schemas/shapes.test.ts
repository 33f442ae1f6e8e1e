import { describe, expect, it } from 'vitest';
import {
  anilibriaNotificationSchema,
  anilibriaTitleSchema,
  type StandardSchema,
  tiktokCommentSchema,
} from '../../../src/adapters/schemas.ts';
import { readFrame } from '../../../src/anilibria/events.ts';
import { toTitle } from '../../../src/anilibria/index.ts';
import type { AnilibriaWireTitle } from '../../../src/anilibria/schemas.ts';
import { readComment } from '../../../src/tiktok/normalize.ts';

/** What was written into a database, and read from it. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const passes = (schema: StandardSchema<unknown>, value: unknown): void =>
  expect(schema['~standard'].validate(kept(value))).toEqual({ value: kept(value) });

const episode = { name: 'Начало', sources: [{ quality: '720p', url: '/videos/1.m3u8' }], duration: 1420 };

describe('what a client makes of the shapes that the wire has', () => {
  it.each<[string, Omit<AnilibriaWireTitle, 'id' | 'names'>]>([
    ['a counter', { episodes: { total: 12, current: 3 } }],
    ['a counter of which half is not known', { episodes: { total: null, current: 3 } }],
    ['a map by number', { episodes: { '1': episode, '11.5': { ...episode, preview: '/pictures/1.jpg' } } }],
    [
      'a list',
      {
        episodes: [
          { ...episode, number: 1 },
          { ...episode, number: '2-3' },
        ],
      },
    ],
    ['a player', { player: { episodes: { '1': episode } }, poster: { small: '/pictures/2.jpg', medium: null } }],
    ['a player with a list', { player: { episodes: [episode] }, genres: ['Драма'], year: 2026, rating: 9.1 }],
    ['nothing of its episodes', { episodes: null, player: null, description: null, updated_at: '2026-01-01T00:00:00' }],
  ])('AL-9 AL-10 a title with %s passes when it is read back', (_what, more) => {
    const wire = { id: 9919, names: { ru: 'Тихий сад', en: null }, ...more };
    passes(anilibriaTitleSchema, toTitle(wire, 'https://anilibria.example.test'));
  });

  it('AL-8 what has no view of its episodes is a wire title, and no title that was kept', () => {
    const wire = { id: 9919, names: { ru: 'Тихий сад' }, description: '', genres: [], blocked: false };
    expect(anilibriaTitleSchema['~standard'].validate(wire)).toEqual({
      issues: [
        { message: 'missing field: episodeCount', path: ['episodeCount'] },
        { message: 'missing field: episodeList', path: ['episodeList'] },
      ],
    });
  });

  it.each([
    {
      type: 'new_episode',
      data: { title_id: '9919', episode: 18, title: 'Тихий сад', timestamp: '2026-01-01T00:00:00' },
    },
    { type: 'new_episode', title_id: 9919, episode: '18-19' },
    { type: 'new_title', data: { title_id: 9919, genres: ['Драма'] } },
    { type: 'status_change', data: { title_id: 9919, old_status: 'ongoing', new_status: 'completed' } },
    { type: 'something_new', data: { what: 'ever' } },
  ])('AL-28 the news %j passes when it is read back', (frame) => {
    const read = readFrame(JSON.stringify(frame), 1_767_225_600_000);
    expect(read.kind).toBe('notification');
    passes(anilibriaNotificationSchema, read.kind === 'notification' && read.notification);
  });

  it.each([
    { id: 7, comment: 'hello', user: { username: 'ada_l', user_id: 12, avatar_url: null } },
    { id: 'seven', comment: '', user: { username: 'ada_l', userId: '12', nickname: 'Ada' }, timestamp: '2026-01-01' },
  ])('TT-38 the comment %j passes when it is read back', (comment) => {
    passes(tiktokCommentSchema, readComment(comment));
  });
});
