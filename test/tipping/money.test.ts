import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableTokens, currencyToTokens, isOutgoing, tokensToCurrency } from '../../src/tipping/money.ts';

describe('tokens and money', () => {
  it('TP-23 100 tokens at 100 a dollar are 1 dollar, and back', () => {
    expect(tokensToCurrency(100, 100)).toBe(1);
    expect(currencyToTokens(1, 100)).toBe(100);
    expect(tokensToCurrency(0, 100)).toBe(0);
    expect(tokensToCurrency(-1234, 100)).toBe(-12.34);
  });

  it('TP-23 is exact where binary numbers are not', () => {
    expect(currencyToTokens(0.29, 100)).toBe(29);
    expect(currencyToTokens(1.005, 1000)).toBe(1005);
    expect(tokensToCurrency(1, 3)).toBe(0.33);
    expect(tokensToCurrency(2, 3)).toBe(0.67);
    expect(tokensToCurrency(1, 200)).toBe(0.01);
    expect(tokensToCurrency(-1, 200)).toBe(-0.01);
    expect(tokensToCurrency(7, 0.07)).toBe(100);
    expect(tokensToCurrency(9_007_199_254_740_991, 1e6)).toBe(9_007_199_254.74);
    expect(tokensToCurrency(5, 1e-7)).toBe(50_000_000);
    expect(tokensToCurrency(150, 1, 0)).toBe(150);
    expect(tokensToCurrency(1, 8, 3)).toBe(0.125);
  });

  it('TP-23 nothing drifts: the sum of the parts, in cents, is the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 50 }), (parts) => {
        const cents = parts.map((tokens) => Math.round(tokensToCurrency(tokens, 100) * 100));
        const whole = parts.reduce((sum, tokens) => sum + tokens, 0);
        expect(cents.reduce((sum, each) => sum + each, 0)).toBe(Math.round(tokensToCurrency(whole, 100) * 100));
      }),
    );
  });

  it('TP-23 there and back is the same number of tokens, as long as one is worth a cent', () => {
    const rates = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 99_999 }).map((n) => n / 1000),
    );
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), rates, (tokens, rate) => {
        expect(currencyToTokens(tokensToCurrency(tokens, rate), rate) + 0).toBe(tokens);
      }),
      { numRuns: 2000 },
    );
  });

  it('TP-23 is the nearest cent of the true quotient, whatever the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1, max: 1e6 }), (tokens, rate) => {
        const cents = BigInt(Math.round(tokensToCurrency(tokens, rate) * 100));
        const off = cents * BigInt(rate) - BigInt(tokens) * 100n;
        expect((off < 0n ? -off : off) * 2n <= BigInt(rate)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('TP-23 counts with numbers that are printed with an exponent', () => {
    expect(currencyToTokens(1e21, 100)).toBe(1e23);
    expect(currencyToTokens(1e21, 0.5)).toBe(5e20);
    expect(currencyToTokens(1e-7, 1e9)).toBe(100);
    expect(tokensToCurrency(1e21, 100)).toBe(1e19);
    expect(tokensToCurrency(1e21, 1e21)).toBe(1);
    expect(tokensToCurrency(5, 1e-7)).toBe(5e7);
  });

  it('TP-23 refuses digits that no currency has, and says which it takes', () => {
    for (const digits of [-1, 21, 1.5, Number.NaN])
      expect(() => tokensToCurrency(1, 100, digits)).toThrow(
        expect.objectContaining({
          code: 'VALIDATION',
          message: `tipping: digits is ${digits}; give a whole number from 0 to 20`,
        }),
      );
    expect([tokensToCurrency(150, 100, 0), tokensToCurrency(1, 3, 20)]).toEqual([2, 1 / 3]);
  });

  it('TP-23 refuses a rate or an amount that cannot be counted with', () => {
    for (const rate of [0, -1, Number.NaN])
      expect(() => tokensToCurrency(1, rate)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
    expect(() => currencyToTokens(1, Number.POSITIVE_INFINITY)).toThrow(
      expect.objectContaining({ code: 'VALIDATION' }),
    );
    expect(() => tokensToCurrency(Number.NaN, 100)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION',
        message: 'tipping: tokens is no number that can be counted with; give a finite one',
      }),
    );
  });

  it('TP-22 what went out is known by the sign of the tokens alone', () => {
    expect(isOutgoing({ amount_tokens: -100 })).toBe(true);
    expect(isOutgoing({ amount_tokens: 100 })).toBe(false);
    const line = { amount_tokens: -100, amount_currency: 1 };
    expect(isOutgoing(line)).toBe(true);
  });

  it('TP-24 what can be spent is the balance without what is reserved', () => {
    expect(availableTokens({ token_balance: 1500, reserved_balance: 100 })).toBe(1400);
  });
});
