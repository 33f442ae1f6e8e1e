import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { RateClass, Slot } from '../../src/core/limiter.ts';
import { createPace } from '../../src/core/pace.ts';
import { settle, testClock } from '../support/clock.ts';

const made = (rateClass: RateClass) => {
  const clock = testClock();
  const pace = createPace();
  const start = clock.now();
  const went: number[] = [];
  const slots: Slot[] = [];
  const ask = async (signal?: AbortSignal): Promise<void> => {
    slots.push(await pace.acquire('key', rateClass, { clock, signal }));
    went.push(clock.now() - start);
  };
  return { clock, pace, went, slots, ask };
};

describe('a pace', () => {
  test('EV-22 never lets more than the limit go in a window, also where several ask together', async () => {
    const { clock, went, ask } = made({ limit: 2, per: 1000 });
    for (let n = 0; n < 6; n += 1) ask();
    await clock.advance(5000);
    expect(went).toEqual([0, 0, 1000, 1000, 2000, 2000]);
    expect(clock.pending).toBe(0);
  });

  test('SC-10 with spacing lets one call go every 0.6 s and never two together', async () => {
    const { clock, went, ask } = made({ limit: 100, per: 60_000, spacing: true });
    for (let n = 0; n < 3; n += 1) ask();
    await clock.advance(5000);
    expect(went).toEqual([0, 600, 1200]);
  });

  test('EV-22 never stalls a room whose answers come at once: the second half of a generous window is spread over its length', async () => {
    const { clock, pace, went, ask } = made({ limit: 2000, per: 60_000 });
    const ended = clock.now() + 300_000;
    const busy = (async () => {
      while (clock.now() < ended) await ask();
    })();
    await clock.advance(300_000);
    await busy;
    const waits = went.map((at, index) => at - (went[index - 1] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(61);
    // More than half of what is allowed is used, and no window of a minute holds more than it may.
    expect(went.length).toBeGreaterThan(5 * 1000);
    for (let n = 2000; n < went.length; n += 1)
      expect((went[n] ?? 0) - (went[n - 2000] ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(pace.state('key')?.remaining).toBeGreaterThan(900);
  });

  test('core-11 holds everything of the key back after a 429, and tells how long', async () => {
    const { clock, pace, went, slots, ask } = made({ limit: 10, per: 1000 });
    await ask();
    slots[0]?.release(undefined, 30_000);
    ask();
    await clock.advance(29_999);
    expect(went).toEqual([0]);
    expect(pace.state('key')).toMatchObject({ remaining: 0, resetAt: clock.now() + 1, waiting: 1 });
    await clock.advance(1);
    expect(went).toEqual([0, 30_000]);
  });

  test('XS-2 headers hold a call back before upstream has to refuse it; answers without any change nothing', async () => {
    const { clock, pace, went, slots, ask } = made({ limit: 100, per: 60_000 });
    await ask();
    slots[0]?.release({ limit: 50, remaining: 1, resetAt: clock.now() + 20_000 });
    await ask();
    slots[1]?.release();
    expect(pace.state('key')).toMatchObject({ limit: 50, remaining: 1 });
    ask();
    await clock.advance(19_999);
    expect(went).toEqual([0, 0]);
    await clock.advance(1);
    expect(went).toEqual([0, 0, 20_000]);
  });

  test('core-4 an abort while waiting rejects at once with its reason, and leaves neither timer nor listener', async () => {
    const { clock, pace, ask } = made({ limit: 1, per: 1000 });
    await ask();
    const controller = new AbortController();
    const leaving = ask(controller.signal).catch((error: unknown) => error);
    await settle();
    expect(pace.state('key')?.waiting).toBe(1);
    controller.abort('enough');
    expect(await leaving).toBe('enough');
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(pace.state('key')?.waiting).toBe(0);
    expect(pace.state('unknown')).toBeUndefined();
  });

  test('a clock that is set back lengthens no wait', async () => {
    const real = testClock();
    let shift = 0;
    const clock = { now: () => real.now() + shift, after: real.after };
    const pace = createPace();
    const rateClass = { limit: 1, per: 1000, spacing: true };
    await pace.acquire('key', rateClass, { clock });
    shift = -3_600_000;
    let went = false;
    pace.acquire('key', rateClass, { clock }).then(() => {
      went = true;
    });
    await real.advance(1000);
    expect(went).toBe(true);
  });
});
