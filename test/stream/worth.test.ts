import { expect, it, describe as suite } from 'vitest';
import { testTip } from '../../src/stream/test-tip.ts';
import { describe, worth } from '../../src/stream/worth.ts';

const token = testTip({ platform: 'chaturbate', amount: 100 });
const sub = testTip({ platform: 'twitch', unit: 'subscription', amount: 3, meta: { tier: '2000' } });

suite('worth', () => {
  it('XS-11 is the amount times the rate that the app gives', () => {
    expect(worth(token, { token: 0.05 })).toBe(5);
    expect(worth(token, { 'chaturbate:token': 0.1, token: 0.05 })).toBe(10);
    expect(worth(sub, { 'subscription:2000': 5, subscription: 2 })).toBe(15);
    expect(worth(sub, { 'twitch:subscription:2000': 6, 'twitch:subscription': 5, 'subscription:2000': 4 })).toBe(18);
    expect(worth(sub, { 'twitch:subscription': 5, 'subscription:2000': 4 })).toBe(15);
    expect(worth(token, (tip) => tip.amount / 1000)).toBe(10);
  });

  it('XS-11 is undefined, and never 0, where no rate is known', () => {
    for (const rates of [{}, { bit: 0.01 }, { 'stripchat:token': 1 }, { token: Number.NaN }, () => undefined])
      expect(worth(token, rates)).toBeUndefined();
    expect(worth({ ...token, unit: 'constructor' }, {})).toBeUndefined();
    expect(worth(token, { token: 0 })).toBe(0);
  });
});

suite('describe', () => {
  it.each([
    [{ amount: 100, unit: 'token' }, '100 tokens'],
    [{ amount: 1, unit: 'token' }, '1 token'],
    [{ amount: -1, unit: 'token' }, '-1 token'],
    [{ amount: 0, unit: 'token' }, '0 tokens'],
    [{ amount: 1.5, unit: 'diamond' }, '1.5 diamonds'],
    [{ amount: 100, unit: 'bit' }, '100 bits'],
    [{ amount: 3, unit: 'subscription', meta: { tier: '2000' } }, '3 tier-2 subs'],
    [{ amount: 1, unit: 'subscription', meta: { tier: 1 } }, '1 tier-1 sub'],
    [{ amount: 2, unit: 'subscription', meta: { tier: 'Prime' } }, '2 Prime subs'],
    [{ amount: 1, unit: 'subscription' }, '1 sub'],
    [{ amount: 5, unit: 'EUR' }, '5.00 EUR'],
    [{ amount: 500, unit: 'JPY' }, '500 JPY'],
    [{ amount: 2, unit: 'rose' }, '2 roses'],
  ])('says %o as %s', (tip, text) => {
    expect(describe(tip)).toBe(text);
  });
});
