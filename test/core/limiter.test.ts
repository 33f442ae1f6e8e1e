import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import { createLimiter, type RateClass, type Slot } from '../../src/core/limiter.ts';
import { settle, testClock } from '../support/clock.ts';

/** The most calls in any window of this length, its end excluded. */
const busiest = (times: readonly number[], per: number): number =>
  Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + per - 0.01).length));

/** Asks `count` times at once and notes who went when. */
const ask = (count: number, rateClass: RateClass, limiter = createLimiter(), clock = testClock()) => {
  const went: { who: number; at: number; slot: Slot }[] = [];
  for (let who = 0; who < count; who += 1)
    limiter.acquire('key', rateClass, { clock }).then((slot) => went.push({ who, at: clock.now(), slot }));
  return { limiter, clock, went };
};

const rejected = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
};

describe('limiter', () => {
  test('core-11 never sends more than the limit in any window, in the order of asking', async () => {
    const classes = fc.record({
      limit: fc.integer({ min: 1, max: 8 }),
      per: fc.integer({ min: 50, max: 5000 }),
      spacing: fc.boolean(),
    });
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 2000 }), calls: fc.integer({ min: 0, max: 6 }) }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(classes, steps, async (rateClass, work) => {
        const clock = testClock();
        const limiter = createLimiter({ clock });
        const went: { who: number; at: number }[] = [];
        let asked = 0;
        for (const { wait, calls } of work) {
          await clock.advance(wait);
          for (let call = 0; call < calls; call += 1) {
            const who = asked++;
            limiter.acquire('key', rateClass, { clock }).then(() => went.push({ who, at: clock.now() }));
          }
        }
        await clock.advance((asked + 1) * rateClass.per);
        expect(went.map(({ who }) => who)).toEqual(Array.from({ length: asked }, (_, who) => who));
        const times = went.map(({ at }) => at);
        expect(busiest(times, rateClass.per)).toBeLessThanOrEqual(rateClass.limit);
        if (rateClass.spacing) expect(busiest(times, rateClass.per / rateClass.limit)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  test('SC-10 spacing lets one call go every 0.6 s and never two together', async () => {
    const { clock, went } = ask(4, { limit: 100, per: 60_000, spacing: true });
    const start = clock.now();
    await clock.advance(5000);
    expect(went.map(({ at }) => at - start)).toEqual([0, 600, 1200, 1800]);
  });

  test('a bucket of 10/s with burst 20 lets 69 or 70 of 70 pass in 5 s', async () => {
    const { clock, went } = ask(100, { kind: 'bucket', limit: 10, per: 1000, burst: 20 });
    await clock.advance(0);
    expect(went).toHaveLength(20);
    await clock.advance(5000);
    expect(went.length).toBeGreaterThanOrEqual(69);
    expect(went.length).toBeLessThanOrEqual(70);
    expect(went.map(({ who }) => who)).toEqual(went.map((_, index) => index));
  });

  test('a bucket that counts answered calls never overruns an upstream that gets them late', async () => {
    const delays = fc.record({ there: fc.integer({ min: 0, max: 900 }), back: fc.integer({ min: 0, max: 900 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(delays, { minLength: 30, maxLength: 60 }), async (calls) => {
        const clock = testClock();
        const limiter = createLimiter({ clock });
        let level = 5;
        let since = clock.now();
        let least = level;
        let answered = 0;
        calls.forEach(async ({ there, back }) => {
          const rateClass: RateClass = { kind: 'bucket', limit: 10, per: 1000, burst: 5, counts: 'answered' };
          const slot = await limiter.acquire('key', rateClass, { clock });
          await new Promise<void>((resolve) => clock.after(there, resolve));
          level = Math.min(5, level + (clock.now() - since) / 100) - 1;
          since = clock.now();
          least = Math.min(least, level);
          await new Promise<void>((resolve) => clock.after(back, resolve));
          slot.release();
          answered += 1;
        });
        await clock.advance(60_000);
        expect(answered).toBe(calls.length);
        expect(least).toBeGreaterThan(-0.001);
      }),
      { numRuns: 10 },
    );
  });

  test('a bucket that counts answered calls goes on after 3 s without a word, and is as fast as any when answers are quick', async () => {
    const rateClass: RateClass = { kind: 'bucket', limit: 10, per: 1000, burst: 2, counts: 'answered' };
    const { clock, went } = ask(4, rateClass);
    await clock.advance(2900);
    expect(went).toHaveLength(2);
    await clock.advance(200);
    expect(went).toHaveLength(4);
    const quick = testClock();
    const limiter = createLimiter();
    let sent = 0;
    for (let call = 0; call < 30; call += 1)
      limiter.acquire('key', { ...rateClass, burst: 20 }, { clock: quick }).then((slot) => {
        sent += 1;
        slot.release();
      });
    await quick.advance(0);
    expect(sent).toBe(20);
    await quick.advance(500);
    expect(sent).toBe(25);
  });

  test('sets no timer unless someone waits, and leaves none', async () => {
    const { clock, limiter } = ask(2, { limit: 2, per: 1000 });
    await settle();
    expect(clock.delays).toEqual([]);
    for (let more = 0; more < 5; more += 1) limiter.acquire('key', { limit: 2, per: 1000 }, { clock });
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  test('in workerd, where timers die with the request that set them, nobody waits for ever', async () => {
    const rateClass = { limit: 1, per: 1000 };
    const clock = testClock();
    const dead = new Set<string>();
    let current = '';
    const request = (name: string) => ({
      now: clock.now,
      after: (ms: number, run: () => void) => {
        const owner = current || name;
        return clock.after(ms, () => {
          if (dead.has(owner)) return;
          current = owner;
          run();
          current = '';
        });
      },
    });
    // One lane keeps the clock of whoever came first; who sets a timer is told by `current`.
    const limiter = createLimiter({ clock: request('first') });
    const went: string[] = [];
    const begin = (name: string): void => {
      current = name;
      limiter.acquire('key', rateClass, { clock }).then(() => went.push(name));
      current = '';
    };
    for (const name of ['a', 'b', 'c', 'd']) begin(name);
    await clock.advance(500);
    dead.add('a');
    dead.add('b');
    await clock.advance(1500);
    begin('e');
    await clock.advance(10_000);
    expect(went.filter((name) => !dead.has(name)).slice(0, 3)).toEqual(['c', 'd', 'e']);
  });

  test('in workerd, calls that died without a word are not counted as under way for ever', async () => {
    const { clock, limiter, went } = ask(5, { limit: 10, per: 1000 });
    await clock.advance(180_000);
    const slot = await limiter.acquire('key', { limit: 10, per: 1000 }, { clock });
    slot.release({ remaining: 3, resetAt: clock.now() + 60_000 });
    expect(went).toHaveLength(5);
    expect(limiter.state('key')?.remaining).toBe(3);
    const { went: next } = ask(3, { limit: 10, per: 1000 }, limiter, clock);
    await settle();
    expect(next).toHaveLength(3);
  });

  test('core-4 an abort in the queue rejects with its reason, gives the place on, and leaves neither timer nor listener', async () => {
    const { clock, limiter, went } = ask(1, { limit: 1, per: 1000 });
    const controller = new AbortController();
    const leaving = limiter.acquire('key', { limit: 1, per: 1000 }, { clock, signal: controller.signal });
    limiter
      .acquire('key', { limit: 1, per: 1000 }, { clock })
      .then((slot) => went.push({ who: 2, at: clock.now(), slot }));
    const reason = new Error('changed my mind');
    controller.abort(reason);
    expect(await rejected(leaving)).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await clock.advance(1000);
    expect(went.map(({ who }) => who)).toEqual([0, 2]);
    expect(clock.pending).toBe(0);
    expect(await rejected(limiter.acquire('key', { limit: 1, per: 1000 }, { clock, signal: controller.signal }))).toBe(
      reason,
    );
  });

  test('core-4 the last one to leave the queue leaves no timer, by an abort or by a refusal', async () => {
    const { clock, limiter, went } = ask(1, { limit: 1, per: 1000 });
    const controller = new AbortController();
    const leaving = limiter.acquire('key', { limit: 1, per: 1000 }, { clock, signal: controller.signal });
    controller.abort();
    await rejected(leaving);
    expect(clock.pending).toBe(0);
    const { signal } = new AbortController();
    const refused = rejected(limiter.acquire('key', { limit: 1, per: 1000 }, { clock, signal, maxWait: 5000 }));
    await settle();
    went[0]?.slot.release(undefined, 30_000);
    await refused;
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('tells how many calls could go at once, by headers as long as they are news', async () => {
    const { clock, limiter, went } = ask(1, { kind: 'bucket', limit: 10, per: 1000, burst: 20 });
    await settle();
    expect(limiter.state('key')).toEqual({ limit: 10, remaining: 19, waiting: 0 });
    went[0]?.slot.release({ limit: 800, remaining: 12 });
    await clock.advance(999);
    expect(limiter.state('key')).toEqual({ limit: 800, remaining: 12, waiting: 0 });
    await clock.advance(1);
    expect(limiter.state('key')).toEqual({ limit: 10, remaining: 20, waiting: 0 });
    expect(limiter.state('unknown')).toBeUndefined();
  });

  test('core-5 a signal used for 1,000 calls keeps no listener', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    const { signal } = new AbortController();
    const calls = Array.from({ length: 1000 }, () =>
      limiter.acquire('key', { limit: 100, per: 1000 }, { clock, signal }),
    );
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
    await clock.advance(10_000);
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('core-6 a wait beyond the deadline is refused at once, saying how long and how to share', async () => {
    const { clock, limiter } = ask(2, { limit: 1, per: 10_000 });
    const error = await rejected(limiter.acquire('key', { limit: 1, per: 10_000 }, { clock, maxWait: 15_000 }));
    if (!isTipstreamError(error, 'RATE_LIMITED')) throw error;
    expect(error.retryAfterMs).toBe(20_000);
    expect(error.sent).toBe('no');
    expect(error.message).toContain('createLimiter()');
    expect(limiter.state('key')?.waiting).toBe(1);
  });

  test('core-6 a 429 that comes while a call waits refuses it at once, if it can no longer go in time', async () => {
    const { clock, limiter, went } = ask(1, { limit: 1, per: 1000 });
    const short = rejected(limiter.acquire('key', { limit: 1, per: 1000 }, { clock, maxWait: 5000 }));
    let patient = false;
    limiter.acquire('key', { limit: 1, per: 1000 }, { clock }).then(() => {
      patient = true;
    });
    await settle();
    went[0]?.slot.release(undefined, 30_000);
    const error = await short;
    if (!isTipstreamError(error, 'RATE_LIMITED')) throw error;
    expect(error.retryAfterMs).toBe(30_000);
    await clock.advance(29_999);
    expect(patient).toBe(false);
    await clock.advance(1);
    expect(patient).toBe(true);
  });

  test('core-11 one 429 holds back everything queued under its key, and nothing else', async () => {
    const { clock, limiter, went } = ask(3, { limit: 1, per: 100 });
    await settle();
    went[0]?.slot.release({ remaining: 0 }, 30_000);
    let other = false;
    limiter.acquire('other', { limit: 1, per: 100 }, { clock }).then(() => {
      other = true;
    });
    await clock.advance(29_999);
    expect(other).toBe(true);
    expect(went).toHaveLength(1);
    expect(limiter.state('key')).toMatchObject({ remaining: 0, resetAt: clock.now() + 1, waiting: 2 });
    await clock.advance(101);
    expect(went).toHaveLength(3);
  });

  test('core-11 clients that share a limiter keep the limit together', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    const { went } = ask(3, { limit: 4, per: 1000 }, limiter, clock);
    const { went: others } = ask(3, { limit: 4, per: 1000 }, limiter, clock);
    await settle();
    expect(went.length + others.length).toBe(4);
  });

  test('answers without any header do not stall the queue', async () => {
    const { clock, went } = ask(10, { limit: 2, per: 100 });
    const releasing = async (): Promise<void> => {
      await settle();
      for (const { slot } of went) slot.release(undefined);
    };
    for (let turn = 0; turn < 5; turn += 1) {
      await releasing();
      await clock.advance(100);
    }
    expect(went).toHaveLength(10);
  });

  test('a first call that fails, or is never released, does not stall the others', async () => {
    const { clock, went } = ask(10, { limit: 1, per: 100 });
    await clock.advance(900);
    expect(went).toHaveLength(10);
  });

  test('a 429 without any hint does not become a hot loop', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    let sent = 0;
    const loop = async (): Promise<void> => {
      for (;;) {
        const slot = await limiter.acquire('key', { kind: 'bucket', limit: 10, per: 1000, burst: 20 }, { clock });
        sent += 1;
        slot.release({ remaining: 0 });
      }
    };
    loop();
    await clock.advance(1000);
    expect(sent).toBeLessThanOrEqual(11);
    expect(sent).toBeGreaterThan(5);
  });

  test('XS-2 headers hold calls back before upstream has to refuse one', async () => {
    const { clock, limiter, went } = ask(1, { limit: 100, per: 60_000 });
    await settle();
    const resetAt = clock.now() + 20_000;
    went[0]?.slot.release({ limit: 100, remaining: 1, resetAt });
    expect(limiter.state('key')).toEqual({ limit: 100, remaining: 1, resetAt, waiting: 0 });
    ask(2, { limit: 100, per: 60_000 }, limiter, clock);
    await clock.advance(19_000);
    expect(limiter.state('key')?.waiting).toBe(1);
    await clock.advance(1000);
    expect(limiter.state('key')).toMatchObject({ waiting: 0, remaining: 97 });
  });

  test('XS-2 calls that are still under way are taken off what the headers say is left', async () => {
    const { limiter, went, clock } = ask(5, { limit: 100, per: 60_000 });
    await settle();
    went[0]?.slot.release({ remaining: 4, resetAt: clock.now() + 1000 });
    const { went: next } = ask(1, { limit: 100, per: 60_000 }, limiter, clock);
    await settle();
    expect(next).toHaveLength(0);
    await clock.advance(1000);
    expect(next).toHaveLength(1);
  });

  test('a second release changes nothing', async () => {
    const { limiter, went, clock } = ask(1, { limit: 5, per: 1000 });
    await settle();
    went[0]?.slot.release();
    went[0]?.slot.release({ remaining: 0 }, 60_000);
    const { went: next } = ask(1, { limit: 5, per: 1000 }, limiter, clock);
    await settle();
    expect(next).toHaveLength(1);
  });

  test('a clock that is set back lengthens no wait', async () => {
    const real = testClock();
    let shift = 0;
    const clock = { now: () => real.now() + shift, after: real.after };
    const limiter = createLimiter();
    await limiter.acquire('key', { limit: 1, per: 1000 }, { clock });
    shift = -3_600_000;
    let went = false;
    limiter.acquire('key', { limit: 1, per: 1000 }, { clock }).then(() => {
      went = true;
    });
    await real.advance(1000);
    expect(went).toBe(true);
  });

  test('forgets keys that nothing is known of any more, and no other', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    await limiter
      .acquire('held', { limit: 1, per: 1000 }, { clock })
      .then((slot) => slot.release(undefined, 3_600_000));
    for (let key = 0; key < 99; key += 1)
      await limiter.acquire(`key ${key}`, { limit: 1, per: 1000 }, { clock }).then((slot) => slot.release());
    await clock.advance(2000);
    await limiter.acquire('new', { limit: 1, per: 1000 }, { clock });
    expect(limiter.state('key 3')).toBeUndefined();
    expect(limiter.state('held')?.remaining).toBe(0);
  });

  test('XS-2 an answer that says nothing of limits makes nothing last longer that an earlier one said', async () => {
    const { limiter, clock, went } = ask(2, { limit: 100, per: 1000 });
    await settle();
    const [first, second] = went;
    first?.slot.release({ limit: 7, remaining: 3 });
    await clock.advance(999);
    expect(limiter.state('key')).toMatchObject({ limit: 7, remaining: 3 });
    second?.slot.release();
    await clock.advance(1);
    expect(limiter.state('key')).toMatchObject({ limit: 100, remaining: 100 });
  });
});
