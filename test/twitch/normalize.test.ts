import { describe, expect, it } from 'vitest';
import { worth } from '../../src/stream/worth.ts';
import { eventId, eventTime, mask, readTip, toTip } from '../../src/twitch/normalize.ts';
import { events } from '../../src/twitch/schemas/events.ts';
import { fixtures } from '../support/fixtures.ts';
import type { Json } from '../support/mutations.ts';
import { context } from '../support/verdict.ts';

type Sample = {
  type: keyof typeof events;
  version: string;
  message_id: string;
  message_timestamp: string;
  event: Record<string, Json>;
};

const tips = fixtures('twitch/tips') as unknown as Record<string, Sample>;
const others = fixtures('twitch/others') as unknown as Record<string, Sample>;

const sample = (name: string): Sample => {
  const found = tips[name] ?? others[name];
  if (!found) throw new Error(`no sample ${name}`);
  return found;
};
const read = (notification: unknown) => readTip(notification, context);
/** A sample with some fields of its event changed. */
const changed = (name: string, event: Record<string, Json>): Sample => {
  const base = sample(name);
  return { ...base, event: { ...base.event, ...event } };
};
const common = {
  platform: 'twitch',
  tipper: 'Fond_Grace',
  tipperId: '7001',
  channel: 'room_of_mira',
  anonymous: false,
  timestamp: 1767225600.464,
};
const id = (name: string) => `twitch:room_of_mira:${sample(name).message_id}`;

