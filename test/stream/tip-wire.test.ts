import { describe, expect, it } from 'vitest';
import { randomId, secondsOf, unpack, upstreamId } from '../../src/stream/tip-wire.ts';

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
