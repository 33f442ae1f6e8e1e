import { describe, expect, it } from 'vitest';
import { real, testTip } from '../../src/stream/test-tip.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';

describe('a test tip', () => {
  it('is a whole tip that says that it is a test, with an id of its own', () => {
    const tip = testTip();
    expect(validateNormalizedEvent(tip)).toBe(true);
    expect(tip).toMatchObject({ platform: 'test', amount: 100, test: true, anonymous: false });
    expect(tip.id).toMatch(/^test:-:test-/);
    expect(testTip().id).not.toBe(tip.id);
    expect(Math.abs(tip.timestamp - Date.now() / 1000)).toBeLessThan(5);
  });

  it('is what one wants it to be, but always a test', () => {
    const tip = testTip({
      platform: 'stripchat',
      channel: 'mira',
      amount: 5,
      meta: { tier: 1 },
    });
    expect(tip).toMatchObject({ platform: 'stripchat', amount: 5, meta: { tier: 1 }, test: true });
    expect(tip.id).toMatch(/^stripchat:mira:test-/);
  });

  it('names nobody when it is anonymous', () => {
    const tip = testTip({
      tipper: 'quiet_ada',
      anonymous: true,
      tipperId: '5',
      avatarUrl: 'https://pictures.test/ada.png',
    });
    expect(tip.tipper).toBe('Anonymous');
    expect(tip).not.toHaveProperty('tipperId');
    expect(tip).not.toHaveProperty('avatarUrl');
  });

  it('is what real leaves out', () => {
    const { test: _test, ...money } = testTip();
    const tips: TipEvent[] = [testTip(), money];
    expect(tips.filter(real)).toEqual([money]);
  });
});
