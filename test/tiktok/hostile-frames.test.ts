import { describe, expect, it } from 'vitest';
import { createSource } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { parseFrame } from '../../src/tiktok/gifts/frames.ts';
import { giftTips } from '../../src/tiktok/gifts/gift-tips.ts';
import { testClock } from '../support/clock.ts';
import { connectorGift } from './frames.ts';

/** A frame of a streak, without a time. */
const frame = (count: number, end: boolean, more: object = {}): object => ({
  ...connectorGift,
  gift: undefined,
  createTime: undefined,
  timestamp: undefined,
  repeatCount: count,
  repeatEnd: end,
  msgId: `${count}${end}`,
  ...more,
});

const bench = () => {
  const clock = testClock(1_767_297_600_000);
  const source = createSource<unknown>({ platform: 'relay', clock });
  const stream = giftTips(source.stream);
  const tips: TipEvent[] = [];
  const invalid: string[] = [];
  stream.on('invalid', ({ path, code }) => invalid.push(`${path} ${code}`));
  stream.subscribe((tip) => void tips.push(tip));
  const push = (...frames: unknown[]): void => {
    for (const each of frames) void source.push(each);
  };
  return { clock, tips, invalid, push, amounts: () => tips.map(({ amount }) => amount) };
};

describe('a frame as text', () => {
  it('TT-52 is read however long it is, every digit of its ids kept', () => {
    for (const note of ['a', '\n', '"', '\\'].map((sign) => sign.repeat(6_000_000)))
      expect(parseFrame(`{"note":${JSON.stringify(note)},"msgId":7137749190944230151}`)).toEqual({
        note,
        msgId: '7137749190944230151',
      });
  });

  it('TT-52 numbers in a text of somebody stay as they are', () => {
    const said = { comment: 'x":7137749190944230151,\\"', list: ['1234567890123456789'], each: 12.5 };
    expect(parseFrame(JSON.stringify(said))).toEqual(said);
    const numbers = ['0.1234567890123456789', '12345678901234567e2', '1e0000000000000000001'];
    expect(parseFrame(`[-1234567890123456,${numbers.join()}]`)).toEqual(['-1234567890123456', ...numbers.map(Number)]);
  });

  it.each([
    ['quotes', '"'.repeat(200_001)],
    ['quotes that are escaped', '\\"'.repeat(200_000)],
    ['a string that never ends', `"${'\\\\'.repeat(200_000)}`],
    ['digits', '1'.repeat(400_000)],
    ['digits and a string', `[${'1'.repeat(400_000)}.5,"${'\\"'.repeat(200_000)}"]`],
  ])('takes no longer than it is long: %s', (_title, text) => {
    const began = performance.now();
    parseFrame(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a gift of somebody hostile, or of a relay that errs', () => {
  it('TT-50 is the same streak where its gift is now a number and now a text', () => {
    const { push, amounts } = bench();
    push(frame(2, false, { giftId: '5953' }), frame(3, true, { giftId: 5953 }), frame(3, true, { giftId: '5953' }));
    expect(amounts()).toEqual([75]);
  });

  it('TT-51 is invalid where a number cannot hold its diamonds', () => {
    const { push, amounts, invalid } = bench();
    push(
      frame(1, true, { diamondCount: 1e308, repeatCount: 1e308 }),
      frame(1, true, { diamondCount: 9e15, repeatCount: 2, giftType: 2 }),
      frame(1, true, { groupId: '7' }),
    );
    expect(amounts()).toEqual([25]);
    expect(invalid).toEqual(['repeatCount wrong type for amount', 'repeatCount wrong type for amount']);
  });

  it('TT-51 has the time of its arrival where its own is 0', () => {
    const { push, tips } = bench();
    push(
      frame(1, true, { createTime: '0' }),
      frame(1, true, { groupId: '5', createTime: 0, timestamp: 1_767_297_500_000 }),
    );
    expect(tips.map(({ timestamp }) => timestamp)).toEqual([1_767_297_600, 1_767_297_500]);
  });

  it('TT-49 swallows no later streak with a time far ahead', async () => {
    const { push, amounts, clock } = bench();
    const loose = (count: number, end: boolean, createTime: number): object =>
      frame(count, end, { groupId: undefined, msgId: undefined, createTime: String(createTime) });
    push(loose(5, true, 9e16));
    await clock.advance(5_000);
    push(loose(1, false, clock.now()), loose(2, true, clock.now()));
    // The clock of the service is an hour ahead of ours.
    await clock.advance(5_000);
    push(loose(3, false, clock.now() + 3_600_000), loose(3, true, clock.now() + 3_600_000));
    push(loose(3, true, clock.now() + 3_600_000));
    expect(amounts()).toEqual([125, 50, 75]);
  });

  it('TT-51 names nobody who asked to stay unnamed, in its id neither', () => {
    const { push, tips } = bench();
    push(frame(1, true, { isAnonymous: true }), frame(1, true, { isAnonymous: true, groupId: '7', msgId: '8' }));
    expect(tips).toHaveLength(2);
    expect(tips[0]?.id).not.toBe(tips[1]?.id);
    expect(JSON.stringify(tips)).not.toMatch(/6813181309701719999|grace/i);
  });

  it('TT-48 never fails, whatever stands where a word or number belongs', () => {
    const odd = '{"toString":1,"valueOf":1}';
    const { push, tips, invalid } = bench();
    for (const name of [
      'giftType',
      'repeatEnd',
      'giftId',
      'groupId',
      'msgId',
      'createTime',
      'giftName',
      'user',
      'gift',
    ])
      push(`{"type":"gift","data":{"diamondCount":1,"${name}":${odd}}}`);
    for (const name of ['diamondCount', 'repeatCount'])
      push(`{"type":"gift","data":{"diamondCount":1,"${name}":${odd}}}`);
    push(`{"type":${odd},"data":{"diamondCount":${odd}}}`);
    expect(tips).toHaveLength(9);
    expect(invalid).toHaveLength(3);
  });

  it('leaves prototypes alone', () => {
    const { push, tips } = bench();
    push(
      '{"type":"gift","data":{"__proto__":{"polluted":1},"diamondCount":1,"msgId":"7","user":{"__proto__":{"polluted":1},"uniqueId":"__proto__"}}}',
    );
    expect(tips).toMatchObject([{ tipper: '__proto__', amount: 1 }]);
    expect(Object.getPrototypeOf({})).not.toHaveProperty('polluted');
  });
});
