import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type CheckpointStore, memoryStore } from '../../src/stream/checkpoint-store.ts';
import { merge } from '../../src/stream/merge.ts';
import { type PollTipsOptions, pollTips } from '../../src/stream/poll-tips.ts';
import { createSource } from '../../src/stream/source.ts';
import { type Tally, type TallyOptions, tally } from '../../src/stream/tally.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { settle, type TestClock, testClock } from '../support/clock.ts';
import { heard, tip } from '../support/stream.ts';

/** Tips by push, without a memory of their own: a re-delivery reaches the tally. */
function stage(options: TallyOptions = {}) {
  const clock = testClock();
  const source = createSource<TipEvent>({ platform: 'stage', clock });
  const stream = tally(source.stream, options);
  const taken: string[] = [];
  return {
    clock,
    source,
    stream,
    taken,
    async send(...tips: TipEvent[]) {
      for (const each of tips) void source.push(each).then(() => taken.push(each.id));
      await settle();
    },
  };
}

const watch = (stream: ReturnType<typeof stage>['stream']): Tally[] => {
  const seen: Tally[] = [];
  stream.subscribe((each) => void seen.push(each));
  return seen;
};

/** A store that fails on demand and says what is written. */
function shakyStore() {
  const values = new Map<string, unknown>();
  const written: unknown[] = [];
  const state = { broken: false, open: [] as (() => void)[], slow: false };
  const store: CheckpointStore = {
    get: (key) => {
      if (state.broken) throw new Error('no disk');
      return values.get(key);
    },
    async set(key, value) {
      const copy = structuredClone(value);
      if (state.slow) await new Promise<void>((resolve) => state.open.push(resolve));
      if (state.broken) throw new Error('no disk');
      written.push(copy);
      values.set(key, copy);
    },
    delete: (key) => values.delete(key),
  };
  return { store, values, written, state };
}