describe('a notification of EventSub', () => {
  it('ES-1 EV-1 is a tip in bits where it is a cheer, with the time and the id of its message', () => {
    expect(read(sample('cheer'))).toEqual({
      ...common,
      amount: 100,
      message: 'Cheer100 well played',
      id: id('cheer'),
      unit: 'bit',
      meta: { kind: 'cheer' },
    });
    expect(Object.keys(read(sample('cheer')) ?? {}).slice(0, 5)).toEqual([
      'platform',
      'amount',
      'tipper',
      'message',
      'timestamp',
    ]);
  });

  it('ES-2 is a tip in bits where bits were used in any way, known or not', () => {
    const bits = { ...common, amount: 100, unit: 'bit', id: id('bitsUse') };
    expect(read(sample('bitsUse'))).toEqual({ ...bits, message: 'Cheer100 well played', meta: { kind: 'cheer' } });
    expect(read(changed('bitsUse', { type: 'confetti_2027', message: null }))).toEqual({
      ...bits,
      message: '',
      meta: { kind: 'confetti_2027' },
    });
    expect(read(changed('bitsUse', { type: null }))).toMatchObject({ amount: 100, meta: { kind: 'bits' } });
    expect(read(sample('powerUp'))).toMatchObject({
      amount: 50,
      meta: { kind: 'power_up', powerUp: 'gigantify_an_emote' },
    });
    const own = { type: 'custom_power_up', custom_power_up: { title: 'Change the light' } };
    expect(read(changed('bitsUse', own))).toMatchObject({
      meta: { kind: 'custom_power_up', powerUp: 'Change the light' },
    });
  });

  it("ES-2 is a tip in bits where it is a power-up of the channel's own", () => {
    expect(read(sample('redemption'))).toEqual({
      ...common,
      amount: 250,
      message: 'the green one',
      id: id('redemption'),
      unit: 'bit',
      meta: { kind: 'custom_power_up', powerUp: 'Change the light' },
    });
  });

  it('ES-3 is a subscription of its tier, and none for whoever was given one', () => {
    expect(read(sample('subscribe'))).toEqual({
      ...common,
      amount: 1,
      message: '',
      id: id('subscribe'),
      unit: 'subscription',
      meta: { kind: 'sub', tier: '1000' },
    });
    expect(read(sample('given'))).toBeUndefined();
    expect(read(changed('subscribe', { is_gift: null }))).toEqual({
      invalid: 'wrong type for is_gift',
      path: 'event.is_gift',
    });
  });

  it('ES-3 counts gifts where they are paid: five subscriptions, one tip', () => {
    const tip = read(sample('gift'));
    expect(tip).toEqual({
      ...common,
      amount: 5,
      message: '',
      id: id('gift'),
      unit: 'subscription',
      meta: { kind: 'gift', tier: '2000', cumulativeTotal: 31 },
    });
    const evening = [sample('gift'), ...Array.from({ length: 5 }, () => changed('given', { tier: '2000' }))];
    const paid = evening.map((one) => toTip(one)).map((one) => (one ? worth(one, { 'subscription:2000': 5 }) : 0) ?? 0);
    expect(paid.reduce((sum, one) => sum + one, 0)).toBe(25);
    expect(read(changed('gift', { cumulative_total: null }))).toHaveProperty('meta', { kind: 'gift', tier: '2000' });
  });

  it('ES-3 is a renewed subscription with its months, those that are not shared left out', () => {
    expect(read(sample('resub'))).toEqual({
      ...common,
      amount: 1,
      message: 'another year',
      id: id('resub'),
      unit: 'subscription',
      meta: { kind: 'resub', tier: '3000', cumulativeMonths: 15, streakMonths: 3, durationMonths: 6 },
    });
    expect(read(changed('resub', { streak_months: null }))).toHaveProperty('meta', {
      kind: 'resub',
      tier: '3000',
      cumulativeMonths: 15,
      durationMonths: 6,
    });
  });

  it('ES-4 is money where it is for a charity: exact, in its currency', () => {
    expect(read(sample('charity'))).toEqual({
      ...common,
      amount: 100.05,
      message: '',
      id: id('charity'),
      unit: 'EUR',
      meta: { kind: 'charity', charity: 'Trees for towns' },
    });
    const given = (value: Json, decimal_places: Json, currency: Json = 'USD') =>
      read(changed('charity', { amount: { value, decimal_places, currency } }));
    for (const [value, places, amount] of [
      [500, 0, 500],
      [1, 2, 0.01],
      [29, 2, 0.29],
      [1005, 3, 1.005],
      [7, 15, 7e-15],
    ] as const)
      expect(given(value, places)).toMatchObject({ amount, unit: 'USD' });
    expect(given(100, null)).toEqual({ invalid: 'wrong type for decimal_places', path: 'event.amount.decimal_places' });
    expect(given(100, 1.5)).toMatchObject({ invalid: 'wrong type for decimal_places' });
    expect(given(100, 2, 'doubloons')).toEqual({ invalid: 'wrong type for currency', path: 'event.amount.currency' });
    expect(given('100', 2)).toEqual({ invalid: 'wrong type for amount', path: 'event.amount.value' });
  });

  it('ES-5 is no tip where it is a hype train, or anything else that gives nothing', () => {
    for (const name of ['trainBegins', 'train', 'trainEnds', 'follow']) expect(read(sample(name))).toBeUndefined();
  });

  it.each([...Object.entries(tips), ...Object.entries(others).filter(([name]) => name !== 'follow')])(
    'TW-25 %s is as the schema says, more fields and all',
    (_, { type, event }) => {
      expect(events[type].safeParse(event)).toMatchObject({ success: true });
      expect(events[type].safeParse({ ...event, new_field: 1 })).toMatchObject({ data: { new_field: 1 } });
    },
  );

  it('ES-7 is read as a frame of the socket and as the body of a webhook, too', () => {
    const { type, version, message_id, message_timestamp, event } = sample('cheer');
    const metadata = { message_id, message_type: 'notification', message_timestamp, subscription_type: type };
    const subscription = { id: 's-1', type, version, status: 'enabled', cost: 0, condition: {} };
    const tip = read(sample('cheer'));
    expect(read({ metadata, payload: { subscription, event } })).toEqual(tip);
    expect(read({ subscription, event, message_id, message_timestamp })).toEqual(tip);
    expect(read({ subscription, event })).toEqual({
      ...tip,
      id: 'twitch:room_of_mira:page-0',
      timestamp: context.receivedAt / 1000,
      meta: { kind: 'cheer', received: true },
    });
    expect(read({ subscription: { type: 'channel.cheer' }, challenge: 'x' })).toMatchObject({ path: 'event' });
    expect(read({})).toEqual({ invalid: 'wrong type for type', path: 'type' });
    expect(read('text')).toEqual({ invalid: 'wrong type for event', path: '' });
  });

  it('ES-1 has the same id whenever it is sent again, and never more than 128 characters', () => {
    expect(eventId(sample('cheer'))).toBe(sample('cheer').message_id);
    const long = { ...sample('cheer'), message_id: `${'a'.repeat(200)}-one` };
    expect(eventId(long)).toHaveLength(64);
    expect(toTip(long)?.id).toBe(toTip({ ...long })?.id);
    expect(toTip(long)?.id.length).toBeLessThanOrEqual(128);
    expect(toTip(changed('cheer', { broadcaster_user_login: null }))).toMatchObject({
      channel: '4002',
      id: `twitch:4002:${sample('cheer').message_id}`,
    });
  });

  it('ES-7 XS-12 reads nanoseconds', () => {
    expect(eventTime(sample('cheer'))).toBe(1767225600464);
    expect(eventTime({})).toBeUndefined();
  });

  it('TW-24 keeps ids as texts', () => {
    expect(read(changed('cheer', { user_id: '90071992547409931234' }))).toMatchObject({
      tipperId: '90071992547409931234',
    });
  });

  it('EV-5 EV-6 is a report where the amount is missing or no number, and a warning where it is negative', () => {
    expect(read(changed('cheer', { bits: null }))).toEqual({ invalid: 'amount missing', path: 'event.bits' });
    expect(read(changed('cheer', { bits: '100' }))).toEqual({ invalid: 'wrong type for amount', path: 'event.bits' });
    expect(() => toTip(changed('gift', { total: 'five' }))).toThrow(
      'twitch event: wrong type for amount at event.total',
    );
    const said: string[] = [];
    expect(toTip(changed('cheer', { bits: -5 }), { warn: (text) => said.push(text) })).toMatchObject({ amount: -5 });
    expect(said).toEqual(['twitch: a tip with a negative amount']);
  });
});

