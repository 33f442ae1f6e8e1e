import { describe, expect, it } from 'vitest';
import { eventId, eventTime, mask, readTip, toTip } from '../../src/camsoda/normalize.ts';
import { Event } from '../../src/camsoda/schemas.ts';
import { fixtures } from '../support/fixtures.ts';
import { context } from '../support/verdict.ts';

const read = (event: unknown) => readTip(event, context);
const tips = fixtures('camsoda/tips');

describe('a Camsoda event of the contract', () => {
  it('CS-8 EV-1 is a uniform tip with its own time', () => {
    expect(read(tips.contract)).toEqual({
      platform: 'camsoda',
      amount: 25,
      tipper: 'fond_grace',
      message: '',
      timestamp: 1767225600,
      id: 'camsoda:room_of_mira:page-0',
      unit: 'token',
      anonymous: false,
      channel: 'room_of_mira',
    });
    expect(read({ type: 'tip', amount: 25 })).toMatchObject({ timestamp: 1767297600, meta: { received: true } });
    expect(Event.safeParse(tips.contract).success && Event.safeParse(tips.contractB).success).toBe(true);
  });

  it('CS-5 has the name of tipper, its text where it is a plain value, and that of user where there is no tipper', () => {
    const named = (event: object) => read({ type: 'tip', amount: 1, ...event });
    expect(named({ tipper: { username: 'grace' }, user: 'other' })).toMatchObject({ tipper: 'grace' });
    expect(named({ tipper: {}, user: 'other' })).toMatchObject({ tipper: 'Anonymous' });
    expect(named({ tipper: 'grace' })).toMatchObject({ tipper: 'grace' });
    expect(named({ tipper: 12345 })).toMatchObject({ tipper: '12345' });
    expect(named({ tipper: true })).toMatchObject({ tipper: 'true' });
    expect(read(tips.contractB)).toMatchObject({ tipper: 'fond_grace' });
    expect(named({})).toMatchObject({ tipper: 'Anonymous' });
  });

  it('CS-6 never has "null" for a name, and Anonymous for an empty one', () => {
    const named = (event: object) => read({ type: 'tip', amount: 1, ...event });
    expect(named({ tipper: null })).toMatchObject({ tipper: 'Anonymous' });
    expect(named({ tipper: null, user: 'grace' })).toMatchObject({ tipper: 'grace' });
    expect(named({ user: { username: 'grace' } })).toMatchObject({ tipper: 'grace' });
    for (const empty of ['', { username: '' }, { username: null }])
      expect(named({ tipper: empty })).toMatchObject({ tipper: 'Anonymous' });
  });

  it('CS-7 EV-8 has the message where there is one', () => {
    expect(read({ type: 'tip', amount: 1, message: 'hi' })).toMatchObject({ message: 'hi' });
    for (const none of [undefined, null, 5])
      expect(read({ type: 'tip', amount: 1, message: none })).toMatchObject({ message: '' });
  });

  it('CS-9 XS-12 reads seconds, milliseconds and text, and takes the time of arrival for anything else', () => {
    const at = (timestamp: unknown) => read({ type: 'tip', amount: 1, timestamp });
    expect(at(1767225600)).toMatchObject({ timestamp: 1767225600 });
    expect(at(1767225600123)).toMatchObject({ timestamp: 1767225600.123 });
    expect(at('1767225600')).toMatchObject({ timestamp: 1767225600 });
    expect(at(99_999_999_999)).toMatchObject({ timestamp: 99_999_999_999 });
    expect(at(100_000_000_000)).toMatchObject({ timestamp: 100_000_000 });
    expect(at('2026-01-01T00:00:00')).toMatchObject({ timestamp: 1767225600 });
    expect(at('2026-01-01T01:00:00.500+01:00')).toMatchObject({ timestamp: 1767225600.5 });
    for (const none of ['soon', '', true, {}, [], null, -5, 0, Number.NaN, 1e300])
      expect(at(none)).toMatchObject({ timestamp: 1767297600, meta: { received: true } });
    expect(eventTime({ timestamp: 5 })).toBe(5000);
  });

  it('CS-14 is a tip by its type, or without one by its amount', () => {
    expect(read({ amount: 5 })).toMatchObject({ amount: 5 });
    expect(read({ type: 'follow', amount: 5 })).toBeUndefined();
    expect(() => toTip({ type: 'tip', user: 'grace' })).toThrow('amount missing');
  });

  it('EV-6 is invalid with an amount in digits', () => {
    expect(read({ type: 'tip', amount: '25' })).toEqual({ invalid: 'wrong type for amount', path: 'amount' });
  });

  it('reads the shape that other programs send, and who is behind it', () => {
    expect(read(tips.listener)).toMatchObject({ amount: 25, tipper: 'fond_grace', tipperId: '77' });
  });
});

describe("a frame of a Camsoda room's socket", () => {
  it('is a tip of its value, without a note or a time', () => {
    expect(read(tips.frame)).toMatchObject({ amount: 30, tipper: 'fond_grace', message: '', meta: { received: true } });
    expect(read([27, { is_tip: true, value: '12', subject_username: 'grace' }])).toMatchObject({ amount: 12 });
    expect(eventId(tips.frame)).toBeUndefined();
    expect(eventTime(tips.frame)).toBeUndefined();
  });

  it('is no tip with another number, without the mark of one, or below 1', () => {
    for (const frame of [[28, 'offline'], [39, 12], [27], [27, { value: 5 }], [27, { is_tip: true, value: 0 }]])
      expect(read(frame)).toBeUndefined();
  });

  it('CB-11 shows nobody when the giver hides, in the payload or in the text beside it', () => {
    const stealth = [
      27,
      { value: 5, subject_username: 'fond_grace', is_tip: true, is_stealth: true },
      1,
      ['<b>fond_grace</b> tipped'],
    ];
    expect(read(stealth)).toMatchObject({ tipper: 'Anonymous', anonymous: true });
    expect(mask(stealth)).toEqual([27, { value: 5, subject_username: 'Anonymous', is_tip: true, is_stealth: true }]);
    expect(read([27, { value: 5, subject_username: 'x', is_tip: true }])).toMatchObject({
      tipper: 'Anonymous',
      anonymous: true,
    });
    expect(mask(tips.frame)).toBe(tips.frame);
  });
});
