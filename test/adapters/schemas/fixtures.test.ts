import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as schemas from '../../../src/adapters/schemas.ts';
import { read } from '../../../src/core/reader.ts';
import { fixture, fixtures } from '../../support/fixtures.ts';
import { type Json, mutated } from '../../support/mutations.ts';

type Sample = [what: string, schema: schemas.StandardSchema<unknown>, value: Json];

/** The samples of a file by their names; all of them where none is named. */
const of = (schema: schemas.StandardSchema<unknown>, file: string, ...keys: string[]): Sample[] =>
  (keys.length ? keys : Object.keys(fixtures(file))).map((key) => [`${file} ${key}`, schema, fixture(file, key)]);

/** What a list of Helix has in it. */
const listed = (schema: schemas.StandardSchema<unknown>, key: string): Sample[] => {
  const list = fixture('twitch/helix', key);
  const items: Json = typeof list === 'object' && list !== null && !Array.isArray(list) ? (list.data ?? null) : null;
  return (Array.isArray(items) ? items : []).map((item, at) => [`twitch/helix ${key} ${at}`, schema, item]);
};

const samples: Sample[] = [
  ...of(schemas.chaturbateEventSchema, 'chaturbate/events'),
  ...of(schemas.chaturbateEventSchema, 'chaturbate/tips', 'eventsApi', 'eventsApiAnonymous'),
  ...of(schemas.chaturbateContractEventSchema, 'chaturbate/tips', 'format1', 'format2'),
  ...of(schemas.stripchatEventSchema, 'stripchat/tips', 'standard', 'alternative'),
  ...of(schemas.camsodaEventSchema, 'camsoda/tips', 'contract', 'contractB'),
  ...of(schemas.twitchEventSchema, 'twitch/tips'),
  ...of(schemas.twitchEventSchema, 'twitch/others'),
  ...of(schemas.tippingEventSchema, 'tipping/tips', 'socket', 'private'),
  ...of(schemas.tippingTipSchema, 'tipping/tips', 'rest'),
  ...listed(schemas.twitchUserSchema, 'users'),
  ...listed(schemas.twitchChatterSchema, 'chatters'),
  ...listed(schemas.twitchModeratedChannelSchema, 'moderated channels'),
];

describe('an event or a model of the documents', () => {
  it.each(samples)('passes its schema and stays as it is: %s', (_what, schema, value) => {
    expect(schema['~standard'].validate(value)).toEqual({ value });
    expect(read(schema, value)).toEqual(value);
  });

  it('is refused with a place that is in it or missing in it, and without its content, where places were changed', () => {
    const seen = { right: 0, wrong: 0 };
    const check = (schema: schemas.StandardSchema<unknown>, value: Json) => {
      const result = schema['~standard'].validate(value);
      seen[result.issues ? 'wrong' : 'right'] += 1;
      if (!result.issues) return expect('value' in result && result.value).toEqual(value);
      expect(result.issues.length).toBeGreaterThan(0);
      for (const { message, path } of result.issues)
        expect(message).toBe(`${/^missing field: |^wrong type for /.exec(message)?.[0]}${path.join('.') || 'value'}`);
    };
    for (const [, schema, value] of samples)
      fc.assert(
        fc.property(mutated(value), (changed) => void check(schema, changed)),
        { numRuns: 40 },
      );
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(200);
  });
});

/** Every schema, by its name. */
const every = Object.entries<schemas.StandardSchema<unknown>>(schemas);

describe('every schema', () => {
  it.each(every)('%s answers at once to anything at all, and refuses what is nothing', (_name, schema) => {
    const answers = (value: unknown) => {
      const result = schema['~standard'].validate(value);
      expect('value' in result !== 'issues' in result).toBe(true);
    };
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withMap: true, withDate: true }), answers));
    for (const value of [null, undefined, 0, '', [], () => 1]) {
      answers(value);
      expect(schema['~standard'].validate(value)).toHaveProperty('issues');
    }
  });

  it.each(every)(
    '%s is a Standard Schema of version 1, which shows nothing of what it is made with',
    (_name, schema) => {
      expect(Object.keys(schema)).toEqual(['~standard']);
      expect(schema['~standard']).toEqual({ version: 1, vendor: 'tipstream', validate: expect.any(Function) });
    },
  );

  it('is named after its platform and what it describes', () => {
    const named =
      /^(uniformTip|tipEvent|(chaturbate|stripchat|camsoda|twitch|tiktok|tipping|anilibria)([A-Z][a-z]+)+)Schema$/;
    expect(every.map(([name]) => name).filter((name) => !named.test(name))).toEqual([]);
  });
});

describe('an event of a kind that this version does not know', () => {
  it.each<[string, schemas.StandardSchema<unknown>, object, object]>([
    [
      'chaturbate',
      schemas.chaturbateEventSchema,
      { method: 'giftCard', id: '1767225600000-7', object: { broadcaster: 'mira', gift: 1 } },
      { method: 7, object: {} },
    ],
    [
      'twitch',
      schemas.twitchEventSchema,
      { type: 'channel.raid', event: { viewers: 9 }, message_id: 'one' },
      { type: null, event: {} },
    ],
    ['tipping', schemas.tippingEventSchema, { type: 'goal_reached', at: 9 }, { at: 9 }],
  ])('passes with whatever it has, %s', (_platform, schema, unknown, wordless) => {
    expect(schema['~standard'].validate(unknown)).toEqual({ value: unknown });
    expect(schema['~standard'].validate(wordless)).toMatchObject({
      issues: [{ path: [expect.stringMatching(/type|method/)] }],
    });
  });

  it('is not what a known kind becomes that lost a field: the place is named', () => {
    expect(
      schemas.chaturbateEventSchema['~standard'].validate({
        method: 'tip',
        object: { broadcaster: 'mira', user: { username: 'ada' }, tip: { tokens: '25' } },
      }),
    ).toEqual({
      issues: [{ message: 'wrong type for object.tip.tokens', path: ['object', 'tip', 'tokens'] }],
    });
    const cheer = JSON.parse(JSON.stringify(fixture('twitch/tips', 'cheer')));
    delete cheer.event.bits;
    expect(schemas.twitchEventSchema['~standard'].validate(cheer)).toEqual({
      issues: [{ message: 'missing field: event.bits', path: ['event', 'bits'] }],
    });
    expect(
      schemas.tippingEventSchema['~standard'].validate({
        type: 'viewer_joined',
        stream_id: 's',
        viewer: {},
        timestamp: '',
      }),
    ).toEqual({
      issues: [{ message: 'missing field: viewer.user_id', path: ['viewer', 'user_id'] }],
    });
    expect(schemas.chaturbateEventSchema['~standard'].validate({ method: 'toString' })).toEqual({
      value: { method: 'toString' },
    });
  });
});
