import { expect, it } from 'vitest';
import { createSource } from '../../src/stream/source.ts';
import { giftTips } from '../../src/tiktok/gifts/gift-tips.ts';
import { testClock } from '../support/clock.ts';
import { connectorGift } from './frames.ts';

it.each(['without times', 'with times'])(
  'TT-49 TT-50 an end that counts fewer than a streak before it is not its end, where no group says so: %s',
  async (how) => {
    const clock = testClock(1_767_297_600_000);
    const source = createSource<unknown>({ platform: 'relay', clock });
    const amounts: number[] = [];
    giftTips(source.stream, { quiet: 5_000 }).subscribe(({ amount }) => void amounts.push(amount));
    let nth = 0;
    const push = (repeatCount: number, repeatEnd: boolean): void => {
      nth += 1;
      const at = how === 'with times' ? String(clock.now()) : undefined;
      const ids = { groupId: undefined, msgId: String(nth), createTime: at, timestamp: undefined };
      void source.push({ ...connectorGift, ...ids, diamondCount: 1, repeatCount, repeatEnd });
    };
    // Its end is lost, and of the next gift the first frame.
    push(5, false);
    await clock.advance(3_000);
    push(1, true);
    expect(amounts).toEqual([5, 1]);
    await clock.advance(10_000);
    push(7, false);
    await clock.advance(5_000);
    push(2, true);
    expect(amounts).toEqual([5, 1, 7, 2]);
    // An end that came late adds what is missing.
    await clock.advance(10_000);
    push(3, false);
    await clock.advance(5_000);
    push(4, true);
    expect(amounts).toEqual([5, 1, 7, 2, 3, 1]);
  },
);
