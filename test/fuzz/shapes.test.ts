import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestSource, fromRelease, fromVersion3, toTitle } from '../../src/anilibria/index.ts';
import { toDays } from '../../src/anilibria/normalize.ts';
import { searchQuery, titleParams, titlesQuery } from '../../src/anilibria/queries.ts';
import {
  readAnswerMeta,
  readGenres,
  readHealth,
  readPagination,
  readSchedule,
  readTitle,
  readTitles,
} from '../../src/anilibria/shapes.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import * as tiktokInputs from '../../src/tiktok/inputs.ts';
import { documents, fields, id, text as isText, maybeTokens, open, patchOf, tokens } from '../../src/tipping/inputs.ts';
import { joinInfo } from '../../src/tipping/join-info.ts';
import { availableTokens, currencyToTokens, tokensToCurrency } from '../../src/tipping/money.ts';
import { mutated } from '../support/mutations.ts';
import { json, tries } from './setting.ts';

const names = [
  'id',
  'names',
  'ru',
  'name',
  'main',
  'type',
  'value',
  'episodes',
  'poster',
  'player',
  'list',
  'sources',
  'url',
  'quality',
  'status',
  'code',
  'updated',
  'page',
  'limit',
  'total',
  'sfu',
  'ice_servers',
  'urls',
  'token',
  'data',
  'username',
  'tokens',
  'toUserId',
];

const title = {
  id: 1,
  names: { ru: 'Тихий сад' },
  poster: { small: '/a.webp' },
  episodes: { 1: { sources: [{ quality: '720p', url: '/a.m3u8' }] } },
  updated_at: '2026-01-01T00:00:00Z',
  genres: ['a'],
};
const release = {
  id: 1,
  name: { main: 'x' },
  type: { value: 'TV' },
  episodes: [{ ordinal: 1, hls_720: '/a.m3u8' }],
  season: { value: 'winter' },
  updated_at: 'x',
};
const archived = {
  id: 1,
  names: { ru: 'x' },
  player: { host: 'cache.example', list: { 1: { episode: 1, hls: { hd: '/a.m3u8' } } } },
  updated: 1_767_225_600,
  status: { code: 1 },
};
const join = {
  token: 't',
  sfu: { signaling_url: 'wss://s', ice_servers: [{ urls: ['turn:a'], username: 'u', credential: 'c' }] },
  stream: { id: 's' },
};

const anything = fc.oneof(
  mutated(title),
  mutated(release),
  mutated(archived),
  mutated(join),
  json(names),
  fc.anything(),
);

/** Readers that a TypeError may leave: whoever calls them makes a SCHEMA or a VALIDATION of it. */
const readers: Readonly<Record<string, (value: unknown) => unknown>> = {
  readTitle,
  readTitles,
  readPagination,
  readAnswerMeta,
  readGenres,
  readHealth,
  readSchedule,
  fromRelease,
  fromVersion3,
  titlesQuery,
  searchQuery,
  titleParams,
  'a title that was read': (value) => {
    const shown = toTitle(readTitle(value), 'https://a.example');
    for (const episode of shown.episodeList) bestSource(episode);
    return shown;
  },
  'days that were read': (value) => toDays(readSchedule(value), 'https://a.example'),
  joinInfo,
  'fields of an input': fields<{ toUserId: string; tokens: number }>({ toUserId: isText, tokens }),
  'an open input': open({ tokens: maybeTokens }),
  'an id': id('userId'),
  'a patch': patchOf(),
  documents,
  ...Object.fromEntries(
    Object.entries(tiktokInputs).flatMap(([name, read]) =>
      typeof read === 'function' && read.length === 1 ? [[`tiktok ${name}`, read as (value: unknown) => unknown]] : [],
    ),
  ),
};

describe('a shape that is not what it should be', () => {
  it.each(Object.entries(readers))(
    'is read by %s as a plain value, or refused by place and never by content',
    (_, read) => {
      fc.assert(
        fc.property(anything, (value) => {
          try {
            const result = read(value);
            if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) === Object.prototype)
              expect(typeof result).not.toBe('function');
          } catch (error) {
            expect(error instanceof TypeError || isTipstreamError(error)).toBe(true);
            expect(String(error).length).toBeLessThan(400);
          }
        }),
        tries(120),
      );
    },
  );

  it('of money is an exact sum, or VALIDATION', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(Number.MAX_VALUE, 5e-324, -0, Number.NaN, Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(number, number, (amount, rate) => {
        for (const count of [() => tokensToCurrency(amount, rate), () => currencyToTokens(amount, rate)]) {
          try {
            expect(Number.isNaN(count())).toBe(false);
          } catch (error) {
            expect(isTipstreamError(error, 'VALIDATION')).toBe(true);
          }
        }
        expect(typeof availableTokens({ token_balance: amount, reserved_balance: rate })).toBe('number');
      }),
      tries(300),
    );
  });
});
