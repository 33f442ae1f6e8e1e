import { describe, expect, it } from 'vitest';
import { batch } from '../../src/stream/batch.ts';
import { createHub } from '../../src/stream/hub.ts';
import { map } from '../../src/stream/operators.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle, testClock } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

describe('batch', () => {
  it('delivery-1 gives events in groups of `size`; they are taken when their group is', async () => {
    const source = numbers();
    const hands = byHand(batch(source.stream, { size: 2 }));
    await source.send(1, 2, 3, 4, 5);
    expect(hands.offered).toEqual([[1, 2]]);
    expect(source.answers.size).toBe(0);
    await hands.take();
    expect(hands.offered).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...source.answers.keys()]).toEqual([1, 2]);
    await hands.take();
    expect(source.stream.stats().untaken).toBe(1);
  });

  it('gives what there is `within` the time from the first event on', async () => {
    const source = numbers();
    const seen: (readonly number[])[] = [];
    const stop = batch(source.stream, { size: 3, within: 1_000 }).subscribe((events) => void seen.push(events));
    await source.send(1);
    await source.clock.advance(999);
    await source.send(2);
    expect(seen).toEqual([]);
    await source.clock.advance(1);
    expect(seen).toEqual([[1, 2]]);
    await source.send(3, 4, 5);
    expect(seen).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(source.clock.pending).toBe(0);
    await source.send(6);
    stop();
    expect(source.clock.pending).toBe(0);
  });

  it('delivery-5 shows an observer a group in which something is new, though the rest of it came before', async () => {
    const source = numbers();
    const groups = batch(source.stream, { size: 2 });
    const first = byHand(groups);
    await source.send(1);
    first.stop();
    const seen: (readonly number[])[] = [];
    groups.subscribe((group) => void seen.push(group), { observe: true });
    const second = byHand(groups);
    await source.send(2);
    expect(second.offered).toEqual([[1, 2]]);
    expect(seen).toEqual([[1, 2]]);
  });

  it('gives the rest when the source ends', async () => {
    const source = numbers();
    const seen: (readonly number[])[] = [];
    const groups = batch(source.stream, { size: 10 });
    const ends = heard(groups, 'end');
    groups.subscribe((events) => void seen.push(events));
    await source.send(1, 2);
    source.end();
    expect(seen).toEqual([[1, 2]]);
    expect(ends).toEqual([undefined]);
    await settle();
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 what the last watcher left is offered again, event by event, whole groups and unfinished ones', async () => {
    const source = numbers();
    const groups = batch(source.stream, { size: 2 });
    const loop = groups.iterate();
    await source.send(1, 2, 3, 4, 5);
    expect((await loop.next()).value).toEqual([1, 2]);
    await loop.return?.();
    expect(source.stream.stats()).toMatchObject({ untaken: 5, watchers: 0 });
    const seen: (readonly number[])[] = [];
    groups.subscribe((events) => void seen.push(events));
    await settle();
    expect(seen).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...source.answers.keys()]).toEqual([1, 2, 3, 4]);
  });

  it('delivery-1 a group whose callback stops is not taken, though the source has another watcher', async () => {
    const source = numbers();
    const all: number[] = [];
    source.stream.subscribe((n) => void all.push(n));
    const groups = batch(source.stream, { size: 2 });
    groups.subscribe(() => Promise.reject(new Error('no')), { onFailure: 'stop' });
    await source.send(1, 2, 3);
    expect(source.answers.size).toBe(0);
    const seen: (readonly number[])[] = [];
    groups.subscribe((events) => void seen.push(events));
    await source.send(4);
    expect(seen).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(all).toEqual([1, 2, 3, 4]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 what waits when the last who counts has left is not taken, though an observer stays', async () => {
    const source = numbers();
    const groups = batch(source.stream, { size: 10, within: 1_000 });
    const viewed: (readonly number[])[] = [];
    groups.subscribe((events) => void viewed.push(events), { observe: true });
    const stop = groups.subscribe(() => {});
    await source.send(1, 2);
    stop();
    await source.clock.advance(1_000);
    expect([viewed, source.answers.size, source.stream.stats().untaken]).toEqual([[[1, 2]], 0, 2]);
    const seen: (readonly number[])[] = [];
    groups.subscribe((events) => void seen.push(events));
    await source.clock.advance(1_000);
    expect([seen, [...source.answers.values()]]).toEqual([[[1, 2]], ['taken', 'taken']]);
  });

  it('delivery-1 observers alone hold nothing', async () => {
    const source = numbers();
    const seen: (readonly number[])[] = [];
    batch(source.stream, { size: 2 }).subscribe((events) => void seen.push(events), { observe: true });
    await source.send(1, 2, 3);
    expect(seen).toEqual([[1, 2]]);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('names who holds a group, and passes on what the source says', async () => {
    const source = numbers({ start: () => () => {} });
    const groups = batch(source.stream, { size: 1 });
    const statuses = heard(groups, 'status');
    byHand(groups, { label: 'ledger' });
    await source.send(1);
    await source.clock.advance(30_000);
    expect(statuses).toMatchObject([{ state: 'stalled', reason: expect.stringContaining("'ledger'") }]);
  });

  it('delivery-5 larger than what the source delivers ahead is CONFIG, also through other operators', () => {
    const hub = createHub<number>({ platform: 'numbers', clock: testClock(), patient: true, ahead: 256 });
    const stream = toStream(hub);
    const config = expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('256') });
    expect(() => batch(map(stream, String), { size: 257 })).toThrow(config);
    expect(() => batch(stream, { size: 256 })).not.toThrow();
    expect(() => batch(batch(stream, { size: 16 }), { size: 16 })).not.toThrow();
    expect(() => batch(batch(stream, { size: 16 }), { size: 17 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it.each([{}, { size: 0 }, { size: 1.5 }, { within: 0 }, { within: Number.NaN }])('with %j is CONFIG', (options) => {
    expect(() => batch(numbers().stream, options)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});
