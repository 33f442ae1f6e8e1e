import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { TipstreamError } from '../../src/core/errors.ts';
import { createHub } from '../../src/stream/hub.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle, testClock } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

/** A source whose untaken events survive a restart, as one with a checkpoint. */
function durable() {
  const clock = testClock();
  const taken: number[] = [];
  const hub = createHub<number>({ platform: 'numbers', clock, patient: true, durable: true });
  const owner = { taken: (ticket: { event: unknown }) => taken.push(ticket.event as number) };
  return { clock, taken, hub, stream: toStream(hub), push: (n: number) => hub.push(n, owner) };
}

const oneToTen = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('a callback that rejects on tip 7 of 10, beside a watcher that takes everything', () => {
  const ways = [
    {
      how: 'throws',
      fails: () => {
        throw new Error('seven');
      },
    },
    { how: 'rejects', fails: () => Promise.reject(new Error('seven')) },
  ];
  const rows = ways.flatMap((way) => [
    { ...way, onFailure: 'skip' as const, first: oneToTen, untaken: [] as number[], again: [] },
    { ...way, onFailure: 'stop' as const, first: [1, 2, 3, 4, 5, 6, 7], untaken: [7, 8, 9, 10], again: [7, 8, 9, 10] },
    {
      ...way,
      onFailure: 'retry' as const,
      first: [1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10],
      untaken: [] as number[],
      again: [],
    },
  ]);

  it.each(rows)(
    'delivery-1 it $how, onFailure $onFailure: no row loses a tip',
    async ({ onFailure, fails, first, untaken, again }) => {
      const { clock, taken, stream, push } = durable();
      const offered: number[] = [];
      const neighbour: number[] = [];
      let broken = true;
      const failing = (tip: number): void | Promise<void> => {
        offered.push(tip);
        if (tip !== 7 || !broken) return;
        broken = false;
        return fails();
      };
      const errors: TipstreamError[] = [];
      stream.subscribe(failing, { onFailure, onError: (error) => errors.push(error) });
      stream.subscribe((tip) => void neighbour.push(tip));
      for (const tip of oneToTen) push(tip);
      await clock.advance(60_000);
      expect(offered).toEqual(first);
      expect(neighbour).toEqual(oneToTen);
      expect(taken).toEqual(oneToTen.filter((tip) => !untaken.includes(tip)));
      expect(errors.map((error) => error.code)).toEqual(onFailure === 'stop' ? ['CONSUMER'] : []);

      const restarted: number[] = [];
      stream.subscribe((tip) => void restarted.push(tip), { onFailure });
      await settle();
      expect(restarted).toEqual(again);
      expect(neighbour).toEqual(oneToTen);
      expect(taken.toSorted((a, b) => a - b)).toEqual(oneToTen);
      expect(stream.stats().untaken).toBe(0);
    },
  );

  it('delivery-1 a neighbour is not held up by what waits for the one that stopped', async () => {
    const { hub, taken, stream, push } = durable();
    stream.subscribe(() => {
      throw new Error('no');
    });
    const neighbour: number[] = [];
    stream.subscribe((tip) => void neighbour.push(tip));
    const gaps = heard(stream, 'gap');
    for (let tip = 0; tip < 10_100; tip += 1) push(tip);
    expect(neighbour).toHaveLength(10_100);
    expect(hub.untaken).toBe(0);
    expect(stream.stats().untaken).toBe(10_001);
    // The memory has a bound, and passing it is said.
    expect(gaps).toMatchObject([{ reason: 'overflow' }]);
    expect(taken).toHaveLength(99);
  });

  it('delivery-5 a neighbour is not held up by whoever restarts and fails again, however much waits for him', async () => {
    const { hub, stream, push } = durable();
    const fails = (): void => {
      throw new Error('no');
    };
    stream.subscribe(fails);
    const neighbour: number[] = [];
    stream.subscribe((tip) => void neighbour.push(tip));
    for (let tip = 0; tip < 300; tip += 1) push(tip);
    for (let restart = 0; restart < 3; restart += 1) {
      stream.subscribe(fails);
      await settle();
    }
    expect(neighbour).toHaveLength(300);
    // So much would be held against the `ahead` of a polled source, which then asks no more.
    expect([hub.untaken, stream.stats().untaken]).toEqual([0, 300]);
  });
});

