import { describe, expect, it } from 'vitest';
import { read } from '../../src/core/reader.ts';
import { twitchAuth } from '../../src/twitch/auth-endpoints.ts';
import { twitch } from '../../src/twitch/endpoints.ts';
import { fixture } from '../support/fixtures.ts';

const { users, chatters, moderatedChannels } = twitch.endpoints;
const { appToken, refreshToken, validate } = twitchAuth.endpoints;
const sample = (name: string) => fixture('twitch/helix', name);
const listed = (name: string): unknown => (sample(name) as { data: unknown }).data;

describe('what Helix and id.twitch.tv answer', () => {
  it('TW-24 TW-25 users keep their ids as texts, fields that nobody knows, and words that nobody knows', () => {
    const { items } = read(users.response, sample('users'));
    expect(items).toEqual(listed('users'));
    expect(items[1]?.id).toBe('9007199254740993');
    expect(items[1]).not.toHaveProperty('view_count');
    expect(items[1]).not.toHaveProperty('email');
  });

  it('TW-10 TW-27 lists show total and cursor, and the part of the input that asks for more', () => {
    expect(read(chatters.response, sample('chatters'))).toEqual({
      items: listed('chatters'),
      total: 8,
      cursor: 'aW52ZW50ZWQ',
      next: { after: 'aW52ZW50ZWQ' },
    });
    expect(read(moderatedChannels.response, sample('moderated channels'))).toMatchObject({
      items: listed('moderated channels'),
      next: { after: 'ZXZlbiBsb25nZXI=' },
    });
  });

  it('TW-30 the last page has an empty pagination or none, and a list of nobody may be null', () => {
    expect(read(chatters.response, sample('the last page of chatters'))).toEqual({
      items: listed('the last page of chatters'),
      total: 1,
    });
    expect(read(moderatedChannels.response, sample('an empty list'))).toEqual({ items: [] });
    expect(read(users.response, {})).toEqual({ items: [] });
  });

  it.each([
    [{ data: [{ id: 7, login: 'a', display_name: 'A' }] }, 'data.0.id'],
    [{ data: [{ id: '7', display_name: 'A' }] }, 'data.0.login'],
    [{ data: 'not-a-secret-token' }, 'data'],
    ['not-a-secret-token', 'value'],
  ])('TW-24 what is no list of users is refused by its place, without its content', (body, place) => {
    const error = ((): Error => {
      try {
        read(users.response, body);
      } catch (caught) {
        return caught as Error;
      }
      throw new Error('it was read');
    })();
    expect(error.message).toContain(`${place}: `);
    expect(error.message).not.toContain('not-a-secret');
  });

  it('TW-44 tokens are read with and without refresh token and scope', () => {
    expect(read(appToken.response, sample('an app token'))).toMatchObject({ access_token: 'not-a-secret-app' });
    expect(read(appToken.response, sample('an app token of the official mock'))).toMatchObject({ refresh_token: '' });
    expect(read(refreshToken.response, sample('a user token'))).toMatchObject({
      refresh_token: 'not-a-secret-refresh',
    });
    expect(() => read(appToken.response, { token_type: 'bearer' })).toThrow('access_token: ');
  });

  it('TW-45 a validation names a user, or none where it is an app', () => {
    expect(read(validate.response, sample('the validation of a user token'))).toMatchObject({ user_id: '100200301' });
    expect(read(validate.response, sample('the validation of an app token'))).not.toHaveProperty('user_id');
  });
});
