import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { dedupe } from '../../src/stream/dedupe.ts';
import { merge } from '../../src/stream/merge.ts';
import { createSource } from '../../src/stream/source.ts';
import { settle } from '../support/clock.ts';
import { byHand, numbers, tip } from '../support/stream.ts';

const by = String;

describe('dedupe', () => {
  it('drops an event whose key has passed, and what it drops is taken', async () => {
    const source = numbers();
    const once = dedupe(source.stream, { by });
    const hands = byHand(once);
    const first = source.push(1);
    let second = 'open';
    void source.push(1).then(() => {
      second = 'taken';
    });
    await settle();
    expect(second).toBe('taken');
    await hands.take();
    await first;
    expect(hands.offered).toEqual([1]);
    expect(once.stats().duplicates).toBe(1);
  });

  it('takes the id of an event for its key, and lets pass what has none', async () => {
    const source = createSource<ReturnType<typeof tip>>({ platform: 'stage' });
    const seen: string[] = [];
    dedupe(source.stream).subscribe(({ message }) => void seen.push(message));
    await source.push(tip(1, { message: 'a' }));
    await source.push(tip(2, { message: 'b' }));
    await source.push(tip(1, { message: 'c' }));
    expect(seen).toEqual(['a', 'b']);
    const numbered = numbers();
    const all: number[] = [];
    dedupe(numbered.stream, { by: () => undefined }).subscribe((n) => void all.push(n));
    await numbered.send(1, 1);
    expect(all).toEqual([1, 1]);
  });

  it('`within` a time from the one that passed, and not longer', async () => {
    const source = numbers();
    const seen: number[] = [];
    dedupe(source.stream, { by, within: 1_000 }).subscribe(() => void seen.push(source.clock.now()));
    const begin = source.clock.now();
    for (let at = 0; at < 10; at += 1) {
      await source.send(1);
      await source.clock.advance(300);
    }
    expect(seen.map((at) => at - begin)).toEqual([0, 1_200, 2_400]);
  });

  it('delivery-1 an event that its watcher left is no duplicate of itself, and still drops its copies', async () => {
    const source = numbers();
    const once = dedupe(source.stream, { by });
    const loop = once.iterate();
    await source.send(1, 2, 1);
    await loop.next();
    await loop.return?.();
    expect(source.stream.stats().untaken).toBe(2);
    const seen: number[] = [];
    once.subscribe((n) => void seen.push(n));
    await source.send(2);
    expect(seen).toEqual([1, 2]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 an event that only an observer saw is no duplicate for the watcher who comes for it', async () => {
    const source = numbers();
    const once = dedupe(source.stream, { by });
    const view: number[] = [];
    once.subscribe((n) => void view.push(n), { observe: true });
    const loop = once.iterate();
    await source.send(1);
    await loop.next();
    await loop.return?.();
    await source.send(2);
    const seen: number[] = [];
    once.subscribe((n) => void seen.push(n));
    await settle();
    expect(seen).toEqual([1, 2]);
    expect(view).toEqual([1, 2]);
  });

  it('delivery-1 a copy that is offered once more, because somebody else refused it, is still a copy', async () => {
    const source = numbers();
    const hands = byHand(source.stream, { onFailure: 'stop', onError: () => {} });
    const seen: number[] = [];
    const once = dedupe(source.stream, { by: () => 'same' });
    const watch = () => once.subscribe((n) => void seen.push(n));
    const stop = watch();
    await source.send(1, 2);
    await hands.take();
    expect([hands.offered, seen]).toEqual([[1, 2], [1]]);
    stop();
    await hands.fail();
    expect(source.answers.get(2)).toBeUndefined();
    watch();
    await settle();
    expect([seen, source.answers.get(2)]).toEqual([[1], 'taken']);
  });

  it('delivery-1 what was refused, and told so to its sender, is no duplicate when it is delivered again', async () => {
    const source = numbers({ unwatched: 'reject' });
    const once = dedupe(source.stream, { by });
    const failing = byHand(once, { onFailure: 'stop' });
    await source.send(1);
    await failing.fail();
    expect(source.answers.get(1)).toBe('refused');
    const seen: number[] = [];
    once.subscribe((n) => void seen.push(n));
    await source.send(1, 1);
    expect([seen, source.answers.get(1)]).toEqual([[1], 'taken']);
    expect(once.stats().duplicates).toBe(1);
  });

  it('across sources, the same id counts once', async () => {
    const [a, b] = [numbers(), numbers()];
    const seen: number[] = [];
    dedupe(merge(a.stream, b.stream), { by }).subscribe((n) => void seen.push(n));
    await a.send(1, 2);
    await b.send(2, 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('remembers the last 4,000 keys at least, and not for ever', async () => {
    const source = numbers();
    let passed = 0;
    dedupe(source.stream, { by }).subscribe(() => {
      passed += 1;
    });
    for (let n = 0; n < 4_000; n += 1) void source.push(n);
    for (let n = 0; n < 4_000; n += 1) void source.push(n);
    expect(passed).toBe(4_000);
    for (let n = 4_000; n < 12_001; n += 1) void source.push(n);
    void source.push(0);
    expect(passed).toBe(12_002);
  });

  it('within a time remembers every key of it, however many there are', async () => {
    const source = numbers();
    let passed = 0;
    dedupe(source.stream, { by, within: seconds(60) }).subscribe(() => {
      passed += 1;
    });
    for (let n = 0; n < 10_000; n += 1) void source.push(n);
    void source.push(0);
    expect(passed).toBe(10_000);
    await source.clock.advance(seconds(59.999));
    void source.push(1);
    expect(passed).toBe(10_000);
    await source.clock.advance(1);
    void source.push(1);
    expect(passed).toBe(10_001);
  });

  it('within no time is CONFIG', () => {
    expect(() => dedupe(numbers().stream, { by, within: 0 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});
