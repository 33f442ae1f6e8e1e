import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read, type Schema } from '../../src/core/reader.ts';
import { pageOf } from '../../src/twitch/page.ts';
import * as schemas from '../../src/twitch/schemas.ts';
import * as shapes from '../../src/twitch/shapes.ts';

const placeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    // It names the place and the kind of mismatch.
    return (error as Error).message.split(': ')[0];
  }
};

const odd = fc.oneof(
  fc.constantFrom('secret', null, undefined, 7, Number.POSITIVE_INFINITY, true, [], {}, ['secret'], [7]),
  fc.string(),
);
const usual = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 12, arbitrary }, odd);
const text = usual(fc.string());
const perhaps = (arbitrary: fc.Arbitrary<unknown>) => usual(fc.option(arbitrary, { nil: undefined }));
const word = perhaps(fc.string());
const number = perhaps(fc.double());

const things = {
  user: fc.record(
    {
      id: text,
      login: text,
      display_name: text,
      type: word,
      broadcaster_type: word,
      description: word,
      profile_image_url: word,
      offline_image_url: word,
      view_count: number,
      email: word,
      created_at: word,
      more: odd,
    },
    { requiredKeys: ['id', 'login', 'display_name'] },
  ),
  chatter: fc.record({ user_id: text, user_login: text, user_name: text, more: odd }),
  channel: fc.record({ broadcaster_id: text, broadcaster_login: text, broadcaster_name: text, more: odd }),
  token: fc.record({ access_token: text, refresh_token: word, expires_in: number, more: odd }),
  validation: fc.record({
    client_id: text,
    login: word,
    user_id: word,
    scopes: usual(fc.option(fc.array(fc.string()))),
    expires_in: number,
  }),
};
const list = (item: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      data: usual(fc.option(fc.array(item, { maxLength: 3 }))),
      pagination: usual(fc.option(fc.record({ cursor: usual(fc.option(fc.string())) }))),
      total: number,
      more: odd,
    },
    { requiredKeys: [] },
  );

describe('the readers of Helix and id.twitch.tv say what the schemas say, of the same place', () => {
  it.each<[string, (value: unknown) => unknown, Schema<unknown>, fc.Arbitrary<unknown>]>([
    ['a user', (value) => shapes.readUser(value), schemas.User, things.user],
    ['somebody in a chat', (value) => shapes.readChatter(value), schemas.Chatter, things.chatter],
    ['a moderated channel', (value) => shapes.readModeratedChannel(value), schemas.ModeratedChannel, things.channel],
    ['a token', (value) => shapes.readToken(value), schemas.Token, things.token],
    ['a validation', (value) => shapes.readValidation(value), schemas.Validation, things.validation],
    ['a list of users', shapes.listOf(shapes.readUser), schemas.listOf(schemas.User), list(things.user)],
    ['a list of chatters', shapes.listOf(shapes.readChatter), schemas.listOf(schemas.Chatter), list(things.chatter)],
  ])('TW-24 TW-25 of %s', (_what, reader, schema, values) => {
    const verdicts = new Set<boolean>();
    const agree = (value: unknown): void => {
      const wrong = placeOf(() => read(schema, value));
      verdicts.add(wrong === undefined);
      const ours = placeOf(() => reader(value));
      // Which of several wrong places is named first is no matter; a list that is wrong inside and outside has both.
      expect(ours === undefined, `${wrong} and ${ours}`).toBe(wrong === undefined);
    };
    fc.assert(fc.property(values, agree), { numRuns: 500 });
    fc.assert(fc.property(fc.anything(), agree));
    expect(verdicts.size).toBe(2);
  });

  it('TW-24 what was read is what came: nothing is dropped, nothing is made up', () => {
    fc.assert(
      fc.property(list(things.chatter), (value) => {
        fc.pre(placeOf(() => shapes.listOf(shapes.readChatter)(value)) === undefined);
        const { data, total } = value as schemas.TwitchList<schemas.TwitchChatter>;
        const page = pageOf(shapes.listOf(shapes.readChatter))(value);
        expect(page.items).toEqual(data ?? []);
        expect(page.total).toBe(total);
      }),
    );
  });

  it('TW-20 TW-21 what asks for a token holds texts, and an app without a server has no secret', () => {
    const app = { clientId: 'yourclientid', clientSecret: 'not-a-secret-client', grantType: 'client_credentials' };
    const user = { clientId: 'yourclientid', grantType: 'refresh_token', refreshToken: 'not-a-secret-refresh' };
    expect(shapes.readAppTokenForm(app)).toEqual(app);
    expect(shapes.readRefreshTokenForm(user)).toEqual(user);
    for (const name of Object.keys(app))
      expect(placeOf(() => shapes.readAppTokenForm({ ...app, [name]: 7 }))).toBe(name);
    for (const name of [...Object.keys(user), 'clientSecret'])
      expect(placeOf(() => shapes.readRefreshTokenForm({ ...user, [name]: 7 }))).toBe(name);
    expect(placeOf(() => shapes.readAppTokenForm({ ...app, clientSecret: undefined }))).toBe('clientSecret');
  });

  it.each([
    [{ data: [{ user_id: '1', user_login: 'mira', user_name: 'Mira' }, {}] }, 'data.1.user_id'],
    [{ data: [null] }, 'data.0.value'],
    [{ data: {} }, 'data'],
    [{ data: [], pagination: { cursor: 7 } }, 'pagination'],
    [{ data: [], total: 'secret' }, 'total'],
    ['secret', 'value'],
  ])('TW-24 what is no list is refused by its place, without its content: %j', (value, place) => {
    expect(placeOf(() => shapes.listOf(shapes.readChatter)(value))).toBe(place);
  });
});
