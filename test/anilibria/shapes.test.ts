import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerMeta, Genres, Health, Pagination, Schedule, Title, Titles } from '../../src/anilibria/schemas.ts';
import {
  readAnswerMeta,
  readGenres,
  readHealth,
  readPagination,
  readSchedule,
  readTitle,
  readTitles,
} from '../../src/anilibria/shapes.ts';
import { read, type Schema } from '../../src/core/reader.ts';

const says = (run: () => unknown): boolean => {
  try {
    run();
    return true;
  } catch (error) {
    // It names the place and never the content.
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).not.toContain('secret');
    return false;
  }
};

const word = fc.oneof(fc.constantFrom('secret', null, undefined, 7, true, [], {}, ['secret'], [7]), fc.string());
/** One or two of these fields, each good or bad: more, and nothing would ever be good. */
const likely = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), word, { maxKeys: 2 });
const names = fc.oneof(
  word,
  fc.record(
    { ru: fc.oneof({ weight: 5, arbitrary: fc.string() }, word), en: word, alternative: word },
    { requiredKeys: [] },
  ),
);
const title = fc
  .tuple(
    likely([
      'description',
      'type',
      'status',
      'genres',
      'year',
      'season',
      'poster',
      'rating',
      'updated_at',
      'blocked',
      'episodes',
      'player',
    ]),
    fc.oneof({ weight: 5, arbitrary: fc.integer() }, word),
    names,
  )
  .map(([more, id, said]) => ({ ...more, id, names: said }));
const good = fc.constant({ id: 1, names: { ru: 'Тихий сад' } });

describe('the readers say what the schemas say', () => {
  it.each<[string, (value: unknown) => unknown, Schema<unknown>, fc.Arbitrary<unknown>]>([
    ['a title', (value) => readTitle(value), Title, title],
    [
      'the poster of a title',
      (value) => readTitle(value),
      Title,
      likely(['small', 'medium', 'large']).map((poster) => ({ id: 1, names: { ru: '' }, poster })),
    ],
    ['titles', (value) => readTitles(value), Titles, fc.oneof(fc.array(fc.oneof(good, title)), word)],
    [
      'pagination',
      readPagination,
      Pagination,
      fc.record({
        page: fc.oneof(fc.integer(), word),
        limit: fc.oneof(fc.integer(), word),
        total: fc.oneof(fc.integer(), word),
        pages: word,
      }),
    ],
    ['meta', readAnswerMeta, AnswerMeta, likely(['source', 'cached', 'cache_expires'])],
    [
      'genres',
      readGenres,
      Genres,
      fc.oneof(fc.array(fc.oneof(fc.string(), fc.constant({ name: 'Драма' }))), fc.array(word), word),
    ],
    [
      'health',
      readHealth,
      Health,
      fc.record(
        {
          status: fc.oneof(fc.string(), word),
          version: word,
          uptime: word,
          timestamp: word,
          cache: fc.oneof(word, likely(['status', 'response_time', 'hit_rate'])),
        },
        { requiredKeys: ['status'] },
      ),
    ],
    [
      'the schedule',
      readSchedule,
      Schedule,
      fc.oneof(
        fc.array(good),
        fc.array(fc.record({ day: word, titles: fc.array(good) })),
        fc.dictionary(fc.string(), fc.oneof(fc.array(good), word)),
        word,
      ),
    ],
  ])('AL-8 AL-11 of %s', (_what, reader, schema, values) => {
    const verdicts = new Set<boolean>();
    const agree = (value: unknown): void => {
      const verdict = says(() => read(schema, value));
      verdicts.add(verdict);
      expect(says(() => reader(value))).toBe(verdict);
    };
    fc.assert(fc.property(values, agree), { numRuns: 500 });
    fc.assert(fc.property(fc.anything(), agree));
    // Neither all nor nothing: both were seen.
    expect(verdicts.size).toBe(2);
  });
});
