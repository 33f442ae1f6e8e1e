import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { createCheckpoint } from '../../src/stream/checkpoint.ts';
import { settle, testClock } from '../support/clock.ts';

/** A checkpoint whose store answers when the test says so. */
function kept() {
  const clock = testClock();
  const open: { value: unknown; answer(said?: unknown): void; refuse(error: unknown): void }[] = [];
  const written: unknown[] = [];
  const errors: string[] = [];
  const state = { value: 0, kept: 0 };
  const checkpoint = createCheckpoint({
    platform: 'pretend',
    key: 'place',
    clock,
    snapshot: () => state.value,
    kept() {
      state.kept += 1;
    },
    failed: (error) => errors.push(error.message),
    option: {
      get: () => undefined,
      delete: () => undefined,
      set: (_key, value) =>
        new Promise((resolve, reject) => {
          const answer = (said?: unknown): void => {
            written.push(value);
            resolve(said);
          };
          open.push({ value, answer, refuse: reject });
        }),
    },
  });
  return { clock, open, written, errors, state, checkpoint };
}

/** Whether a promise is through, at this moment. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false;
  void promise.then(() => {
    over = true;
  });
  await settle();
  return over;
}

describe('a checkpoint', () => {
  it('delivery-3 is flushed once the store has answered, also shortly after another write', async () => {
    const { open, written, state, checkpoint } = kept();
    state.value = 1;
    checkpoint.touch();
    open[0]?.answer();
    await settle();
    state.value = 2;
    checkpoint.touch();
    expect(open).toHaveLength(1);
    const flushed = checkpoint.flush();
    expect(await isOver(flushed)).toBe(false);
    expect(open.map(({ value }) => value)).toEqual([1, 2]);
    open[1]?.answer();
    expect(await isOver(flushed)).toBe(true);
    expect([written, state.kept]).toEqual([[1, 2], 2]);
  });

  it('delivery-3 is flushed once the store has what came while it was written, too', async () => {
    const { open, written, state, checkpoint } = kept();
    checkpoint.touch();
    const flushed = checkpoint.flush();
    for (const value of [1, 2]) {
      state.value = value;
      checkpoint.touch();
      open.at(-1)?.answer();
      expect(await isOver(flushed)).toBe(false);
    }
    open.at(-1)?.answer();
    expect(await isOver(flushed)).toBe(true);
    expect(written.at(-1)).toBe(2);
  });

  it('delivery-3 writes at most once in 250 ms, and at the end of a page at once', async () => {
    const { clock, open, state, checkpoint } = kept();
    checkpoint.touch();
    open[0]?.answer();
    await settle();
    state.value = 1;
    checkpoint.touch();
    await clock.advance(249);
    expect(open).toHaveLength(1);
    await clock.advance(1);
    expect(open).toHaveLength(2);
    open[1]?.answer();
    await settle();
    state.value = 2;
    checkpoint.touch(true);
    await settle();
    expect(open.map(({ value }) => value)).toEqual([0, 1, 2]);
    expect(checkpoint.ending).toBeDefined();
    open[2]?.answer();
    await settle();
    expect(checkpoint.ending).toBeUndefined();
    await clock.advance(seconds(10));
    expect(open).toHaveLength(3);
  });

  it('delivery-3 writes what changed while it wrote, one write at a time', async () => {
    const { clock, open, state, checkpoint } = kept();
    state.value = 1;
    checkpoint.touch();
    state.value = 2;
    checkpoint.touch();
    await clock.advance(seconds(1));
    expect(open.map(({ value }) => value)).toEqual([1]);
    open[0]?.answer();
    await clock.advance(250);
    expect(open.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('delivery-3 that fails is told, tried again after a second, and waits for the answer that is late', async () => {
    const { clock, open, errors, state, checkpoint } = kept();
    checkpoint.touch();
    open[0]?.refuse(new Error('no disk'));
    await settle();
    expect([checkpoint.failing, errors]).toEqual([
      true,
      ["pretend: the checkpoint store could not keep 'place': no disk; a crash now may lose or repeat events"],
    ]);
    await clock.advance(999);
    expect(open).toHaveLength(1);
    state.value = 1;
    await clock.advance(1);
    expect(open).toHaveLength(2);
    await clock.advance(seconds(10));
    expect(errors[1]).toContain('it did not answer in 10 s');
    // Written behind its back, the older value would come after the newer one.
    await clock.advance(seconds(5));
    expect(open).toHaveLength(2);
    open[1]?.answer();
    await clock.advance(seconds(1));
    expect(open).toHaveLength(3);
    open[2]?.answer();
    await settle();
    expect([checkpoint.failing, state.kept]).toEqual([false, 1]);
  });

  it('delivery-3 writes nothing after its end, until it is opened again', async () => {
    const { clock, open, state, checkpoint } = kept();
    const closed = checkpoint.close();
    expect(await isOver(closed)).toBe(true);
    state.value = 1;
    checkpoint.touch();
    checkpoint.touch(true);
    await clock.advance(seconds(60));
    expect(open).toEqual([]);
    checkpoint.open();
    expect(open.map(({ value }) => value)).toEqual([1]);
  });

  it('delivery-3 writes within 250 ms of a change, also when the clock was set back', async () => {
    const { clock, open, state, checkpoint } = kept();
    checkpoint.touch();
    open[0]?.answer();
    await settle();
    const now = clock.now();
    Object.assign(clock, { now: () => now - 3_600_000 });
    state.value = 1;
    checkpoint.touch();
    await clock.advance(250);
    expect(open.map(({ value }) => value)).toEqual([0, 1]);
  });

  it('delivery-3 asks a store once whose answers are queries that run whenever somebody waits for them', async () => {
    const runs: string[] = [];
    const query = (what: string): PromiseLike<unknown> => ({
      // biome-ignore lint/suspicious/noThenProperty: as a query builder does.
      then(resolve, reject) {
        runs.push(what);
        return Promise.resolve(undefined).then(resolve, reject);
      },
    });
    const checkpoint = createCheckpoint({
      platform: 'pretend',
      key: 'place',
      clock: testClock(),
      snapshot: () => 1,
      failed: () => {},
      option: { get: () => query('get'), set: () => query('set'), delete: () => query('delete') },
    });
    await checkpoint.load();
    checkpoint.touch();
    await checkpoint.flush();
    await checkpoint.forget();
    expect(runs).toEqual(['get', 'set', 'delete']);
  });
});