describe('whoever is unnamed', () => {
  const nobody = { user_id: null, user_login: null, user_name: null };
  const empty = { user_id: '', user_login: '', user_name: '' };
  const stand = { user_id: '274598607', user_login: 'ananonymousgifter', user_name: 'AnAnonymousGifter' };
  const cheerer = { user_id: '407665396', user_login: 'ananonymouscheerer', user_name: 'AnAnonymousCheerer' };

  it.each([
    ['ES-6 is null in production', { ...nobody, is_anonymous: true }],
    ['ES-6 is an empty name in the official mock', { ...empty, is_anonymous: true }],
    ['ES-6 is a stand-in account in the official mock and in the chat', { ...stand, is_anonymous: true }],
    ['ES-6 is null without a flag, as bits.use has none', nobody],
    ['ES-6 is an empty name without a flag', empty],
    ['ES-6 is the stand-in without a flag', stand],
    ['ES-6 is the stand-in for cheers without a flag', cheerer],
    ['ES-6 is whoever the flag hides, whatever else is there', { is_anonymous: true }],
    ['ES-6 is whoever a flag of another type hides', { is_anonymous: 1 }],
  ])('%s, and is nobody in a tip and in an event', (_, who) => {
    for (const name of ['cheer', 'bitsUse', 'gift', 'redemption']) {
      const tip = read(changed(name, who));
      expect(tip).toMatchObject({ tipper: 'Anonymous', anonymous: true });
      expect(tip).not.toHaveProperty('tipperId');
      expect(tip).not.toHaveProperty('avatarUrl');
      expect(JSON.stringify(tip)).not.toMatch(/grace|gifter|cheerer|274598607|407665396|7001|31/i);
      for (const flag of [{}, { is_anonymous: true }]) {
        const shown = mask(changed(name, { is_anonymous: false, ...who, ...flag }));
        expect(shown.event).toMatchObject({ user_id: null, user_login: null, user_name: null });
        if (name === 'gift') expect(shown.event.cumulative_total).toBe(null);
        expect(JSON.stringify(shown)).not.toMatch(/grace|gifter|cheerer|274598607|407665396|7001/i);
        expect(shown.event.broadcaster_user_login).toBe('room_of_mira');
      }
    }
  });

  it("ES-6 never falls through to the broadcaster's name", () => {
    const { user_name: _name, user_login: _login, user_id: _id, ...rest } = sample('cheer').event;
    expect(read({ ...sample('cheer'), event: rest })).toMatchObject({ tipper: 'Anonymous', anonymous: true });
  });

  it('ES-6 is not named by the note, by a fragment of it, or by what else the event says', () => {
    const text = 'from fond_GRACE with love';
    const message = { text, fragments: [{ type: 'text', text }] };
    expect(read(changed('cheer', { is_anonymous: true, message: text }))).toMatchObject({
      message: 'from Anonymous with love',
    });
    expect(JSON.stringify(mask(changed('bitsUse', { is_anonymous: true, message })))).not.toMatch(/grace/i);
  });

  it('ES-6 is not named by a note either where the name is no word: brackets and stars mean themselves', () => {
    for (const name of ['c++ (grace)', 'gr[ace', 'g.r.a.c.e', '*grace*', 'gra|ce']) {
      const shown = mask(
        changed('bitsUse', { is_anonymous: true, user_name: name, message: { text: `from ${name}, with love` } }),
      );
      expect(shown.event).toMatchObject({ message: { text: 'from Anonymous, with love' } });
    }
    const other = mask(changed('bitsUse', { is_anonymous: true, user_name: 'g.ace', message: { text: 'grace' } }));
    expect(other.event).toMatchObject({ message: { text: 'grace' } });
  });

  it('ES-6 is hidden in the events of the chat, which have flags of their own', () => {
    const notice = {
      type: 'channel.chat.notification',
      event: {
        chatter_user_id: '7001',
        chatter_user_login: 'fond_grace',
        chatter_user_name: 'Fond_Grace',
        chatter_is_anonymous: true,
        color: '#00FF7F',
        badges: [{ set_id: 'founder' }],
        resub: {
          gifter_is_anonymous: true,
          gifter_user_id: '7002',
          gifter_user_login: 'fond_ada',
          gifter_user_name: 'Fond_Ada',
        },
        broadcaster_user_name: 'Fond_Grace',
        system_message: 'Fond_Grace gave, and fond_ada before',
      },
    };
    const shown = mask(notice);
    expect(shown.event).toMatchObject({
      chatter_user_id: null,
      color: null,
      badges: null,
      resub: { gifter_user_login: null },
    });
    expect(shown.event.system_message).toBe('Anonymous gave, and Anonymous before');
    // Whose channel it is, is no secret.
    expect(shown.event.broadcaster_user_name).toBe('Fond_Grace');
  });

  it('ES-6 is told by nothing that stands deeper in the event: what they gave in all, their badges', () => {
    const shown = mask({
      type: 'channel.chat.notification',
      event: {
        chatter_user_id: null,
        chatter_user_login: null,
        chatter_is_anonymous: true,
        community_sub_gift: { id: 'g', total: 5, sub_tier: '1000', cumulative_total: 312 },
      },
    });
    expect(shown.event.community_sub_gift).toEqual({ id: 'g', total: 5, sub_tier: '1000', cumulative_total: null });
  });

  it('ES-6 leaves an event as it is where nobody hides', () => {
    for (const one of [...Object.values(tips), ...Object.values(others)]) expect(mask(one)).toBe(one);
  });
});
