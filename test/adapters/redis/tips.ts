import { type TipEvent, testTip } from '../../../src/index.ts';

/** Tips with the ids `{name}-{from}` and so on. */
export const tipsOf = (count: number, name = 'tip', from = 0): TipEvent[] =>
  Array.from({ length: count }, (_, index) =>
    testTip({ platform: 'my-shop', id: `my-shop:-:${name}-${from + index}`, amount: from + index + 1 }),
  );
