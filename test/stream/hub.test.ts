import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { createHub } from '../../src/stream/hub.ts';
import { merge } from '../../src/stream/merge.ts';
import { map } from '../../src/stream/operators.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle, testClock } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

describe('a stream', () => {
  it('is cold until it is watched, has one source for many watchers, and stops it after the last', async () => {
    const steps: string[] = [];
    const source = numbers({
      start: () => {
        steps.push('start');
        return () => void steps.push('stop');
      },
    });
    source.stream.on('status', () => {});
    expect(steps).toEqual([]);
    const a = source.stream.subscribe(() => {});
    const b = source.stream.subscribe(() => {}, { observe: true });
    a();
    expect(steps).toEqual(['start']);
    b();
    b();
    expect(steps).toEqual(['start', 'stop']);
    source.stream.subscribe(() => {});
    expect(steps).toEqual(['start', 'stop', 'start']);
  });

  it('delivery-1 the source is stopped before the last watcher gives back what it holds', async () => {
    const steps: string[] = [];
    const hub = createHub<number>({
      platform: 'numbers',
      clock: testClock(),
      patient: true,
      start: () => () => void steps.push('stop'),
    });
    const hands = byHand(map(toStream(hub), (n) => n));
    const owner = { taken: () => void steps.push('taken'), left: () => Boolean(steps.push('left')) };
    hub.push(1, owner);
    hub.push(2, owner);
    hands.stop();
    expect(steps).toEqual(['stop', 'left']);
    await hands.take();
    expect(steps).toEqual(['stop', 'left', 'taken']);
  });

  it('that nobody watches says nothing of its end when it is closed, and can be watched later', async () => {
    const source = numbers();
    const [states, ends] = [heard(source.stream, 'status'), heard(source.stream, 'end')];
    await source.stream.close();
    expect([states, ends]).toEqual([[], []]);
    const seen: number[] = [];
    source.stream.subscribe((n) => void seen.push(n));
    await source.send(1);
    await source.stream.close();
    expect([seen, states.map(({ state }) => state).at(-1), ends]).toEqual([[1], 'ended', [undefined]]);
  });

  it('that is watched again while it closes has not ended', async () => {
    let written = (): void => {};
    const hub = createHub<number>({
      platform: 'numbers',
      clock: testClock(),
      patient: true,
      settle: () =>
        new Promise<void>((resolve) => {
          written = resolve;
        }),
    });
    const stream = toStream(hub);
    const [states, ends] = [heard(stream, 'status'), heard(stream, 'end')];
    stream.subscribe(() => {});
    const closing = stream.close();
    await settle();
    const seen: number[] = [];
    stream.subscribe((n) => void seen.push(n));
    written();
    await closing;
    hub.push(1);
    expect([states.map(({ state }) => state).includes('ended'), ends, seen]).toEqual([false, [], [1]]);
  });

  it('delivery-1 `close` lets a running callback finish, leaves what waits, writes down, and resolves', async () => {
    const steps: string[] = [];
    const clock = testClock();
    const hub = createHub<number>({
      platform: 'numbers',
      clock,
      patient: true,
      settle: async () => void steps.push('settle'),
    });
    const stream = toStream(hub);
    const ended = heard(stream, 'end');
    const hands = byHand(stream);
    const owner = { taken: () => void steps.push('taken') };
    hub.push(1, owner);
    hub.push(2, owner);
    const closing = stream.close().then(() => steps.push('closed'));
    await settle();
    expect(steps).toEqual([]);
    await hands.take();
    await closing;
    expect(steps).toEqual(['taken', 'settle', 'closed']);
    expect(ended).toEqual([undefined]);
    expect(clock.pending).toBe(0);
    const again: number[] = [];
    stream.subscribe((n) => void again.push(n));
    await settle();
    expect(again).toEqual([2]);
  });

  it('delivery-1 `close` waits 5 s for a callback and no longer', async () => {
    const source = numbers();
    byHand(source.stream);
    await source.send(1);
    let closed = false;
    void source.stream.close().then(() => {
      closed = true;
    });
    await source.clock.advance(4_999);
    expect(closed).toBe(false);
    await source.clock.advance(1);
    expect(closed).toBe(true);
    expect(source.clock.pending).toBe(0);
  });

  it('delivery-1 `close` does not wait for a callback that waits to be tried again, nor for one that has not begun', async () => {
    const source = numbers();
    source.stream.subscribe(() => Promise.reject(new Error('no')), { onFailure: 'retry' });
    await source.send(1);
    await source.stream.close();
    expect(source.clock.pending).toBe(0);
    const next = byHand(source.stream);
    await source.stream.close();
    expect(next.offered).toEqual([]);
    expect(source.stream.stats().untaken).toBe(1);
  });

  it('delivery-1 `close` ends a loop without a throw, and the event it is at is taken when it asks on', async () => {
    const source = numbers();
    const loop = source.stream.iterate();
    await source.send(1, 2);
    await loop.next();
    await source.stream.close();
    expect(await loop.next()).toEqual({ value: undefined, done: true });
    await settle();
    expect([...source.answers.keys()]).toEqual([1]);
  });

  it('delivery-1 closing the source closes what was made of it; a merge of several goes on with the others', async () => {
    const a = numbers();
    const b = numbers();
    const mapped = heard(
      map(a.stream, (n) => n),
      'end',
    );
    const one = map(a.stream, (n) => n);
    const ends = heard(one, 'end');
    one.subscribe(() => {});
    const both: number[] = [];
    merge(a.stream, b.stream).subscribe((n) => void both.push(n));
    await a.stream.close();
    expect(ends).toEqual([undefined]);
    expect(mapped).toEqual([]);
    await b.send(7);
    expect(both).toEqual([7]);
  });

  it('is disposed of like a resource', async () => {
    const source = numbers();
    source.stream.subscribe(() => {});
    await source.stream[Symbol.asyncDispose]();
    expect(source.stream.stats().watchers).toBe(0);
  });

  it('is ready with the first success, and says so to whoever asks later', async () => {
    const source = numbers();
    const ready = source.stream.ready();
    await source.send(1);
    await ready;
    await source.stream.ready();
    expect(source.stream.stats()).toMatchObject({
      lastSuccessAt: source.clock.now(),
      lastEventAt: source.clock.now(),
      eventsProcessed: 1,
    });
  });

  it('is never ready when it ends in an error, is closed, or the wait is aborted', async () => {
    const source = numbers();
    const controller = new AbortController();
    const aborted = source.stream.ready({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(source.stream.ready({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const failed = source.stream.ready();
    source.fail(new TipstreamError({ code: 'AUTH', message: 'refused' }));
    await expect(failed).rejects.toMatchObject({ code: 'AUTH' });
    const closed = source.stream.ready();
    await source.stream.close();
    await expect(closed).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('delivery-6 nothing that ends leaves an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const source = numbers({ unwatched: 'reject' });
    void source.push(1);
    source.stream.subscribe(() => Promise.reject(new Error('no')), { onFailure: 'stop' });
    void source.push(2);
    source.stream.subscribe(() => Promise.reject(new Error('no')));
    void source.push(3);
    const loop = source.stream.iterate();
    loop.next().catch(() => {});
    source.stream.toReadableStream().getReader();
    await settle();
    source.fail(new TipstreamError({ code: 'AUTH', message: 'refused' }));
    await source.stream.close();
    await settle();
    expect(unhandled).toEqual([]);
  });

  it('tells a state once, and says what a source was doing again when nobody holds it up any more', async () => {
    const source = numbers({ start: () => () => {} });
    const statuses = heard(source.stream, 'status');
    const hands = byHand(source.stream);
    source.status('live');
    source.status('live');
    await source.send(1);
    await source.clock.advance(30_000);
    source.status('live');
    expect(statuses.map(({ state }) => state)).toEqual(['live', 'stalled']);
    hands.stop();
    await hands.take();
    expect(statuses.map(({ state }) => state)).toEqual(['live', 'stalled', 'idle']);
  });
});