describe('whoever restarts at once', () => {
  const ways: [string, () => void | Promise<void>][] = [
    [
      'throws',
      () => {
        throw new Error('one');
      },
    ],
    ['rejects', () => Promise.reject(new Error('one'))],
  ];

  it.each(ways)('delivery-1 in his onError gets first what his callback refused: it %s', async (_how, fails) => {
    const { taken, stream, push } = durable();
    let broken = true;
    const got: number[] = [];
    const watch = (): void => {
      stream.subscribe(
        (tip) => {
          if (!broken) return void got.push(tip);
          broken = false;
          return fails();
        },
        { onError: watch },
      );
    };
    watch();
    push(1);
    push(2);
    await settle();
    expect([got, taken, stream.stats().untaken]).toEqual([[1, 2], [1, 2], 0]);
  });

  it.each(ways)('delivery-1 gets it too while a neighbour still has it in hand: it %s', async (_how, fails) => {
    const { taken, stream, push } = durable();
    const slow = byHand(stream);
    stream.subscribe(fails);
    push(1);
    push(2);
    await settle();
    const got: number[] = [];
    stream.subscribe((tip) => void got.push(tip));
    await settle();
    expect(got).toEqual([1, 2]);
    expect(taken).toEqual([]);
    await slow.take();
    await slow.take();
    expect([slow.offered, taken, stream.stats().untaken]).toEqual([[1, 2], [1, 2], 0]);
  });

  it('delivery-1 and leaves again leaves it for the next one, and a neighbour who had it sees nothing twice', async () => {
    const { taken, stream, push } = durable();
    stream.subscribe(() => {
      throw new Error('no');
    });
    const neighbour: number[] = [];
    stream.subscribe((tip) => void neighbour.push(tip));
    for (const tip of [1, 2, 3]) push(tip);
    const loop = stream.iterate();
    await loop.next();
    await loop.next();
    await loop.return?.();
    expect([neighbour, taken]).toEqual([[1, 2, 3], [1]]);
    const got: number[] = [];
    stream.subscribe((tip) => void got.push(tip));
    await settle();
    expect([got, taken, neighbour]).toEqual([
      [2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});

describe('subscribe', () => {
  it('delivery-1 calls the callback once at a time, in order, also when it is slow', async () => {
    const source = numbers();
    const hands = byHand(source.stream);
    await source.send(1, 2, 3);
    expect(hands.offered).toEqual([1]);
    expect(source.stream.stats().untaken).toBe(3);
    await hands.take();
    expect(hands.offered).toEqual([1, 2]);
    expect([...source.answers]).toEqual([[1, 'taken']]);
    await hands.take();
    await hands.take();
    expect(hands.offered).toEqual([1, 2, 3]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 a synchronous callback is called within `push`, and its event is taken when it returns', async () => {
    const source = numbers();
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    void source.push(1);
    expect(seen).toEqual([1]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 an event that comes from inside a callback waits its turn, for every watcher', async () => {
    const source = numbers();
    const order: string[] = [];
    source.stream.subscribe((n) => {
      order.push(`a${n} begins`);
      if (n === 1) void source.push(2);
      order.push(`a${n} ends`);
    });
    source.stream.subscribe((n) => void order.push(`b${n}`));
    await source.send(1);
    expect(order).toEqual(['a1 begins', 'a1 ends', 'b1', 'a2 begins', 'a2 ends', 'b2']);
  });

  it('delivery-1 is not taken before every counting watcher took it', async () => {
    const source = numbers();
    const one = byHand(source.stream);
    const two = byHand(source.stream);
    await source.send(1);
    await one.take();
    expect(source.answers.size).toBe(0);
    await two.take();
    expect(source.answers.get(1)).toBe('taken');
  });

  it('delivery-1 two watchers, one leaves: the other keeps its events, and the leaver holds nothing up', async () => {
    const source = numbers();
    const one = byHand(source.stream);
    const two = byHand(source.stream);
    await source.send(1, 2, 3);
    one.stop();
    for (let n = 0; n < 3; n += 1) await two.take();
    expect(two.offered).toEqual([1, 2, 3]);
    // The callback of the leaver still runs with 1; its other two wait for nobody.
    expect([...source.answers.keys()]).toEqual([2, 3]);
    await one.take();
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 who restarts before he stops loses nothing: the newcomer gets what the old watcher leaves', async () => {
    const source = numbers();
    const old = byHand(source.stream);
    await source.send(1, 2, 3);
    const fresh: number[] = [];
    source.stream.subscribe((n) => void fresh.push(n));
    await source.send(4);
    old.stop();
    await old.take();
    expect(fresh.toSorted()).toEqual([2, 3, 4]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 observers never hold an event up, and see each once', async () => {
    const source = numbers();
    const view = byHand(source.stream, { observe: true });
    const log: number[] = [];
    source.stream.subscribe((n) => void log.push(n), { observe: true });
    const ledger = byHand(source.stream);
    await source.send(1, 2, 3);
    await ledger.take();
    expect(source.answers.get(1)).toBe('taken');
    ledger.stop();
    const next = byHand(source.stream);
    await settle();
    expect(next.offered).toEqual([3]);
    expect(log).toEqual([1, 2, 3]);
    expect(view.offered).toEqual([1]);
  });

  it('delivery-1 what only observers saw after the last watcher left something waits for the next watcher too', async () => {
    const source = numbers();
    source.stream.subscribe(() => {}, { observe: true });
    const ledger = byHand(source.stream);
    await source.send(1, 2);
    ledger.stop();
    await source.send(3);
    const next: number[] = [];
    source.stream.subscribe((n) => void next.push(n));
    await settle();
    expect(next).toEqual([2, 3]);
  });

  it('delivery-1 an observer that throws goes on, also where a checkpoint is', async () => {
    const { stream, push } = durable();
    const seen: number[] = [];
    const failed = heard(stream, 'failed');
    stream.subscribe(
      (n) => {
        seen.push(n);
        throw new Error('no');
      },
      { observe: true, label: 'log' },
    );
    push(1);
    push(2);
    expect(seen).toEqual([1, 2]);
    expect(failed).toMatchObject([{ event: 1, label: 'log' }, { event: 2 }]);
  });

  it('delivery-1 retries after 1, 2, 4 ... 30 s, keeps the order, and gives up when stopped', async () => {
    const source = numbers();
    const at: number[] = [];
    const begin = source.clock.now();
    const stop = source.stream.subscribe(
      async (n) => {
        at.push((source.clock.now() - begin) / 1000);
        if (n === 1) throw new Error('no');
      },
      { onFailure: 'retry' },
    );
    await source.send(1, 2);
    await source.clock.advance(100_000);
    expect(at).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    stop();
    expect(source.clock.pending).toBe(0);
    const next: number[] = [];
    source.stream.subscribe((n) => void next.push(n));
    await settle();
    expect(next).toEqual([1, 2]);
  });

  it('delivery-1 a callback that never settles is named at 30 s with its label, and stops no neighbour', async () => {
    const source = numbers({ start: () => () => {} });
    source.status('live');
    const stuck = byHand(source.stream, { label: 'toy' });
    const view: number[] = [];
    source.stream.subscribe((n) => void view.push(n), { observe: true });
    const other: number[] = [];
    source.stream.subscribe((n) => void other.push(n));
    const statuses = heard(source.stream, 'status');
    await source.send(1, 2);
    await source.clock.advance(29_999);
    expect(statuses).toEqual([]);
    await source.clock.advance(1);
    expect(statuses.at(-1)).toMatchObject({
      state: 'stalled',
      platform: 'numbers',
      reason: expect.stringContaining("'toy' has held one event for 30 s"),
    });
    expect(view).toEqual([1, 2]);
    expect(other).toEqual([1, 2]);
    await source.clock.advance(30_000);
    expect(statuses.at(-1)?.reason).toContain('60 s');
    await stuck.take();
    expect(statuses.at(-1)).toMatchObject({ state: 'live' });
  });

  it('delivery-1 an event that is tried again and again is named too', async () => {
    const source = numbers({ start: () => () => {} });
    const statuses = heard(source.stream, 'status');
    source.stream.subscribe(() => Promise.reject(new Error('no')), { onFailure: 'retry', label: 'ledger' });
    await source.send(1);
    await source.clock.advance(30_000);
    expect(statuses.at(-1)).toMatchObject({ state: 'stalled', reason: expect.stringContaining("'ledger'") });
  });

  it.each([
    ['drop-newest' as const, [1, 2, 3]],
    ['drop-oldest' as const, [1, 4, 5]],
  ])(
    'delivery-5 a full buffer, %s: what is dropped is dropped for that watcher only, and said as one gap',
    async (overflow, kept) => {
      const source = numbers();
      const slow = byHand(source.stream, { buffer: 2, overflow, label: 'slow' });
      const quick: number[] = [];
      source.stream.subscribe((n) => void quick.push(n));
      const gaps = heard(source.stream, 'gap');
      await source.send(1, 2, 3, 4, 5);
      for (let n = 0; n < 3; n += 1) await slow.take();
      expect(slow.offered).toEqual(kept);
      expect(quick).toEqual([1, 2, 3, 4, 5]);
      expect(gaps).toMatchObject([{ reason: 'overflow', count: 2, label: 'slow', platform: 'numbers' }]);
      expect(source.stream.stats()).toMatchObject({ untaken: 0, gaps: 1 });
    },
  );

  it('delivery-5 a full buffer with `error` ends that watcher with OVERFLOW, and nothing is lost', async () => {
    const source = numbers();
    const errors: TipstreamError[] = [];
    const slow = byHand(source.stream, { buffer: 2, overflow: 'error', onError: (error) => errors.push(error) });
    await source.send(1, 2, 3, 4);
    expect(errors.map((error) => error.code)).toEqual(['OVERFLOW']);
    await slow.take();
    const next: number[] = [];
    source.stream.subscribe((n) => void next.push(n));
    await settle();
    expect(next).toEqual([2, 3, 4]);
  });

  it('delivery-5 says `behind` when half the buffer is full', async () => {
    const source = numbers({ start: () => () => {} });
    const statuses = heard(source.stream, 'status');
    byHand(source.stream, { buffer: 4, label: 'slow' });
    await source.send(1, 2);
    expect(statuses).toEqual([]);
    await source.send(3);
    expect(statuses).toMatchObject([
      { state: 'behind', reason: expect.stringContaining("2 events wait for the watcher 'slow'") },
    ]);
  });

  it('delivery-5 a socket drops beyond 10,000 events by default, a source that waits never', async () => {
    const source = numbers();
    const slow = byHand(source.stream);
    for (let n = 0; n <= 10_001; n += 1) void source.push(n);
    await settle();
    expect(source.stream.stats()).toMatchObject({ untaken: 10_001, gaps: 1 });
    slow.stop();
    const { stream, push } = durable();
    byHand(stream);
    for (let n = 0; n <= 10_001; n += 1) push(n);
    await settle();
    expect(stream.stats()).toMatchObject({ untaken: 10_002, gaps: 0 });
  });

  it('delivery-1 its own signal ends it and leaves no listener; an aborted one never begins', async () => {
    const source = numbers();
    const controller = new AbortController();
    const listeners = () => getEventListeners(controller.signal, 'abort').length;
    const hands = byHand(source.stream, { signal: controller.signal });
    const stop = source.stream.subscribe(() => {}, { signal: controller.signal });
    expect(listeners()).toBe(2);
    stop();
    controller.abort();
    expect(listeners()).toBe(0);
    expect(source.stream.stats().watchers).toBe(0);
    byHand(source.stream, { signal: controller.signal });
    expect(source.stream.stats().watchers).toBe(0);
    await source.send(1);
    expect(hands.offered).toEqual([]);
  });

  it('delivery-6 a callback, a listener and an onError that throw stop no neighbour', async () => {
    const source = numbers();
    const seen: number[] = [];
    const errors = heard(source.stream, 'error');
    source.stream.on('failed', () => {
      throw new Error('listener');
    });
    source.stream.subscribe(
      () => {
        throw new Error('callback');
      },
      {
        onFailure: 'stop',
        onError: () => {
          throw new Error('onError');
        },
      },
    );
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(1, 2);
    expect(seen).toEqual([1, 2]);
    expect(errors.map(({ code, fatal, cause }) => [code, fatal, (cause as Error).message])).toEqual([
      ['CONSUMER', false, 'listener'],
      ['CONSUMER', true, 'callback'],
      ['CONSUMER', false, 'onError'],
    ]);
    expect(source.stream.stats().errors).toEqual({ CONSUMER: 2 });
  });
});

describe('a callback whose result cannot be looked at', () => {
  it('delivery-1 is a callback that failed, and the next events come', async () => {
    const source = numbers();
    const failed = heard(source.stream, 'failed');
    const seen: number[] = [];
    const trap = Object.defineProperty(Promise.resolve(), 'then', {
      get() {
        throw new Error('no then');
      },
    });
    source.stream.subscribe((n) => {
      seen.push(n);
      return n === 1 ? trap : undefined;
    });
    await source.send(1, 2, 3);
    expect(seen).toEqual([1, 2, 3]);
    expect(failed).toMatchObject([{ event: 1, error: { message: 'no then' } }]);
    expect(source.stream.stats().untaken).toBe(0);
  });
});

describe('a watcher that asks for what there is not', () => {
  it('is CONFIG at once, with the words that there are', () => {
    const { stream } = numbers();
    // As whoever writes JavaScript may misspell it.
    const misspelt: object[] = [{ onFailure: 'Stop' }, { overflow: 'drop' }];
    const errors = misspelt.map((options) => {
      try {
        return stream.subscribe(() => {}, options);
      } catch (error) {
        return String(error);
      }
    });
    expect(errors).toEqual([
      "TipstreamError: numbers: onFailure: 'Stop' is none of skip, stop, retry",
      "TipstreamError: numbers: overflow: 'drop' is none of drop-newest, drop-oldest, error",
    ]);
    expect(stream.stats().watchers).toBe(0);
  });
});
