import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { parseFrame } from '../../src/tiktok/gifts/frames.ts';
import { readComment, readGift, readTip, toTip } from '../../src/tiktok/normalize.ts';
import { CommentSchema } from '../../src/tiktok/schemas/live.ts';
import { chat, connectorGift, detailsGift, envelopeGift, like, protocolGift } from './frames.ts';

const context = { id: 'here', receivedAt: 1_735_732_801_500 };
const { giftDetails: _, ...bare } = { ...connectorGift, giftDetails: {} };

describe('toTip', () => {
  it('TT-51 TT-52 makes one of an event of tiktok-live-connector, with its ids to the last digit', () => {
    expect(toTip(connectorGift, { channel: 'mira' })).toEqual({
      platform: 'tiktok',
      amount: 25,
      tipper: 'grace_h',
      message: 'Tumbling doll',
      timestamp: 1661887134.397,
      id: 'tiktok:mira:6813181309701719999-5953-1661887131074',
      unit: 'diamond',
      anonymous: false,
      channel: 'mira',
      tipperId: '6813181309701719999',
      avatarUrl: 'https://cdn.example.com/grace.webp',
      meta: {
        giftId: 5953,
        giftName: 'Tumbling doll',
        repeatCount: 1,
        diamondCount: 25,
        groupId: '1661887131074',
        receiverUserId: '7087613897129493999',
      },
    });
  });

  it.each(['giftId', 'giftName', 'giftType', 'diamondCount', 'giftDetails', 'gift'])(
    'TT-48 a frame that does not say what it is, is a gift by its %s',
    (name) => {
      expect(readGift({ [name]: 5 })).toBeDefined();
      expect(readGift({ type: 'chat', [name]: 5 })).toBeUndefined();
    },
  );

  it('TT-51 has an id that is never too long: a longer room or streak is left out of it', () => {
    const idOf = (groupId: string, channel?: string) =>
      toTip({ ...connectorGift, groupId }, { ...context, channel })?.id;
    const [user, gift] = ['6813181309701719999', '5953'];
    const room = 64 - user.length - gift.length - 2;
    const whole = `${user}-${gift}-${'7'.repeat(room)}`;
    expect(idOf('7'.repeat(room))).toBe(`tiktok:-:${whole}`);
    expect(idOf('7'.repeat(room + 1))).not.toContain('777');
    expect(idOf('7', 'm'.repeat(40))).toBe(`tiktok:${'m'.repeat(40)}:${user}-${gift}-7`);
    expect(idOf('7', 'm'.repeat(41))).toBe(`tiktok:-:${user}-${gift}-7`);
    expect(idOf('7'.repeat(room), 'm'.repeat(40))?.length).toBeLessThanOrEqual(128);
  });

  it('TT-51 makes one of an envelope without ids and time', () => {
    expect(toTip(envelopeGift, context)).toMatchObject({
      amount: 5,
      tipper: 'grace_h',
      message: 'Rose',
      timestamp: 1_735_732_801.5,
      id: 'tiktok:-:here',
      tipperId: '123456',
      meta: { giftId: 5655, repeatCount: 5, diamondCount: 1, received: true },
    });
  });

  it.each([
    ['TT-48 of the second versions of tiktok-live-connector', detailsGift],
    ['TT-48 of the protocol', protocolGift],
  ])('%s reads the fields where they are now', (_title, frame) => {
    expect(toTip(frame)).toMatchObject({
      amount: 3,
      tipper: 'grace_h',
      message: 'Rose',
      timestamp: 1735732800,
      tipperId: '7000000000000000001',
      id: 'tiktok:-:7000000000000000001-5655-1735732799000',
    });
  });

  const without = (keys: readonly string[], more: object = {}): unknown => ({
    ...Object.fromEntries(Object.entries(bare).filter(([key]) => !keys.includes(key))),
    ...more,
  });

  it.each([
    ['TT-48 true', { repeatEnd: true }, 25],
    ['TT-48 1', { repeatEnd: 1 }, 25],
    ['TT-48 "1"', { repeatEnd: '1' }, 25],
    ['TT-48 false', { repeatEnd: false }, undefined],
    ['TT-48 0', { repeatEnd: 0 }, undefined],
    ['TT-48 absent', {}, undefined],
    ['TT-48 only in gift', { gift: { repeat_end: 1, gift_type: 1 } }, 25],
  ])('%s as repeatEnd says whether a streak has ended', (_title, end, amount) => {
    expect(toTip(without(['repeatEnd', 'gift'], end))?.amount).toBe(amount);
  });

  it.each([
    ['TT-48 on the top', { giftType: 1 }],
    ['TT-48 as text', { giftType: '1' }],
    ['TT-48 in gift.gift_type', { gift: { gift_type: 1 } }],
    ['TT-48 in giftDetails.giftType', { giftDetails: { giftType: 1 } }],
    ['TT-48 in gift.type', { gift: { type: 1 } }],
  ])('%s the type of a gift makes it a streak', (_title, type) => {
    expect(toTip(without(['giftType', 'gift', 'repeatEnd'], type))).toBeUndefined();
  });

  it('TT-46 TT-48 a gift of another type, or of none, counts at once, ended or not', () => {
    for (const type of [{}, { giftType: 2 }, { giftType: 0 }, { giftType: null }, { giftType: 'x' }])
      expect(toTip(without(['giftType', 'gift', 'repeatEnd'], { ...type, repeatCount: 4 }))?.amount).toBe(100);
  });

  it('TT-52 a number beyond 2^53 is no id: it was rounded', () => {
    const rounded = { msgId: 7137749190944230000, userId: 7044640112358049000, groupId: 7044640112358049000 };
    const tip = toTip({ ...connectorGift, ...rounded }, context);
    expect(tip).toMatchObject({ id: 'tiktok:-:here', tipper: 'grace_h' });
    expect(tip?.tipperId).toBeUndefined();
    expect(tip?.meta?.groupId).toBeUndefined();
    expect(readGift({ ...connectorGift, msgId: 7137749190944230150n })).toMatchObject({ msgId: '7137749190944230150' });
  });

  it('TT-42 a comment, a like and whatever else there is are no tips', () => {
    const others = [
      { type: 'comment', data: { id: '1', comment: 'gift', user: { username: 'a' } } },
      { type: 'chat', data: chat },
      { event: 'like', data: like },
      chat,
      like,
      { type: 'connected' },
      {},
    ];
    for (const other of others) expect(toTip(other)).toBeUndefined();
  });

  it('a gift without a value is no gift of nothing: it is said', () => {
    expect(() => toTip({ type: 'gift', data: { giftName: 'Rose' } })).toThrow(
      /^tiktok event: amount missing at diamondCount$/,
    );
    expect(() => toTip({ giftName: 'Rose', diamondCount: 'many' })).toThrow(/wrong type for amount/);
    expect(() => toTip({ giftName: 'Rose', diamondCount: 1, repeatCount: {} })).toThrow(/wrong type for amount/);
    expect(() => toTip('gift')).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
  });

  it('the name is the unique one, else the nickname, else Anonymous; no name is part of an id', () => {
    expect(toTip({ ...connectorGift, uniqueId: '' })?.tipper).toBe('Grace H');
    const { userId: _u, uniqueId: _n, nickname: _k, ...nobody } = connectorGift;
    expect(toTip(nobody)).toMatchObject({ tipper: 'Anonymous', anonymous: false, id: 'tiktok:-:7137749190944230150' });
    expect(toTip({ ...nobody, uniqueId: 'grace_h' })?.id).not.toContain('grace');
  });

  it('whoever asks to stay unnamed is named nowhere', () => {
    const tip = toTip({ ...connectorGift, isAnonymous: true });
    expect(tip).toMatchObject({ tipper: 'Anonymous', anonymous: true, amount: 25 });
    expect(JSON.stringify({ ...tip, id: '' })).not.toMatch(/grace|6813181309701719999/i);
  });

  it('TT-51 TT-52 a valid tip or nothing comes of whatever is a frame, without a throw', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(1, 0, true, '1', '5', 7137749190944230000, null, {}, []));
    const keys = Object.keys({
      ...connectorGift,
      giftDetails: 0,
      user: 0,
      common: 0,
      data: 0,
      type: 0,
      event: 0,
      repeat_count: 0,
    });
    const frame = fc.dictionary(fc.constantFrom(...keys), value);
    fc.assert(
      fc.property(
        fc.oneof(
          frame,
          frame.map((data) => ({ type: 'gift', data })),
          fc.jsonValue(),
        ),
        (each) => {
          const tip = readTip(each, context);
          if (!tip || 'invalid' in tip) return;
          expect(validateNormalizedEvent(tip)).toBe(true);
          expect(tip.amount).toBeGreaterThanOrEqual(0);
          expect(tip.id.length).toBeLessThanOrEqual(128);
          expect(tip.id).toMatch(/^tiktok:-:/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('parseFrame', () => {
  it('TT-52 keeps every digit of every long id, and changes nothing else', () => {
    const text =
      '{"a":7137749190944230150,"b":[-1234567890123456789, 1e300,0.12345678901234567890],"c":"x: 7137749190944230150, \\"7137749190944230150","d":123}';
    expect(parseFrame(text)).toEqual({
      a: '7137749190944230150',
      b: ['-1234567890123456789', 1e300, 0.12345678901234568],
      c: 'x: 7137749190944230150, "7137749190944230150',
      d: 123,
    });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const small = JSON.stringify(value);
        if (!/\d{16}/.test(small)) expect(parseFrame(small)).toEqual(JSON.parse(small));
      }),
    );
    expect(parseFrame('{"cut')).toBe('{"cut');
  });
});

describe('readComment', () => {
  const wire = {
    id: 'comment-1',
    comment: 'Great stream!',
    user: { username: 'viewer1', nickname: 'Viewer One', userId: '12345' },
    timestamp: '2025-01-06T12:00:00.000Z',
    session_id: 'session-123',
  };
  it('TT-38 keeps userId as it is spelt, and reads user_id too', () => {
    expect(readComment(wire)).toEqual(wire);
    const { userId, ...user } = wire.user;
    expect(readComment({ ...wire, user: { ...user, user_id: userId } })?.user.userId).toBe('12345');
  });

  it('TT-26 may have the id 0, as number or text', () => {
    for (const id of [0, '0', 7]) expect(readComment({ ...wire, id })?.id).toBe(String(id));
  });

  it('TT-38 whatever the schema takes is read, and nothing fails', () => {
    const text = fc.oneof(fc.string(), fc.constant('x'));
    const person = fc.record({ username: text, userId: fc.jsonValue(), user_id: fc.jsonValue() }, { requiredKeys: [] });
    const any = fc.record({
      id: fc.oneof(text, fc.nat(), fc.jsonValue()),
      comment: fc.oneof(text, fc.jsonValue()),
      user: fc.oneof(person, fc.jsonValue()),
    });
    let read = 0;
    fc.assert(
      fc.property(any, (each) => {
        const comment = readComment(each);
        if (CommentSchema.safeParse(each).success && each.id !== '')
          expect(comment).toMatchObject({ comment: each.comment });
        if (comment) read += 1;
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(50);
  });

  it('TT-26 without an id, a text or a person is none', () => {
    for (const broken of [null, 'x', { ...wire, id: '' }, { ...wire, comment: 1 }, { ...wire, user: 'viewer1' }])
      expect(readComment(broken)).toBeUndefined();
  });
});
