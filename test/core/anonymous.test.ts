import { describe, expect, test } from 'vitest';
import { maskAnonymous } from '../../src/core/anonymous.ts';

const name = 'shy_visitor';
const flags = ['isAnon', 'is_anon', 'isAnonymous', 'is_anonymous', 'is_stealth'];
const text = (value: unknown): string => JSON.stringify(maskAnonymous(value));

/** Events of every known shape with this name behind `flag`. */
const shapes = (flag: string, said: unknown): unknown[] => [
  {
    method: 'tip',
    object: {
      broadcaster: 'room',
      tip: { tokens: 25, [flag]: said, message: `| ${name} says hi` },
      user: { username: name, gender: 'f', hasTokens: true },
    },
  },
  { tip: { tokens: 100, from_username: name, [flag]: said } },
  { method: 'tip', object: { amount: 100, [flag]: said, from_user: { username: name, is_mod: false } } },
  { type: 'tip', amount: 50, [flag]: said, user: { username: name, id: 77 } },
  { type: 'tip', data: { tokens: 5, from: { username: name, userId: 'u-9' }, [flag]: said } },
  { type: 'tip', tipper: { username: name }, user: name, [flag]: said },
  { event_type: 'tip', tip_amount: 5, tipper: { name }, tipper_key: `key of ${name}`, [flag]: said },
  [
    27,
    { value: 1, subject_username: name, is_tip: true, [flag]: said },
    1,
    [`<b>${name.toUpperCase()}</b> tipped <b>1</b> tokens`],
  ],
];

describe('anonymous', () => {
  for (const flag of flags) {
    test(`EV-46 an event whose ${flag} is true names nobody, in any field or text`, () => {
      for (const shape of shapes(flag, true)) {
        expect(text(shape).toLowerCase(), JSON.stringify(shape)).not.toContain(name);
        expect(
          text({ nextUrl: 'https://host.test/', events: [{ user: { username: 'loud_visitor' } }, shape] }),
        ).toContain('loud_visitor');
        expect(text({ events: [shape] }).toLowerCase()).not.toContain(name);
        expect(text(JSON.stringify({ events: [shape] })).toLowerCase()).not.toContain(name);
      }
    });
  }

  test('EV-46 an event that is not anonymous stays as it is', () => {
    for (const flag of flags)
      for (const shape of shapes(flag, false)) expect(maskAnonymous({ events: [shape] })).toEqual({ events: [shape] });
  });

  test('EV-46 keeps what is no person: amount, room, note', () => {
    expect(maskAnonymous(shapes('isAnon', true)[0])).toEqual({
      method: 'tip',
      object: {
        broadcaster: 'room',
        tip: { tokens: 25, isAnon: true, message: '| Anonymous says hi' },
        user: { username: 'Anonymous' },
      },
    });
  });

  test('EV-21 a text that is no JSON names nobody at all: its flag may be what was cut off', () => {
    for (const shape of shapes('isAnon', true)) {
      const whole = JSON.stringify({ events: [shape] });
      for (let end = whole.length - 1; end > 0; end -= 1) {
        const masked = String(maskAnonymous(whole.slice(0, end)));
        const fields = masked.replace(/"message":"[^"]*|<b>[^<]*/g, '');
        expect(fields, masked).not.toContain(name);
      }
    }
    expect(maskAnonymous('<html>502 Bad Gateway</html>')).toBe('<html>502 Bad Gateway</html>');
  });

  test('EV-46 keeps ids, times and amounts as they are, also where the name is a part of them', () => {
    const plain = { id: '1767225600000-1', timestamp: '1767225600', createdAt: '1767-01-01', amount: '1767' };
    const event = {
      ...plain,
      isAnon: true,
      user: { username: '1767' },
      message: { cacheId: 'c1767', text: 'by 1767' },
    };
    expect(maskAnonymous(event)).toEqual({
      ...plain,
      isAnon: true,
      user: { username: 'Anonymous' },
      message: { cacheId: 'c1767', text: 'by Anonymous' },
    });
  });

  test('EV-46 a name that stands in a field of its own is found in the note, whatever the field holds', () => {
    for (const user of [name, { username: name }, { login: name, more: { nick: 'else' } }]) {
      const event = { type: 'tip', amount: 5, isAnon: true, user, message: `love, ${name}` };
      expect(maskAnonymous(event)).toMatchObject({ message: 'love, Anonymous' });
      expect(text(event)).not.toContain(name);
    }
    expect(maskAnonymous({ isAnon: true, nickname: { said: name, as: 'alias' }, note: `${name} alias` })).toEqual({
      isAnon: true,
      nickname: 'Anonymous',
      note: 'Anonymous Anonymous',
    });
  });

  test('EV-46 changes nothing in what it was given', () => {
    const [shape] = shapes('isAnon', true);
    const before = JSON.stringify(shape);
    maskAnonymous(shape);
    expect(JSON.stringify(shape)).toBe(before);
    for (const value of [null, undefined, 5, true]) expect(maskAnonymous(value)).toBe(value);
  });
});
