import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { settle } from '../support/clock.ts';
import { heard, numbers } from '../support/stream.ts';

describe('a loop', () => {
  it('delivery-1 takes an event when it asks for the next one', async () => {
    const source = numbers();
    const loop = source.stream.iterate();
    await source.send(1, 2);
    expect(await loop.next()).toEqual({ value: 1, done: false });
    expect(source.answers.size).toBe(0);
    expect(await loop.next()).toEqual({ value: 2, done: false });
    expect([...source.answers]).toEqual([[1, 'taken']]);
  });

  it.each(['break', 'throw'])(
    'delivery-1 left by %s takes nothing: the next loop gets that event first, then the rest',
    async (how) => {
      const source = numbers();
      const first: number[] = [];
      const loop = async (): Promise<void> => {
        for await (const n of source.stream) {
          first.push(n);
          if (n !== 2) continue;
          if (how === 'break') break;
          throw new Error('body');
        }
      };
      const ending = loop().catch((error: Error) => error.message);
      await source.send(1, 2, 3);
      expect(await ending).toBe(how === 'break' ? undefined : 'body');
      expect(first).toEqual([1, 2]);
      expect(source.stream.stats()).toMatchObject({ untaken: 2, watchers: 0 });
      const again: number[] = [];
      await source.send(4);
      for await (const n of source.stream) {
        again.push(n);
        if (n === 4) source.end();
      }
      expect(again).toEqual([2, 3, 4]);
      expect(source.stream.stats().untaken).toBe(0);
    },
  );

  it('delivery-1 ends without a throw by its own signal, takes the event it is at, and leaves no listener', async () => {
    const source = numbers();
    const controller = new AbortController();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const n of source.stream.iterate({ signal: controller.signal })) {
        seen.push(n);
        if (n === 2) controller.abort(new Error('enough'));
      }
      return 'ended';
    })();
    await source.send(1, 2, 3);
    expect(await loop).toBe('ended');
    expect(seen).toEqual([1, 2]);
    expect([...source.answers.keys()]).toEqual([1, 2]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const again: number[] = [];
    source.stream.subscribe((n) => void again.push(n));
    await settle();
    expect(again).toEqual([3]);
  });

  it('delivery-1 that waits for an event ends at once by its signal, and one with an aborted signal never begins', async () => {
    const source = numbers();
    const controller = new AbortController();
    const waiting = source.stream.iterate({ signal: controller.signal }).next();
    controller.abort();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await source.stream.iterate({ signal: controller.signal }).next()).toEqual({ value: undefined, done: true });
    expect(source.stream.stats().watchers).toBe(0);
  });

  it('delivery-6 throws the fatal error only, once, and after the last event was taken', async () => {
    const source = numbers();
    const told: string[] = [];
    const loop = source.stream.iterate({ onError: (error) => told.push(error.code) });
    await source.send(1, 2);
    source.fail(new TipstreamError({ code: 'NETWORK', message: 'a cable' }));
    source.fail(new TipstreamError({ code: 'AUTH', message: 'the token was refused' }));
    expect((await loop.next()).value).toBe(1);
    expect((await loop.next()).value).toBe(2);
    expect(source.answers.get(2)).toBeUndefined();
    await expect(loop.next()).rejects.toMatchObject({ code: 'AUTH' });
    await settle();
    expect(source.answers.get(2)).toBe('taken');
    expect(await loop.next()).toEqual({ value: undefined, done: true });
    expect(told).toEqual(['AUTH']);
    expect(source.stream.stats().errors).toEqual({ NETWORK: 1, AUTH: 1 });
  });

  it('delivery-1 that is aborted ends without a throw also when its source has died', async () => {
    const source = numbers();
    const controller = new AbortController();
    const loop = source.stream.iterate({ signal: controller.signal });
    await source.send(1, 2);
    await loop.next();
    source.fail(new TipstreamError({ code: 'AUTH', message: 'the token was refused' }));
    controller.abort();
    expect(await loop.next()).toEqual({ value: undefined, done: true });
    expect(source.stream.stats().untaken).toBe(1);
  });

  it('delivery-1 may ask ahead: each question gets one event, in order', async () => {
    const source = numbers();
    const loop = source.stream.iterate();
    const answers = Promise.all([loop.next(), loop.next(), loop.next()]);
    await source.send(1, 2);
    source.end();
    expect((await answers).map(({ value }) => value)).toEqual([1, 2, undefined]);
    await settle();
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('delivery-1 that holds one event for 30 s is named', async () => {
    const source = numbers({ start: () => () => {} });
    const statuses = heard(source.stream, 'status');
    const loop = source.stream.iterate({ label: 'overlay' });
    await source.send(1);
    await loop.next();
    await source.clock.advance(30_000);
    expect(statuses.at(-1)).toMatchObject({ state: 'stalled', reason: expect.stringContaining("'overlay'") });
    await loop.return?.();
    expect(source.clock.pending).toBe(0);
    expect(statuses.at(-1)).toMatchObject({ state: 'idle' });
  });

  it('delivery-5 with a full buffer and `error` throws OVERFLOW, and the next watcher gets everything', async () => {
    const source = numbers();
    const loop = source.stream.iterate({ buffer: 2, overflow: 'error', label: 'slow' });
    await source.send(1, 2, 3);
    await expect(loop.next()).rejects.toMatchObject({
      code: 'OVERFLOW',
      message: expect.stringContaining('slow: 2 events wait'),
    });
    expect(await loop.next()).toEqual({ value: undefined, done: true });
    const next: number[] = [];
    source.stream.subscribe((n) => void next.push(n));
    await settle();
    expect(next).toEqual([1, 2, 3]);
  });
});

describe('a web stream', () => {
  it('delivery-1 reads nothing ahead: watching begins with the first read, and a read takes the one before', async () => {
    const source = numbers();
    const reader = source.stream.toReadableStream().getReader();
    await settle();
    expect(source.stream.stats().watchers).toBe(0);
    await source.send(1, 2, 3);
    expect(await reader.read()).toEqual({ value: 1, done: false });
    await settle();
    expect(source.answers.size).toBe(0);
    expect(await reader.read()).toEqual({ value: 2, done: false });
    await settle();
    expect([...source.answers.keys()]).toEqual([1]);
  });

  it('delivery-1 cancelled, it takes nothing, also while it waits', async () => {
    const source = numbers();
    const reader = source.stream.toReadableStream().getReader();
    await source.send(1, 2);
    await reader.read();
    await reader.cancel();
    expect(source.stream.stats()).toMatchObject({ untaken: 2, watchers: 0 });
    const again = source.stream.toReadableStream().getReader();
    expect([await again.read(), await again.read()].map(({ value }) => value)).toEqual([1, 2]);
    const waiting = again.read();
    await settle();
    await again.cancel();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(source.stream.stats()).toMatchObject({ untaken: 0, watchers: 0 });
  });

  it('delivery-6 ends with its source, and in its error', async () => {
    const source = numbers();
    const reader = source.stream.toReadableStream().getReader();
    const read = reader.read();
    await settle();
    source.end();
    expect((await read).done).toBe(true);
    const failing = source.stream.toReadableStream().getReader().read();
    await settle();
    source.fail(new TipstreamError({ code: 'PERMISSION', message: 'not yours' }));
    await expect(failing).rejects.toMatchObject({ code: 'PERMISSION' });
  });
});
