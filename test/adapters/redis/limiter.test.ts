import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/time.ts';
import type { Limiter, RateClass, Slot } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { call, limitersOn, twoOn } from './limiters.ts';
import { mostIn, redisServer } from './support.ts';

const server = redisServer();
const clock = systemClock;
const now = (): number => performance.now();
const window: RateClass = { limit: 5, per: 200 };

const limiters = limitersOn(server);
const two = twoOn(server);

describe.skipIf(isLeftOut('Redis'))('a limiter over Redis', () => {
  it('lets never more through than the limit in any window, over several limiters', async () => {
    const rate: RateClass = { limit: 20, per: 250 };
    const times: number[] = [];
    const all = await limiters(4);
    await Promise.all(
      Array.from({ length: 80 }, async (_, index) =>
        times.push(...(await call(all[index % 4] as Limiter, 'window', rate, 1))),
      ),
    );
    expect(mostIn(times, rate.per)).toBeLessThanOrEqual(20);
  });

  it('counts a call that is long on its way when it is answered: it may have arrived just now', async () => {
    const [one, other] = await two();
    const slots: Slot[] = [];
    for (let index = 0; index < 5; index += 1) slots.push(await one.acquire('slow', window, { clock }));
    const sent = now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const slot of slots) slot.release();
    await call(other, 'slow', window, 1);
    expect(now() - sent).toBeGreaterThanOrEqual(100 + window.per);
  });

  it('spaces calls evenly over all processes', async () => {
    const rate: RateClass = { limit: 20, per: 1000, spacing: true };
    const all = await limiters(3);
    const began = now();
    const times = (await Promise.all(all.map((limiter) => call(limiter, 'spaced', rate, 4)))).flat();
    // Each is one of a row, whoever it belongs to: a machine that is busy makes it later, never earlier.
    times.sort((a, b) => a - b);
    expect(times.filter((at, index) => at - began < index * 50)).toEqual([]);
  });

  it('keeps one bucket for all: the burst goes once, then as many as come back', async () => {
    const rate: RateClass = { limit: 50, per: 1000, kind: 'bucket', burst: 10 };
    const began = now();
    const [one, other] = await two();
    const times = (await Promise.all([call(one, 'bucket', rate, 15), call(other, 'bucket', rate, 15)])).flat();
    // 30 less the burst of 10, at 20 ms each.
    expect(Math.max(...times) - began).toBeGreaterThanOrEqual(19 * 20);
    expect(times.filter((at) => at < began + 15).length).toBeLessThanOrEqual(11);
  });

  it('counts the calls of a bucket that is exact when they are answered', async () => {
    const rate: RateClass = { limit: 10, per: 1000, kind: 'bucket', burst: 2, counts: 'answered' };
    const [one, other] = await two();
    const first = await one.acquire('answered', rate, { clock });
    const second = await other.acquire('answered', rate, { clock });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const answered = now();
    first.release();
    second.release();
    await call(one, 'answered', rate, 1);
    expect(now() - answered).toBeGreaterThanOrEqual(95);
  });

  it('is first come, first served within a process', async () => {
    const [one] = await two();
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        (await one.acquire('order', window, { clock })).release();
        order.push(index);
      }),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});
