import { expect, it } from 'vitest';
import { giftTips } from '../../src/tiktok/index.ts';

/** A long evening that somebody wrote down, a streak in every ten gifts. */
const evening = Array.from({ length: 12_000 }, (_, nth) => {
  const streak = nth % 10 === 0 ? { giftType: 1, groupId: `${nth}`, repeatEnd: nth % 20 === 0 } : {};
  return {
    type: 'gift',
    data: { diamondCount: 1, msgId: `m${nth}`, user: { userId: '5', uniqueId: 'ada' }, ...streak },
  };
});
async function* slowly() {
  yield* evening;
}

it.each([
  ['a list', () => evening],
  ['a generator', slowly],
])('TT-46 a loop waits for whoever takes its gifts, and none is lost: %s', async (_, frames) => {
  const stream = giftTips(frames());
  const gaps: unknown[] = [];
  stream.on('gap', (gap) => gaps.push(gap));
  let diamonds = 0;
  for await (const { amount } of stream) {
    diamonds += amount;
    if (diamonds % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(diamonds).toBe(evening.length);
  expect(gaps).toEqual([]);
});
