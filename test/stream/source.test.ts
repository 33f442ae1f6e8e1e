import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { map, take } from '../../src/stream/operators.ts';
import { createSource } from '../../src/stream/source.ts';
import { settle } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

const id = String;

describe('a source of one’s own', () => {
  it('delivery-1 `push` resolves when the event was taken, and not before', async () => {
    const source = numbers();
    const hands = byHand(source.stream);
    await source.send(1);
    expect(source.answers.size).toBe(0);
    await hands.take();
    expect(source.answers.get(1)).toBe('taken');
  });

  it('delivery-1 keeps what nobody watches for the next watcher, in order, before anything newer', async () => {
    const source = numbers();
    await source.send(1, 2);
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(3);
    expect(seen).toEqual([1, 2, 3]);
    expect(source.answers.size).toBe(3);
  });

  it('delivery-1 with `unwatched: reject` refuses what nobody watches, and what the last watcher left', async () => {
    const source = numbers({ unwatched: 'reject', id });
    await expect(source.push(1)).rejects.toMatchObject({ code: 'CONSUMER', retryable: true, fatal: false });
    const hands = byHand(source.stream);
    await source.send(1, 2);
    hands.stop();
    await settle();
    expect([...source.answers]).toEqual([[2, 'refused']]);
    await hands.take();
    expect(source.answers.get(1)).toBe('taken');
    expect(source.stream.stats().untaken).toBe(0);
    // Delivered again, 2 is no duplicate; 1 is.
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(1, 2);
    expect(seen).toEqual([2]);
  });

  it('delivery-1 a re-delivery gets the answer of the delivery that it repeats, and is not offered', async () => {
    const source = numbers({ id });
    const hands = byHand(source.stream);
    await source.send(1);
    let answered = 0;
    void source.push(1).then(() => {
      answered += 1;
    });
    await settle();
    expect(answered).toBe(0);
    await hands.take();
    expect(answered).toBe(1);
    await source.push(1);
    expect(hands.offered).toEqual([1]);
    expect(source.stream.stats()).toMatchObject({ duplicates: 2, eventsProcessed: 1 });
  });

  it('delivery-1 without an id, equal events are two events', async () => {
    const source = numbers();
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(5, 5);
    expect(seen).toEqual([5, 5]);
  });

  it('a failure that is not fatal is told and counted; a fatal one ends the stream', async () => {
    const source = numbers();
    const errors = heard(source.stream, 'error');
    const ends = heard(source.stream, 'end');
    const statuses = heard(source.stream, 'status');
    const last: TipstreamError[] = [];
    source.stream.subscribe(() => {}, { onError: (error) => last.push(error) });
    const fault = (code: 'NETWORK' | 'AUTH') => new TipstreamError({ code, message: code });
    source.fail(fault('NETWORK'));
    expect(ends).toEqual([]);
    source.fail(fault('AUTH'));
    expect(errors.map(({ code }) => code)).toEqual(['NETWORK', 'AUTH']);
    expect(ends).toMatchObject([{ code: 'AUTH' }]);
    expect(last).toMatchObject([{ code: 'AUTH' }]);
    expect(statuses.at(-1)).toMatchObject({ state: 'ended', reason: 'AUTH' });
    expect(source.stream.stats().errors).toEqual({ NETWORK: 1, AUTH: 1 });
  });

  it('delivery-4 says a gap, with its name and channel', () => {
    const source = createSource<number>({ platform: 'numbers', channel: 'stage' });
    const gaps = heard(source.stream, 'gap');
    source.gap({ reason: 'disconnected', from: 1 });
    expect(gaps).toMatchObject([{ platform: 'numbers', channel: 'stage', reason: 'disconnected', from: 1 }]);
    expect(gaps[0]?.to).toBeGreaterThan(1);
    expect(source.stream.stats().gaps).toBe(1);
  });

  it('ends its watchers once they took what they have, and can be watched again', async () => {
    const source = numbers();
    const hands = byHand(source.stream);
    await source.send(1, 2);
    source.end();
    await hands.take();
    await hands.take();
    expect(hands.offered).toEqual([1, 2]);
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(3);
    expect(seen).toEqual([3]);
  });

  it('counts what it did', async () => {
    const source = numbers();
    byHand(source.stream);
    source.stream.subscribe(() => {}, { observe: true });
    await source.send(1, 2);
    expect(source.stream.stats()).toEqual({
      eventsProcessed: 2,
      duplicates: 0,
      invalid: 0,
      polls: 0,
      errors: {},
      gaps: 0,
      untaken: 2,
      watchers: 2,
      lastEventAt: source.clock.now(),
      lastSuccessAt: source.clock.now(),
    });
  });

  it('delivery-1 that cannot begin says so to whoever watches, and holds nothing back from those who watch later', async () => {
    let broken = true;
    const source = numbers({
      start() {
        if (broken) throw new Error('no port');
        return undefined;
      },
    });
    const controller = new AbortController();
    const seen: number[] = [];
    const watch = () => source.stream.subscribe((n) => void seen.push(n), { signal: controller.signal });
    expect(watch).toThrow('no port');
    expect(() => map(source.stream, (n) => n).iterate()).toThrow('no port');
    expect([source.stream.stats().watchers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
    broken = false;
    watch();
    await source.send(1);
    expect([seen, source.answers.get(1)]).toEqual([[1], 'taken']);
  });

  it('is stopped though its only watcher left while it began', async () => {
    let running = 0;
    const source = numbers({
      start(self) {
        running += 1;
        void self.push(1);
        return () => {
          running -= 1;
        };
      },
    });
    const seen: number[] = [];
    take(source.stream, 1).subscribe((n) => void seen.push(n));
    await settle();
    expect([seen, running, source.stream.stats().watchers]).toEqual([[1], 0, 0]);
  });

  it('delivery-1 an empty id tells nothing apart: each of its events is offered', async () => {
    const source = numbers({ id: () => '' });
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(1, 2);
    expect(seen).toEqual([1, 2]);
  });

  it('delivery-1 a re-delivery from inside the callback of its own delivery is none', async () => {
    const source = numbers({ id });
    const seen: number[] = [];
    source.stream.subscribe((n) => {
      seen.push(n);
      if (seen.length < 3) void source.push(n);
    });
    await source.send(1);
    expect(seen).toEqual([1]);
  });

  it('delivery-1 whose own end throws is left all the same, with everything given back, and says so', async () => {
    const source = numbers({
      unwatched: 'reject',
      start: () => () => {
        throw new Error('closed already');
      },
    });
    const errors = heard(source.stream, 'error');
    const controller = new AbortController();
    const hands = byHand(source.stream, { signal: controller.signal });
    await source.send(1, 2);
    controller.abort();
    await hands.take();
    expect([...source.answers]).toEqual([
      [2, 'refused'],
      [1, 'taken'],
    ]);
    expect(errors).toMatchObject([{ code: 'CONSUMER', fatal: false }]);
    expect(source.stream.stats().untaken).toBe(0);
  });
});
