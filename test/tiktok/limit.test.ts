import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/tiktok/avatars/gate.ts';
import { createLimit, unlessAborted } from '../../src/tiktok/avatars/limit.ts';
import { settle, testClock } from '../support/clock.ts';

const bench = () => {
  const clock = testClock();
  const ended = new AbortController();
  return {
    clock,
    ended,
    limit: createLimit(clock, ended.signal),
    left: () => getEventListeners(ended.signal, 'abort').length + clock.pending,
  };
};

describe('createLimit', () => {
  it('gives what comes in time, and leaves nothing behind', async () => {
    const { limit, left } = bench();
    expect(await limit(1000, async () => 5)).toBe(5);
    await expect(limit(1000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limit(1000, async () => expect.fail('at once'))).rejects.toThrow('at once');
    expect(left()).toBe(0);
  });

  it('ends what takes longer, tells it so, and does not wait for it', async () => {
    const { limit, clock, left } = bench();
    let told: AbortSignal | undefined;
    const result = limit(1000, (signal) => {
      told = signal;
      return new Promise(() => {});
    }).catch((error) => error.code);
    await clock.advance(999);
    expect(told?.aborted).toBe(false);
    await clock.advance(1);
    expect([await result, told?.aborted, left()]).toEqual(['TIMEOUT', true, 0]);
  });

  it('ends everything with its signal, and begins nothing after it', async () => {
    const { limit, ended, left } = bench();
    const result = limit(1000, () => new Promise(() => {})).catch((error) => error);
    const reason = new Error('closed');
    ended.abort(reason);
    expect(await result).toBe(reason);
    let begun = false;
    await expect(
      limit(1000, async () => {
        begun = true;
      }),
    ).rejects.toBe(reason);
    expect([begun, left()]).toEqual([false, 0]);
  });
});

describe('unlessAborted', () => {
  it('waits as long as nobody says not to, and leaves no listener', async () => {
    const controller = new AbortController();
    expect(await unlessAborted(Promise.resolve(5), controller.signal)).toBe(5);
    expect(await unlessAborted(Promise.resolve(5), undefined)).toBe(5);
    await expect(unlessAborted(Promise.reject(new Error('no')), controller.signal)).rejects.toThrow('no');
    await settle();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    const waiting = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('createGate', () => {
  it('lets so many in, the others in their order, whatever becomes of those before', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((nth) =>
      gate(async () => {
        order.push(nth);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (nth === 0) throw new Error('no');
        return nth;
      }).catch(() => 'failed'),
    );
    await settle();
    expect(order).toEqual([0, 1]);
    ends[1]?.();
    await settle();
    expect(order).toEqual([0, 1, 2]);
    ends[0]?.();
    await settle();
    expect(order).toEqual([0, 1, 2, 3]);
    for (const end of ends) end();
    expect(await Promise.all(all)).toEqual(['failed', 1, 2, 3]);
    expect(await gate(async () => 'again')).toBe('again');
  });
});
