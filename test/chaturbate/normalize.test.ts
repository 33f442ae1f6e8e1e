import { describe, expect, it } from 'vitest';
import { eventId, eventTime, mask, readTip, toTip } from '../../src/chaturbate/normalize.ts';
import { KnownEvent } from '../../src/chaturbate/schemas.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { context } from '../support/verdict.ts';

const read = (event: unknown) => readTip(event, context);
const tips = fixtures('chaturbate/tips');

describe('a Chaturbate event', () => {
  it('EV-1 CB-7 CB-8 gives the five uniform fields first, the time of arrival where it says none', () => {
    const tip = read(tips.format1);
    expect(tip).toEqual({
      platform: 'chaturbate',
      amount: 100,
      tipper: 'quiet_ada',
      message: 'Great show!',
      timestamp: 1767297600,
      id: 'chaturbate:room_of_mira:page-0',
      unit: 'token',
      anonymous: false,
      channel: 'room_of_mira',
      meta: { received: true },
    });
    expect(Object.keys(tip ?? {}).slice(0, 5)).toEqual(['platform', 'amount', 'tipper', 'message', 'timestamp']);
  });

  it('CB-9 is 100 tokens from test when it says no more than that', () => {
    const before = Date.now() / 1000;
    const tip = toTip({ tip: { tokens: 100, from_username: 'test' } });
    expect(tip).toMatchObject({ platform: 'chaturbate', amount: 100, tipper: 'test', message: '' });
    expect(tip?.timestamp).toBeGreaterThanOrEqual(before);
    expect(tip?.timestamp).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('CB-4 is format 1 when the key tip is there, whatever else is', () => {
    const both = { tip: { tokens: 1, from_username: 'one' }, object: { amount: 2, from_user: { username: 'two' } } };
    expect(read({ method: 'tip', ...both })).toMatchObject({ amount: 1, tipper: 'one' });
    expect(read({ method: 'tip', ...both, tip: {} })).toMatchObject({ amount: 0 });
    expect(read({ method: 'tip', ...both, tip: 5 })).toMatchObject({ amount: 0 });
  });

  it('CB-5 EV-8 has defaults for everything in format 1', () => {
    expect(read({ method: 'tip', tip: {} })).toMatchObject({ amount: 0, tipper: 'Anonymous', message: '' });
  });

  it('CB-6 reads format 2 with the same defaults', () => {
    expect(read(tips.format2)).toMatchObject({ amount: 100, tipper: 'quiet_ada', message: 'Great show!' });
    expect(read({ method: 'tip', object: { amount: 7 } })).toMatchObject({
      amount: 7,
      tipper: 'Anonymous',
      message: '',
    });
    expect(read({ method: 'tip', object: {} })).toMatchObject({ amount: 0, tipper: 'Anonymous' });
  });

  it('reads the Events API: its own id, its own time, the note without the mark before it', () => {
    expect(read(tips.eventsApi)).toEqual({
      platform: 'chaturbate',
      amount: 25,
      tipper: 'quiet_ada',
      message: 'hi there',
      timestamp: 1767225612.345,
      id: 'chaturbate:room_of_mira:1767225612345-0',
      unit: 'token',
      anonymous: false,
      channel: 'room_of_mira',
    });
  });

  it('loses the mark before a note once, and only on the Events API', () => {
    const noted = (message: string) => ({
      method: 'tip',
      object: { tip: { tokens: 1, message }, user: { username: 'ada' } },
    });
    expect(read(noted('| | hi'))).toMatchObject({ message: '| hi' });
    expect(read(noted('|hi'))).toMatchObject({ message: '|hi' });
    expect(read({ tip: { tokens: 1, message: '| hi' } })).toMatchObject({ message: '| hi' });
  });

  it('reads the shapes that other programs send', () => {
    expect(read(tips.listener)).toMatchObject({ amount: 40, tipper: 'quiet_ada', message: 'hello' });
    expect(read(tips.flat)).toMatchObject({ amount: 10, tipper: 'quiet_ada', message: 'hello' });
    expect(read(tips.data)).toMatchObject({ amount: 10, tipper: 'quiet_ada' });
  });

  it('CB-10 is no tip when it calls itself something else, even with tokens in it', () => {
    expect(read({ method: 'follow', tip: { tokens: 5 } })).toBeUndefined();
    expect(read({ method: 'somethingNew', object: { amount: 5 } })).toBeUndefined();
    expect(toTip({ method: 'follow', object: { user: { username: 'ada' } } })).toBeUndefined();
  });

  it('CB-10 is a tip without a method when it has an amount, and none when it has not', () => {
    expect(read({ object: { amount: 5 } })).toMatchObject({ amount: 5 });
    expect(read({ object: { user: { username: 'ada' } } })).toBeUndefined();
  });

  it('CB-11 shows nobody behind an anonymous tip, in either dialect', () => {
    expect(read({ tip: { tokens: 5, from_username: 'quiet_ada', is_anon: true } })).toMatchObject({
      tipper: 'Anonymous',
      anonymous: true,
    });
    const tip = read(tips.eventsApiAnonymous);
    expect(tip).toMatchObject({ tipper: 'Anonymous', anonymous: true, amount: 25 });
    expect(JSON.stringify(tip)).not.toContain('quiet_ada');
  });

  it('CB-11 takes a flag of the wrong type for a yes: a name that was shown cannot be taken back', () => {
    const flagged = (is_anon: unknown) => read({ tip: { tokens: 5, from_username: 'ada', is_anon } });
    for (const yes of [1, 'true', 'yes']) expect(flagged(yes)).toMatchObject({ tipper: 'Anonymous' });
    for (const no of [0, 'false', '', null]) expect(flagged(no)).toMatchObject({ tipper: 'ada' });
  });

  it('CB-17 counts what is null or of a wrong type as empty', () => {
    for (const wrong of [null, 5, 'text', [], true]) {
      expect(read({ method: 'tip', tip: wrong })).toMatchObject({ amount: 0, tipper: 'Anonymous' });
      expect(read({ method: 'tip', object: wrong })).toMatchObject({ amount: 0, tipper: 'Anonymous' });
    }
    for (const wrong of [null, 5, [], true])
      expect(read({ object: { amount: 3, from_user: wrong } })).toMatchObject({ amount: 3, tipper: 'Anonymous' });
    expect(read({ method: 'tip', tip: null, object: { amount: 8 } })).toMatchObject({ amount: 8 });
    expect(read({ tip: { tokens: 3, from_username: '' } })).toMatchObject({ tipper: 'Anonymous' });
    expect(read({ object: { amount: 3, from_user: { username: '' } } })).toMatchObject({ tipper: 'Anonymous' });
  });

  it('EV-5 is invalid without any place for an amount, and a tip of 0 where the place is empty', () => {
    expect(read({})).toEqual({ invalid: 'amount missing', path: '' });
    expect(read({ method: 'tip', user: { username: 'ada' } })).toEqual({ invalid: 'amount missing', path: '' });
    expect(read({ method: 'tip', amount: null })).toMatchObject({ amount: 0 });
    expect(() => toTip({ method: 'tip' })).toThrow('chaturbate event: amount missing');
  });

  it('EV-6 is invalid with an amount that is no finite number, and the report has no content', () => {
    for (const wrong of [true, false, '25', 'lots', {}, [], Number.NaN, Number.POSITIVE_INFINITY])
      expect(read({ tip: { tokens: wrong } })).toEqual({ invalid: 'wrong type for amount', path: 'tip.tokens' });
    expect(read({ method: 'tip', object: { tip: { tokens: '25' } } })).toMatchObject({ path: 'object.tip.tokens' });
    expect(read({ method: 'tip', amount: 'x' })).toMatchObject({ path: 'amount' });
    expect(() => toTip({ tip: { tokens: 'lots' } })).toThrow('wrong type for amount at tip.tokens');
  });

  it('EV-9 passes a negative amount on with a warning, and 0 without one', () => {
    const warnings: string[] = [];
    const warned = { ...context, warn: (text: string) => void warnings.push(text) };
    expect(readTip({ tip: { tokens: -5 } }, warned)).toMatchObject({ amount: -5 });
    expect(readTip({ tip: { tokens: 0 } }, warned)).toMatchObject({ amount: 0 });
    expect(warnings).toEqual(['chaturbate: a tip with a negative amount']);
  });

  it('EV-2 is the same tip for the same event and context, and is left as it was', () => {
    const event = structuredClone(tips.eventsApi);
    expect(toTip(event, context)).toEqual(toTip(event, context));
    expect(event).toEqual(tips.eventsApi);
  });

  it('has an id of its own each time where neither upstream nor context gives one', () => {
    const ids = new Set(Array.from({ length: 100 }, () => toTip({ tip: { tokens: 1 } })?.id));
    expect(ids.size).toBe(100);
  });

  it('keeps its id within 128 characters and its content out of it', () => {
    const long = 'x'.repeat(500);
    const tip = toTip({ id: long, tip: { tokens: 1, from_username: long } }, { channel: long, id: long });
    expect(tip?.id).toBe(`chaturbate:-:${'x'.repeat(64)}`);
    expect(tip?.channel).toBe(long);
  });

  it('has a time where its id begins with one, and only there', () => {
    expect(eventTime(tips.eventsApi)).toBe(1767225612345);
    for (const id of ['1767225612345', '176722561234-5', 'abcdefghijklm-0', '0000000000001-0', 5, null])
      expect(eventTime({ id })).toBeUndefined();
    expect(eventId({ id: 'x1' })).toBe('x1');
    expect(eventId({ id: '' })).toBeUndefined();
    expect(eventId('text')).toBeUndefined();
  });
});

describe('the events of a Chaturbate room', () => {
  it('are the twelve that the schema knows, none of them touched by the mask, one of them a tip', () => {
    const events = Object.values(fixtures('chaturbate/events'));
    expect(events).toHaveLength(12);
    for (const event of events) {
      expect(KnownEvent.safeParse(event).error?.issues).toBeUndefined();
      expect(mask(event)).toBe(event);
    }
    expect(events.map(read).filter((tip) => tip !== undefined)).toHaveLength(1);
  });

  it('CB-11 lose every trait of who tips anonymously, not the name alone', () => {
    const event = fixture('chaturbate/tips', 'eventsApiAnonymous');
    expect(mask(event)).toEqual({
      method: 'tip',
      id: '1767225612346-0',
      object: {
        broadcaster: 'room_of_mira',
        tip: { tokens: 25, isAnon: true, message: '' },
        user: { username: 'Anonymous' },
      },
    });
    expect(mask({ tip: { tokens: 1, from_username: 'ada', is_anon: true } })).toEqual({
      tip: { tokens: 1, from_username: 'Anonymous', is_anon: true },
    });
  });

  it('XS-7 keep what nobody knows: fields, methods, words of an open list', () => {
    const event = {
      method: 'tip',
      id: '1-1',
      object: { broadcaster: 'b', user: { username: 'ada', aura: 'green' }, tip: { tokens: 1, colour: 'red' } },
    };
    expect(KnownEvent.parse(event)).toEqual(event);
    expect(mask({ method: 'somethingNew', object: 5 })).toEqual({ method: 'somethingNew', object: 5 });
  });
});
