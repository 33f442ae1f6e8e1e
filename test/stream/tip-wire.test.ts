import { describe, expect, it } from 'vitest';
import * as camsoda from '../../src/camsoda/normalize.ts';
import * as chaturbate from '../../src/chaturbate/normalize.ts';
import { maskGiver } from '../../src/stream/mask-giver.ts';
import { type ReadTip, randomId, secondsOf, upstreamId } from '../../src/stream/tip-wire.ts';
import { unpack } from '../../src/stream/unpack.ts';
import * as stripchat from '../../src/stripchat/normalize.ts';
import { context } from '../support/verdict.ts';

describe('what a relay sends', () => {
  it.each([
    [{ a: 1 }, [{ a: 1 }]],
    [{ events: [1, 2] }, [1, 2]],
    [
      [{ a: 1 }, { b: 2 }],
      [{ a: 1 }, { b: 2 }],
    ],
    [[27, { a: 1 }], [[27, { a: 1 }]]],
    ['{"a":1}', [{ a: 1 }]],
    ['{}\n{"a":1}\r\n\n{ }\n[1,{}]', [{ a: 1 }, [1, {}]]],
    ['no JSON', ['no JSON']],
    [{}, [{}]],
    ['', []],
  ])('is unpacked: %j', (payload, events) => {
    expect(unpack(payload)).toEqual(events);
  });
});

describe('what is read of the wire', () => {
  it('XS-9 is an id as text or number, at most 64 characters', () => {
    expect([1625, 'a-1', '0', 0, '', null, {}, 'x'.repeat(65)].map(upstreamId)).toEqual([
      '1625',
      'a-1',
      ...Array(6).fill(undefined),
    ]);
  });

  it('XS-12 is a time that a Date can show', () => {
    expect(secondsOf(1767225600)).toBe(1767225600);
    expect(secondsOf('2026-01-01T00:00:00.250Z')).toBe(1767225600.25);
    for (const none of [0, -1, 1e300, Number.NaN, 'soon', true, null]) expect(secondsOf(none)).toBeUndefined();
  });

  it('is given a random id of letters and digits', () => {
    expect(randomId()).toMatch(/^[a-z0-9]{10,21}$/);
    expect(randomId()).not.toBe(randomId());
  });
});

describe('an amount that is written as text', () => {
  it('EV-6 is read to the last digit in the shapes of relays, and is no amount anywhere else', () => {
    const frame = (value: unknown) => camsoda.readTip([27, { value, is_tip: true, subject_username: 'lina' }], context);
    expect(frame('12.5')).toMatchObject({ amount: 12.5 });
    expect(frame('100')).toMatchObject({ amount: 100 });
    for (const text of ['1e3', '12,5', ' 5', '5 ', '0x5', '5.', '.5x']) {
      const read = frame(text);
      expect(read === undefined || 'invalid' in read, text).toBe(true);
    }
    expect(camsoda.readTip({ type: 'tip', amount: '12.5' }, context)).toMatchObject({
      invalid: 'wrong type for amount',
    });
  });
});

describe('a giver who asked to stay unnamed', () => {
  const name = 'hidden_ada';
  const user = { username: name };
  const part = { tokens: 1, message: `| hi from Hidden_Ada, ${name}!` };

  /** Every place of a flag that the shapes of the platforms know. */
  const flagged = (flag: string): [read: ReadTip, event: unknown][] => [
    [chaturbate.readTip, { method: 'tip', tip: { ...part, from_username: name, [flag]: true } }],
    [chaturbate.readTip, { method: 'tip', [flag]: true, tip: { ...part, from_username: name, is_anon: false } }],
    [
      chaturbate.readTip,
      { method: 'tip', object: { tip: { ...part, isAnon: false }, user: { ...user, [flag]: true } } },
    ],
    [chaturbate.readTip, { method: 'tip', object: { [flag]: true, tip: part, user } }],
    [chaturbate.readTip, { method: 'tip', object: { ...part, from_user: { ...user, [flag]: 1 } } }],
    [stripchat.readTip, { type: 'tip', ...part, user, tip: { [flag]: true } }],
    [stripchat.readTip, { type: 'tip', ...part, user, data: { [flag]: 'yes' } }],
    [
      stripchat.readTip,
      { id: 5, type: 'tip', [flag]: true, userData: { id: 7, ...user }, details: { amount: 1, body: part.message } },
    ],
    [camsoda.readTip, { type: 'tip', data: { ...part, from: user, [flag]: true } }],
    [camsoda.readTip, { type: 'tip', ...part, tipper: { ...user, [flag]: true }, is_anon: false }],
    [camsoda.readTip, [27, { value: 1, is_tip: true, subject_username: name, [flag]: true }, 1]],
  ];

  it.each(['isAnon', 'is_anon', 'isAnonymous', 'is_anonymous', 'is_anonymous_tip', 'is_stealth', 'IS_ANON'])(
    'EV-8 is unnamed in tips wherever %s stands, as in events',
    (flag) => {
      for (const [read, event] of flagged(flag)) {
        const tip = read(event, { id: 'a', receivedAt: 1000 });
        expect(tip, JSON.stringify(event)).toMatchObject({ tipper: 'Anonymous', anonymous: true, amount: 1 });
        expect(JSON.stringify([tip, maskGiver(event)]).toLowerCase()).not.toContain(name);
        expect(tip).not.toHaveProperty('tipperId');
      }
    },
  );

  it('CB-11 keeps the rest of the note', () => {
    const event = { method: 'tip', object: { tip: { ...part, isAnon: true }, user } };
    expect(chaturbate.toTip(event)?.message).toBe('hi from Anonymous, Anonymous!');
    const deep = { ...event, deep: JSON.parse('['.repeat(9000) + ']'.repeat(9000)) };
    expect(chaturbate.toTip(deep)).toMatchObject({ tipper: 'Anonymous', message: '' });
  });

  it('CB-11 a flag that is off hides nobody', () => {
    for (const off of [false, 0, null, 'false', ''])
      expect(
        chaturbate.toTip({ isAnon: off, object: { is_anon: off, tip: part, user: { ...user, is_stealth: off } } })
          ?.tipper,
      ).toBe(name);
  });
});
