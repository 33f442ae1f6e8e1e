import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { originOf } from '../../src/stream/origin.ts';
import { view } from '../../src/stream/view.ts';
import { settle } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

/** A view of even numbers as text, and how often it was asked for one. */
function evens(signal?: AbortSignal) {
  const source = numbers();
  const asked: number[] = [];
  const stream = view<number, string>(
    originOf(source.stream),
    (n, shown) => {
      asked.push(n);
      if (n < 0) shown.emit('invalid', { platform: 'numbers', path: '', code: 'negative' });
      return n % 2 === 0 ? `no. ${n}` : undefined;
    },
    signal,
  );
  return { source, stream, asked };
}

describe('a view', () => {
  it('delivery-1 passes the taking through: what it leaves out is taken, the rest when the watcher took it', async () => {
    const { source, stream } = evens();
    const hands = byHand(stream);
    await source.send(1, 2, 3);
    expect(hands.offered).toEqual(['no. 2']);
    expect([...source.answers.keys()]).toEqual([1, 3]);
    await hands.take();
    expect(source.answers.get(2)).toBe('taken');
  });

  it('is asked once per event, however many watch, and counts for itself', async () => {
    const { source, stream, asked } = evens();
    const invalid = heard(stream, 'invalid');
    stream.subscribe(() => {});
    stream.subscribe(() => {}, { observe: true });
    await source.send(2, 3, -3);
    expect(asked).toEqual([2, 3, -3]);
    expect(invalid).toHaveLength(1);
    expect(stream.stats()).toMatchObject({ eventsProcessed: 1, invalid: 1, watchers: 2 });
    expect(source.stream.stats()).toMatchObject({ eventsProcessed: 3, invalid: 0 });
  });

  it('delivery-1 offers what its last watcher left to the next one', async () => {
    const { source, stream } = evens();
    const loop = stream.iterate();
    await source.send(2, 4);
    await loop.next();
    await loop.return?.();
    const seen: string[] = [];
    stream.subscribe((text) => void seen.push(text));
    await settle();
    expect(seen).toEqual(['no. 2', 'no. 4']);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('ends with its signal, with everything taken that it was given, and leaves no listener', async () => {
    const controller = new AbortController();
    const { source, stream } = evens(controller.signal);
    const ends = heard(stream, 'end');
    const [one, two] = [byHand(stream), byHand(stream)];
    await source.send(2, 4);
    controller.abort();
    await source.send(6);
    for (const hands of [one, two]) for (let n = 0; n < 3; n += 1) await hands.take();
    expect(one.offered).toEqual(['no. 2', 'no. 4']);
    expect([...source.answers.keys()]).toEqual([2, 4]);
    expect(ends).toEqual([undefined]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const late: string[] = [];
    for await (const text of stream) late.push(text);
    expect(late).toEqual([]);
    expect(source.stream.stats()).toMatchObject({ untaken: 1, watchers: 0 });
  });

  it('closes alone: its source and the neighbours go on', async () => {
    const { source, stream } = evens();
    const ends = heard(stream, 'end');
    const hands = byHand(stream);
    const neighbour: number[] = [];
    source.stream.subscribe((n) => void neighbour.push(n));
    await source.send(2);
    let closed = false;
    const closing = stream.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    await hands.take();
    await closing;
    await source.send(4);
    expect(hands.offered).toEqual(['no. 2']);
    expect(neighbour).toEqual([2, 4]);
    expect(ends).toEqual([undefined]);
    expect(stream.stats().watchers).toBe(0);
  });

  it('ends once with its source, and says so only when it was watched', async () => {
    const { source, stream } = evens();
    const ends = heard(stream, 'end');
    source.end();
    expect(ends).toEqual([]);
    stream.subscribe(() => {});
    stream.subscribe(() => {});
    source.end();
    expect(ends).toEqual([undefined]);
  });
});

describe('a view that cannot show an event', () => {
  it('delivery-1 says it as invalid, takes it, and goes on', async () => {
    const source = numbers();
    const stream = view<number, number>(originOf(source.stream), (n) => {
      if (n === 2) throw new RangeError('Maximum call stack size exceeded');
      return n;
    });
    const invalid = heard(stream, 'invalid');
    const [first, second]: number[][] = [[], []];
    stream.subscribe((n) => void first?.push(n));
    stream.subscribe((n) => void second?.push(n));
    await source.send(1, 2, 3);
    expect([first, second]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect(invalid).toEqual([{ platform: 'numbers', path: '', code: 'unreadable' }]);
    expect([...source.answers.values()]).toEqual(['taken', 'taken', 'taken']);
  });
});
