import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createHub } from '../../src/stream/hub.ts';
import { filter, map, take, takeUntil } from '../../src/stream/operators.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle, testClock } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

const even = (n: number): boolean => n % 2 === 0;

describe('filter and map', () => {
  it('delivery-1 pass the taking through: what is dropped is taken, the rest when the watcher took it', async () => {
    const source = numbers();
    const hands = byHand(map(filter(source.stream, even), (n) => `no. ${n}`));
    await source.send(1, 2, 3);
    expect(hands.offered).toEqual(['no. 2']);
    expect([...source.answers.keys()]).toEqual([1, 3]);
    await hands.take();
    expect(source.answers.get(2)).toBe('taken');
  });

  it('delivery-1 what the last watcher left is offered to the next, through any stream made of the source', async () => {
    const source = numbers();
    const tens = map(source.stream, (n) => n * 10);
    const loop = tens.iterate();
    await source.send(1, 2);
    await loop.next();
    await loop.return?.();
    expect(source.stream.stats().untaken).toBe(2);
    const seen: number[] = [];
    tens.subscribe((n) => void seen.push(n));
    await settle();
    expect(seen).toEqual([10, 20]);
  });

  it('delivery-1 two watchers of one derived stream: one that stops with a failure restarts where it was', async () => {
    const source = numbers();
    const tens = map(source.stream, (n) => n * 10);
    const neighbour: number[] = [];
    tens.subscribe((n) => void neighbour.push(n));
    const failing = (n: number): void => {
      if (n === 20) throw new Error('no');
    };
    tens.subscribe(failing, { onFailure: 'stop' });
    await source.send(1, 2, 3);
    expect([...source.answers.keys()]).toEqual([1]);
    const again: number[] = [];
    tens.subscribe((n) => void again.push(n));
    await settle();
    expect(again).toEqual([20, 30]);
    expect(neighbour).toEqual([10, 20, 30]);
    expect(source.answers.size).toBe(3);
  });

  it('delivery-1 whoever comes from inside a callback gets alone what was refused: his neighbours had it', async () => {
    const source = numbers();
    const all = filter(
      map(source.stream, (n) => n),
      () => true,
    );
    const neighbour: number[] = [];
    const newcomer: number[] = [];
    all.subscribe(
      (n) => {
        if (n === 1) throw new Error('no');
      },
      { onFailure: 'stop' },
    );
    all.subscribe((n) => {
      neighbour.push(n);
      if (n === 3) all.subscribe((each) => void newcomer.push(each));
    });
    await source.send(1, 2, 3);
    expect([neighbour, newcomer]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-6 a function that throws is told, and the stream goes on', async () => {
    const source = numbers();
    const strict = map(source.stream, (n) => {
      if (n === 1) throw new Error('one');
      return n;
    });
    const errors = heard(strict, 'error');
    const seen: number[] = [];
    strict.subscribe((n) => void seen.push(n));
    await source.send(1, 2);
    expect(errors).toMatchObject([{ code: 'CONSUMER', fatal: false }]);
    expect(seen).toEqual([2]);
    expect(strict.stats().errors).toEqual({ CONSUMER: 1 });
  });

  it('delivery-6 a function that throws before a checkpoint ends the stream, and the event is not taken', async () => {
    const hub = createHub<number>({ platform: 'numbers', clock: testClock(), patient: true, durable: true });
    let broken = true;
    const strict = filter(toStream(hub), () => {
      if (broken) throw new Error('no');
      return true;
    });
    const ends = heard(strict, 'end');
    strict.subscribe(() => {});
    hub.push(1);
    expect(ends).toMatchObject([{ code: 'CONSUMER', fatal: true }]);
    expect(hub.watchers).toBe(0);
    broken = false;
    const seen: number[] = [];
    strict.subscribe((n) => void seen.push(n));
    await settle();
    expect(seen).toEqual([1]);
  });

  it('pass on what the source says, and count for themselves', async () => {
    const source = numbers();
    const evens = filter(source.stream, even);
    const statuses = heard(evens, 'status');
    const gaps = heard(
      map(evens, (n) => n),
      'gap',
    );
    evens.subscribe(() => {});
    source.status('live');
    source.gap({ reason: 'restart' });
    await source.send(1, 2);
    expect(statuses).toMatchObject([{ state: 'live', platform: 'numbers' }]);
    expect(gaps).toMatchObject([{ reason: 'restart' }]);
    expect(evens.stats()).toMatchObject({ eventsProcessed: 1, watchers: 1, gaps: 1 });
    const stop = evens.on('gap', (gap) => gaps.push(gap));
    stop();
    source.gap({ reason: 'restart' });
    expect(gaps).toHaveLength(2);
  });

  it('refuse what is no stream', () => {
    expect(() => map({} as never, (n) => n)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('take', () => {
  it('delivery-1 takes exactly three of five, and the fourth is not lost', async () => {
    const source = numbers();
    await source.send(1, 2, 3, 4, 5);
    const seen: number[] = [];
    for await (const n of take(source.stream, 3)) seen.push(n);
    await settle();
    expect(seen).toEqual([1, 2, 3]);
    expect([...source.answers.keys()]).toEqual([1, 2, 3]);
    const rest: number[] = [];
    source.stream.subscribe((n) => void rest.push(n));
    await settle();
    expect(rest).toEqual([4, 5]);
  });

  it('delivery-1 takes exactly three when they come one by one, beside a watcher that stays', async () => {
    const source = numbers();
    const all: number[] = [];
    source.stream.subscribe((n) => void all.push(n));
    const three = take(source.stream, 3);
    const ends = heard(three, 'end');
    const hands = byHand(three);
    await source.send(1, 2, 3, 4);
    for (let n = 0; n < 4; n += 1) await hands.take();
    expect(hands.offered).toEqual([1, 2, 3]);
    expect(all).toEqual([1, 2, 3, 4]);
    expect(ends).toEqual([undefined]);
    expect(source.stream.stats()).toMatchObject({ untaken: 0, watchers: 1 });
  });

  it.each(['the source', 'a derived stream'])(
    'delivery-1 as a newcomer to %s takes what was refused, and leaves the rest of it for the next one',
    async (what) => {
      const source = numbers();
      const same = what === 'the source' ? source.stream : map(source.stream, (n) => n);
      same.subscribe(() => {});
      same.subscribe(() => Promise.reject(new Error('no')), { onFailure: 'stop' });
      await source.send(1, 2, 3);
      const first: number[] = [];
      for await (const n of take(same, 1)) first.push(n);
      const rest: number[] = [];
      same.subscribe((n) => void rest.push(n));
      await settle();
      expect([first, rest]).toEqual([[1], [2, 3]]);
      expect(source.stream.stats().untaken).toBe(0);
    },
  );

  it('delivery-1 beside an observer leaves the rest for the next watcher too', async () => {
    const source = numbers();
    await source.send(1, 2, 3);
    const same = map(source.stream, (n) => n);
    const view: number[] = [];
    same.subscribe((n) => void view.push(n), { observe: true });
    const first: number[] = [];
    for await (const n of take(same, 1)) first.push(n);
    const rest: number[] = [];
    same.subscribe((n) => void rest.push(n));
    await settle();
    expect([first, rest, view]).toEqual([[1], [2, 3], [1, 2, 3]]);
  });

  it.each([0, -1, 1.5, Number.NaN])('of %d is CONFIG', (count) => {
    expect(() => take(numbers().stream, count)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('takeUntil', () => {
  it('delivery-1 ends a loop without a throw, with everything taken that was offered, and leaves no listener', async () => {
    const source = numbers();
    const controller = new AbortController();
    const until = takeUntil(source.stream, controller.signal);
    const seen: number[] = [];
    const loop = (async () => {
      for await (const n of until) seen.push(n);
    })();
    await source.send(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    void source.push(2);
    controller.abort();
    void source.push(3);
    await loop;
    expect(seen).toEqual([1, 2]);
    expect(source.stream.stats()).toMatchObject({ untaken: 1, watchers: 0 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('with an aborted signal ends at once and takes nothing', async () => {
    const source = numbers();
    await source.send(1);
    const seen: number[] = [];
    for await (const n of takeUntil(source.stream, AbortSignal.abort())) seen.push(n);
    expect(seen).toEqual([]);
    expect(source.stream.stats()).toMatchObject({ untaken: 1, watchers: 0 });
  });

  it('leaves no listener when its watcher leaves first', () => {
    const source = numbers();
    const { signal } = new AbortController();
    takeUntil(source.stream, signal).subscribe(() => {})();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
