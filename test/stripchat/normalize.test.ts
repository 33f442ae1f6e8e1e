import { describe, expect, it } from 'vitest';
import { eventId, eventTime, mask, readTip, toTip } from '../../src/stripchat/normalize.ts';
import { Event } from '../../src/stripchat/schemas.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { context } from '../support/verdict.ts';

const read = (event: unknown) => readTip(event, context);
const tips = fixtures('stripchat/tips');
const alike = { user: { username: 'loud_lin' } };

describe('a Stripchat event of the contract', () => {
  it('SC-5 EV-1 is a uniform tip with the time of its arrival', () => {
    expect(read(tips.standard)).toEqual({
      platform: 'stripchat',
      amount: 50,
      tipper: 'loud_lin',
      message: 'Nice!',
      timestamp: 1767297600,
      id: 'stripchat:room_of_mira:page-0',
      unit: 'token',
      anonymous: false,
      channel: 'room_of_mira',
      meta: { received: true },
    });
    expect(Event.safeParse(tips.standard).success && Event.safeParse(tips.alternative).success).toBe(true);
  });

  it('SC-2 has the amount of the top, else that of the tip, else 0; a 0 at the top stays', () => {
    const amounts = (top: unknown, inner: unknown) =>
      read({ type: 'tip', amount: top, tip: { amount: inner }, ...alike });
    expect(amounts(50, 7)).toMatchObject({ amount: 50 });
    expect(amounts(0, 7)).toMatchObject({ amount: 0 });
    expect(amounts(null, 7)).toMatchObject({ amount: 7 });
    expect(amounts(null, null)).toMatchObject({ amount: 0 });
    expect(read(tips.alternative)).toMatchObject({ amount: 50, tipper: 'loud_lin', message: 'Nice!' });
  });

  it('SC-3 EV-8 has the name of the user, else Anonymous', () => {
    for (const user of [undefined, null, {}, { username: null }, { username: '' }, 5])
      expect(read({ type: 'tip', amount: 1, user })).toMatchObject({ tipper: 'Anonymous', message: '' });
  });

  it('SC-4 has the message of the top, else, and where that is empty, that of the tip', () => {
    const messages = (top: unknown, inner: unknown) =>
      read({ type: 'tip', message: top, tip: { amount: 1, message: inner } });
    expect(messages('top', 'inner')).toMatchObject({ message: 'top' });
    for (const empty of ['', null, undefined]) expect(messages(empty, 'inner')).toMatchObject({ message: 'inner' });
    expect(messages('', undefined)).toMatchObject({ message: '' });
    expect(read({ type: 'tip', amount: 1, tip: { message: 'inner' } })).toMatchObject({ message: 'inner' });
  });

  it('SC-12 is a tip by its type, or without one by its amount', () => {
    expect(read({ amount: 5, ...alike })).toMatchObject({ amount: 5 });
    expect(read({ type: 'follow', amount: 5, ...alike })).toBeUndefined();
    expect(read({ data: { from: 'loud_lin' } })).toBeUndefined();
  });

  it('SC-14 takes a user that is text for the name', () => {
    expect(read({ type: 'tip', amount: 5, user: 'loud_lin' })).toMatchObject({ tipper: 'loud_lin' });
  });

  it('reads the shape that other programs send, and who is behind it', () => {
    expect(read(tips.data)).toMatchObject({ amount: 50, tipper: 'loud_lin', tipperId: '4711', message: 'Nice!' });
  });

  it('EV-5 EV-6 is invalid without an amount, or with one that is no number', () => {
    expect(() => toTip({ type: 'tip', ...alike })).toThrow('amount missing');
    expect(read({ type: 'tip', amount: '50', ...alike })).toEqual({ invalid: 'wrong type for amount', path: 'amount' });
    expect(read({ type: 'tip', tip: { amount: true } })).toEqual({
      invalid: 'wrong type for amount',
      path: 'tip.amount',
    });
  });
});

describe('what a relay brings from Stripchat', () => {
  it('EV-6 is read with an amount in digits', () => {
    expect(read(tips.chat)).toMatchObject({ amount: 42 });
    for (const wrong of ['', '0x2a', '4 2', 'NaN', '1e3'])
      expect(read({ type: 'tip', details: { amount: wrong } })).toMatchObject({ invalid: 'wrong type for amount' });
  });

  it('XS-12 has the id, the time and the room of a chat frame', () => {
    expect(read(tips.chat)).toEqual({
      platform: 'stripchat',
      amount: 42,
      tipper: 'loud_lin',
      message: 'Nice!',
      timestamp: 1767297605,
      id: 'stripchat:778899:900000000000123',
      unit: 'token',
      anonymous: false,
      channel: '778899',
      tipperId: '4711',
    });
    expect(eventTime(tips.chat)).toBe(1767297605000);
    expect(eventId(fixture('stripchat/tips', 'chatBare'))).toBe('900000000000123');
    expect(eventId({ type: 'tip', details: {}, cacheId: 'c-1' })).toBe('c-1');
    expect(eventId('text')).toBeUndefined();
  });

  it('says what was given out of sight of the room', () => {
    expect(read(tips.chatBare)).toMatchObject({ meta: { private: true } });
    expect(read({ tipData: { amount: 1, isOriginalSource: true, type: 'private' } })).toMatchObject({
      meta: { received: true, private: true },
    });
    expect(read(tips.spent)).toMatchObject({
      amount: 35,
      tipper: 'loud_lin',
      message: 'for the song',
      meta: { received: true },
    });
  });

  it.each(Object.entries(fixtures('stripchat/others')))('is no tip, and no failure: %s', (_, event) => {
    expect(read(event)).toBeUndefined();
  });

  it('is anonymous by flag, by the id 0, or by a name that is none', () => {
    const chat = (isAnonymous: boolean, userData: unknown) =>
      read({ type: 'tip', details: { amount: 5, isAnonymous }, userData });
    for (const tip of [
      chat(true, { id: 5, username: 'loud_lin' }),
      chat(false, { id: 0, username: 'loud_lin' }),
      chat(false, { id: 5, username: 'x' }),
      chat(false, null),
    ]) {
      expect(tip).toMatchObject({ tipper: 'Anonymous', anonymous: true });
      expect(tip).not.toHaveProperty('tipperId');
    }
    expect(chat(false, { id: 5, username: 'lin' })).toMatchObject({ tipper: 'lin', anonymous: false });
  });

  it('CB-11 loses every trait of who tips anonymously', () => {
    const event = {
      tipData: { amount: 5, isAnonymous: true, isOriginalSource: true, user: { id: 4711, username: 'loud_lin' } },
    };
    expect(mask(event)).toEqual({
      tipData: { amount: 5, isAnonymous: true, isOriginalSource: true, user: { username: 'Anonymous' } },
    });
    expect(
      JSON.stringify(
        mask({
          ...(fixture('stripchat/tips', 'chatBare') as object),
          details: { isAnonymous: true, tipData: { tipperKey: 'key-of-lin' } },
        }),
      ),
    ).not.toMatch(/lin|4711/);
  });
});
