import { systemClock } from '../core/time.ts';
import type { TipEvent } from './tip-event.ts';
import { anonymous, randomId } from './tip-wire.ts';

/**
 * A tip for trying things out: `test: true` tells it from a real one, whatever is overridden.
 *
 * @param overrides - What should differ from 100 tokens of `test_user`. With `anonymous: true` nobody is named.
 *
 * @example
 * ```ts
 * import { testTip } from 'tipstream';
 * console.log(testTip({ amount: 5 }).amount); // 5
 * ```
 */
export function testTip(overrides: Partial<TipEvent> = {}): TipEvent {
  const { platform = 'test', channel = '-' } = overrides;
  const tip: TipEvent = {
    platform,
    amount: 100,
    tipper: 'test_user',
    message: 'Test tip',
    timestamp: systemClock.now() / 1000,
    id: `${platform}:${channel}:test-${randomId()}`,
    unit: 'token',
    anonymous: false,
    ...overrides,
    test: true,
  };
  if (!tip.anonymous) return tip;
  const { tipperId: _id, avatarUrl: _picture, ...rest } = tip;
  return { ...rest, tipper: anonymous };
}

/** Whether a tip is real money: `filter(stream, real)` leaves test tips out. */
export const real = (tip: Pick<TipEvent, 'test'>): boolean => tip.test !== true;