describe('tally', () => {
  it('counts tips, sums by platform and unit, and names who gave most', async () => {
    const { stream, send } = stage();
    const seen = watch(stream);
    await send(
      tip(1, { tipper: 'ada', amount: 5 }),
      tip(2, { tipper: 'bea', amount: 7 }),
      tip(3, { tipper: 'ada', amount: 4 }),
      tip(4, { tipper: 'ada', platform: 'hall', unit: 'bit', amount: 100 }),
    );
    expect(seen.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
    expect(seen.at(-1)).toEqual({
      count: 4,
      totals: { 'stage:token': 16, 'hall:bit': 100 },
      top: [
        { platform: 'hall', unit: 'bit', tipper: 'ada', amount: 100, count: 1 },
        { platform: 'stage', unit: 'token', tipper: 'ada', amount: 9, count: 2 },
        { platform: 'stage', unit: 'token', tipper: 'bea', amount: 7, count: 1 },
      ],
    });
  });

  it('with rates ranks by worth, and says what all is worth as far as they know', async () => {
    const { stream, send } = stage({ rates: { token: 0.1, bit: 0.01 }, top: 2 });
    const seen = watch(stream);
    await send(
      tip(1, { tipper: 'ada', amount: 5 }),
      tip(2, { tipper: 'bea', unit: 'bit', amount: 40 }),
      tip(3, { tipper: 'cyd', unit: 'rose', amount: 1_000 }),
      tip(4, { tipper: 'ada', amount: 1 }),
    );
    expect(seen.at(-1)?.top.map(({ tipper, worth }) => [tipper, worth])).toEqual([
      ['ada', 0.6],
      ['bea', 0.4],
    ]);
    expect(seen.at(-1)?.worth).toBe(1);
  });

  it('sums unnamed people, and never names or stores one, nor an id that belongs to one', async () => {
    const { store, written } = shakyStore();
    const { stream, send } = stage({ store });
    const seen = watch(stream);
    await send(
      tip(1, { tipper: 'Anonymous' }),
      tip(2, { tipper: 'the-real-name', tipperId: 'real-id', anonymous: true }),
    );
    expect(seen.at(-1)).toMatchObject({ count: 2, totals: { 'stage:token': 20 }, top: [] });
    expect(JSON.stringify([seen, written])).not.toMatch(/real|Anonymous/);
  });

  it('knows a person by the id, where there is one, and shows the latest name', async () => {
    const { stream, send } = stage();
    const seen = watch(stream);
    await send(
      tip(1, { tipper: 'ada', tipperId: '7' }),
      tip(2, { tipper: 'ada-l', tipperId: '7' }),
      tip(3, { tipper: '7' }),
    );
    expect(seen.at(-1)?.top.map(({ tipper, amount }) => [tipper, amount])).toEqual([
      ['ada-l', 20],
      ['7', 10],
    ]);
  });

  it('after a refund the next one comes in', async () => {
    const { stream, send } = stage({ top: 1 });
    const seen = watch(stream);
    await send(
      tip(1, { tipper: 'ada', amount: 9 }),
      tip(2, { tipper: 'bea', amount: 8 }),
      tip(3, { tipper: 'ada', amount: -5 }),
    );
    expect(seen.map(({ top }) => top[0]?.tipper)).toEqual(['ada', 'ada', 'bea']);
  });

  it('does not count test tips, which are taken', async () => {
    const { stream, send, taken } = stage();
    const seen = watch(stream);
    await send(tip(1, { test: true }));
    expect(seen).toEqual([]);
    expect(taken).toHaveLength(1);
  });

  it('delivery-1 a tip that is delivered again changes nothing', async () => {
    const { stream, send, taken } = stage();
    const seen = watch(stream);
    await send(tip(1), tip(1));
    expect(seen.map(({ count }) => count)).toEqual([1]);
    expect(taken).toHaveLength(2);
    expect(stream.stats().duplicates).toBe(1);
  });

  it('tells a newcomer at once what there is, and nothing when there is nothing', async () => {
    const { stream, send } = stage();
    const first = watch(stream);
    expect(first).toEqual([]);
    await send(tip(1));
    const second = watch(stream);
    await settle();
    expect(second.map(({ count }) => count)).toEqual([1]);
    expect(first.map(({ count }) => count)).toEqual([1]);
    const begun = watch(stage({ initial: { count: 3, totals: { 'stage:token': 30 }, top: [] } }).stream);
    await settle();
    expect(begun).toMatchObject([{ count: 3 }]);
  });

  it('delivery-1 with a store, a tip is taken once a tally that includes it is written, a page in one write', async () => {
    const { store, written, state } = shakyStore();
    state.slow = true;
    const { stream, send, taken, clock } = stage({ store });
    const seen = watch(stream);
    await send(tip(1), tip(2));
    expect(seen.map(({ count }) => count)).toEqual([1, 2]);
    await send(tip(3));
    expect(state.open).toHaveLength(1);
    expect(taken).toEqual([]);
    state.open.shift()?.();
    await settle();
    expect(written).toMatchObject([{ sum: { count: 2 }, ids: [tip(1).id, tip(2).id] }]);
    expect(taken).toEqual([tip(1).id, tip(2).id]);
    // One write at a time, and one in 250 ms.
    await clock.advance(249);
    expect(state.open).toHaveLength(0);
    await clock.advance(1);
    state.open.shift()?.();
    await settle();
    expect(taken).toHaveLength(3);
  });

  it('delivery-1 a new process goes on with the stored tally, and counts nothing twice that is delivered again', async () => {
    const store = memoryStore();
    const before = stage({ store });
    watch(before.stream);
    await before.send(tip(1, { tipper: 'ada' }), tip(2, { tipper: 'bea', amount: 30 }));
    await before.stream.close();
    const after = stage({ store });
    const seen = watch(after.stream);
    await after.send(tip(2, { tipper: 'bea', amount: 30 }), tip(3, { tipper: 'ada' }));
    expect(seen.map(({ count }) => count)).toEqual([2, 3]);
    expect(seen.map(({ totals }) => totals['stage:token'])).toEqual([40, 50]);
    expect(seen.at(-1)?.top.map(({ tipper, amount }) => [tipper, amount])).toEqual([
      ['bea', 30],
      ['ada', 20],
    ]);
    await after.stream.close();
    expect(after.taken).toHaveLength(2);
    expect(after.clock.pending).toBe(0);
  });

  it('delivery-1 with a store, a tip that is in what is written already is taken at once, without another write', async () => {
    const { store, written } = shakyStore();
    const { stream, send, taken, clock } = stage({ store });
    watch(stream);
    await send(tip(1));
    await clock.advance(1_000);
    expect([written.length, taken]).toEqual([1, [tip(1).id]]);
    await send(tip(1));
    expect(taken).toEqual([tip(1).id, tip(1).id]);
    await clock.advance(60_000);
    expect(written).toHaveLength(1);
  });

  it('goes on with what all is worth, and with who gave most, as they were stored', async () => {
    const store = memoryStore();
    const rates = { token: 0.1, bit: 0.01 };
    const gave = [tip(1, { tipper: 'ada', unit: 'bit', amount: 500 }), tip(2, { tipper: 'bea', amount: 30 })];
    const before = stage({ store, rates, top: 1 });
    watch(before.stream);
    await before.send(...gave);
    await before.stream.close();
    const after = stage({ store, rates, top: 1 });
    const seen = watch(after.stream);
    await after.send(tip(3, { tipper: 'bea', amount: 30 }));
    expect(seen.map(({ worth, top }) => [worth, top.map(({ tipper }) => tipper)])).toEqual([
      [8, ['ada']],
      [11, ['bea']],
    ]);
    await after.stream.close();
  });

  it('delivery-3 while the store fails nothing is taken; an error STORE says so; once it works all is taken', async () => {
    const { store, state } = shakyStore();
    state.broken = true;
    const { stream, send, taken, clock } = stage({ store });
    const seen = watch(stream);
    const errors = heard(stream, 'error');
    await send(tip(1));
    expect(seen).toEqual([]);
    expect(errors).toMatchObject([{ code: 'STORE', message: expect.stringContaining('no disk') }]);
    state.broken = false;
    await clock.advance(1_000);
    expect(seen.map(({ count }) => count)).toEqual([1]);
    expect(taken).toHaveLength(1);
    state.broken = true;
    await send(tip(2));
    await clock.advance(250);
    expect(seen.map(({ count }) => count)).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
    expect(taken).toHaveLength(1);
    state.broken = false;
    await clock.advance(1_000);
    expect(taken).toHaveLength(2);
  });

  it.each([
    { count: '2', totals: {}, top: [] },
    { count: 2, totals: 'many', top: [] },
    { count: 2, totals: {}, top: 'ada' },
    { totals: {}, top: [] },
    undefined,
    null,
  ])('delivery-3 what is stored is taken up whole or not at all, and never written over: %o', async (sum) => {
    const store = memoryStore();
    const key = 'kept-elsewhere';
    const stored = { v: 1, sum, ids: [] };
    store.set(key, stored);
    const { stream, send, taken } = stage({ store: { store, key } });
    const seen = watch(stream);
    const errors = heard(stream, 'error');
    await send(tip(1));
    expect(errors).toMatchObject([{ code: 'STORE', message: expect.stringContaining('it did not write') }]);
    expect([seen, taken]).toEqual([[], []]);
    expect(store.get(key)).toEqual(stored);
  });

  it('delivery-3 a store that answers false has not kept the tally, so nothing is taken', async () => {
    const { store } = shakyStore();
    let down = true;
    const { stream, send, taken, clock } = stage({
      store: { ...store, set: (key: string, value: unknown) => (down ? false : store.set(key, value)) },
    });
    watch(stream);
    const errors = heard(stream, 'error');
    await send(tip(1));
    expect(errors[0]?.message).toContain('it answered false');
    expect(taken).toEqual([]);
    down = false;
    await clock.advance(1_000);
    expect(taken).toHaveLength(1);
  });

  it('delivery-3 is closed once the store has what was counted last', async () => {
    const { store, written, state } = shakyStore();
    const { stream, send } = stage({ store });
    watch(stream);
    await send(tip(1));
    state.slow = true;
    await send(tip(2));
    let closed = false;
    const closing = stream.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    for (const answer of state.open) answer();
    await closing;
    expect(written.at(-1)).toMatchObject({ sum: { count: 2 } });
  });

  it('delivery-3 what could not be written when the last watcher left is not taken, and is counted once later', async () => {
    const { store, state } = shakyStore();
    const { stream, source, send, taken, clock } = stage({ store });
    watch(stream);
    await send(tip(1));
    state.broken = true;
    await send(tip(2));
    await stream.close();
    expect(taken).toEqual([tip(1).id]);
    expect(clock.pending).toBe(0);
    expect(source.stream.stats().untaken).toBe(1);
    state.broken = false;
    const seen = watch(stream);
    await clock.advance(1_000);
    expect(seen.map(({ count }) => count)).toEqual([2]);
    expect(taken).toHaveLength(2);
  });

  it.each([
    { something: 'else' },
    { v: 2, sum: { count: 1, totals: {}, top: [] }, ids: [] },
    { v: 1, sum: { count: 1, totals: {} }, ids: [] },
    { v: 1, sum: { count: 1, totals: {}, top: [] } },
  ])('delivery-3 never writes over what is not its own: %j', async (foreign) => {
    const { store, values, written } = shakyStore();
    values.set('tipstream:tally:stage', foreign);
    const { stream, send, taken, clock } = stage({ store });
    watch(stream);
    const errors = heard(stream, 'error');
    await send(tip(1));
    await clock.advance(5_000);
    expect(errors[0]?.message).toContain('give another key');
    expect([written, taken]).toEqual([[], []]);
    await stream.close();
    expect(clock.pending).toBe(0);
    const keyed = stage({ store: { store, key: 'mine' } });
    watch(keyed.stream);
    await keyed.send(tip(1));
    expect([...values.keys()]).toContain('mine');
  });

  it('tells 10,000 people apart, and forgets the least generous as a person, not as a sum', async () => {
    const { store, values } = shakyStore();
    const { stream, source } = stage({ store, top: 1 });
    let last: Tally | undefined;
    stream.subscribe((each) => {
      last = each;
    });
    await settle();
    for (let n = 0; n <= 10_000; n += 1) void source.push(tip(n, { tipper: `giver-${n}`, amount: n + 1 }));
    await settle();
    expect(last).toMatchObject({ count: 10_001, top: [{ tipper: 'giver-10000' }] });
    const saved = values.get('tipstream:tally:stage') as { sum: Tally; ids: string[] };
    expect(saved.sum.top).toHaveLength(9_000);
    expect(saved.ids).toHaveLength(10_001);
    expect(saved.sum.totals['stage:token']).toBe((10_001 * 10_002) / 2);
  });
});

/** Tips of an upstream that gives them again from a cursor. */
function replaying(count: number, options: Partial<PollTipsOptions<number>> & { clock: TestClock }) {
  return pollTips<number>({
    platform: 'shop',
    logger: false,
    interval: 100,
    fetch: async (cursor) => {
      const from = Number(cursor ?? 0);
      const to = Math.min(from + 100, count);
      return { events: Array.from({ length: to - from }, (_, n) => from + n), cursor: String(to) };
    },
    toTip: (n) => tip(n, { id: `shop:-:${n}`, platform: 'shop', amount: 1 }),
    ...options,
  });
}

const standing = testClock();
const pushing = (platform: string) => ({
  clock: standing,
  ...createSource<TipEvent>({ platform, clock: standing }),
});

it('delivery-1 a tally knows every id that its store had, however late it comes again and however much comes before it', async () => {
  const store = memoryStore();
  const ids = Array.from({ length: 15_000 }, (_, n) => `stage:-:left-${n}`);
  await store.set('tipstream:tally:stage', { v: 1, sum: { count: 15_000, totals: {}, top: [] }, ids });
  const { stream, send, clock } = stage({ store });
  const seen = watch(stream);
  await settle();
  for (let n = 0; n < 2_500; n += 1) await send(tip(n, { id: `stage:-:new-${n}` }));
  await send(...ids.slice(0, 20).map((id, n) => tip(n, { id })));
  await clock.advance(1_000);
  expect(seen.at(-1)?.count).toBe(17_500);
});

it('a tally holds no tip that was taken long ago, nor the answer that it came with', async () => {
  setFlagsFromString('--expose_gc');
  const collect: () => void = runInNewContext('gc');
  const { stream, send } = stage();
  let counted = 0;
  stream.subscribe(({ count }) => {
    counted = count;
  });
  const given: WeakRef<TipEvent>[] = [];
  for (let n = 0; n < 3_000; n += 1) {
    const each = tip(n, { id: `stage:-:${n}` });
    given.push(new WeakRef(each));
    await send(each);
  }
  await settle();
  collect();
  const held = given.filter((one) => one.deref() !== undefined).length;
  // It is still there, with its memory: else nothing would be shown.
  await send(tip(0, { id: 'stage:-:0' }));
  expect([counted, stream.stats().duplicates]).toEqual([3_000, 1]);
  expect(held).toBeLessThan(1_100);
});

describe('delivery-1 a stored tally counts nothing twice after a crash', () => {
  const crashes: { when: string; options: { ahead?: number }; slow: (n: TipEvent) => void | Promise<void> }[] = [
    {
      when: 'a neighbour is slow and the source far ahead',
      options: { ahead: 5_000 },
      slow: () => new Promise(() => {}),
    },
    { when: 'a neighbour refused the first tip', options: {}, slow: () => Promise.reject(new Error('no')) },
  ];
  it.each(crashes)('when $when', async ({ options, slow }) => {
    const clock = testClock();
    const checkpoint = memoryStore();
    const store = memoryStore();
    const counts: number[] = [];
    for (const neighbour of [slow, () => {}]) {
      const source = replaying(4_500, { clock, checkpoint, ...options });
      let last = 0;
      source.subscribe(neighbour, { onError: () => {} });
      tally(source, { store }).subscribe(({ count }) => {
        last = count;
      });
      await clock.advance(6_000);
      // A crash: nothing is closed.
      counts.push(last);
    }
    expect(counts).toEqual([4_500, 4_500]);
  });

  it('keeps the id of a tip that is not taken, however many of other sources come after it', async () => {
    const store = memoryStore();
    const stuck = pushing('stuck');
    const busy = pushing('busy');
    const merged = merge([stuck.stream, busy.stream]);
    stuck.stream.subscribe(() => new Promise(() => {}));
    tally(merged, { store }).subscribe(() => {});
    await settle();
    void stuck.push(tip(0, { id: 'stuck:-:0' }));
    for (let n = 0; n < 30_000; n += 1) {
      void busy.push(tip(n, { id: `busy:-:${n}` }));
      if (n % 5_000 === 4_999) await stuck.clock.advance(1_000);
    }
    void busy.push(tip(30_000, { id: 'busy:-:30000' }));
    await stuck.clock.advance(1_000);
    const { ids } = store.get('tipstream:tally:stuck') as { ids: string[] };
    expect(ids).toContain('stuck:-:0');
    expect(ids.length).toBeLessThan(13_000);
  });
});
