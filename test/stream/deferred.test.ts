import { describe, expect, it, onTestFinished } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { deferred } from '../../src/stream/deferred.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { merge } from '../../src/stream/merge.ts';
import { filter } from '../../src/stream/operators.ts';
import { createSource } from '../../src/stream/source.ts';
import { settle, testClock } from '../support/clock.ts';

/** A stream whose code comes when the test says so. */
function late() {
  const clock = testClock();
  const source = createSource<number>({ platform: 'pretend', clock });
  let arrive = (): void => {};
  let fail = (_: TipstreamError): void => {};
  let loads = 0;
  const [stream, loaded] = deferred<number, EventStream<number>>('pretend', clock, () => {
    loads += 1;
    return new Promise((resolve, reject) => {
      arrive = () => resolve(source.stream);
      fail = reject;
    });
  });
  return {
    stream,
    loaded,
    source,
    get loads() {
      return loads;
    },
    arrive: async () => {
      arrive();
      await settle();
    },
    fail: async (error = new TipstreamError({ code: 'NETWORK', message: 'no code' })) => {
      fail(error);
      await settle();
    },
  };
}

describe('a stream whose code comes later', () => {
  it('is loaded by the first use, once, and by nothing else', async () => {
    const { stream, source, arrive, ...room } = late();
    stream.on('status', () => {});
    expect(stream.stats()).toMatchObject({ eventsProcessed: 0, watchers: 0 });
    await stream.close();
    const seen: number[] = [];
    filter(stream, () => true);
    expect(room.loads).toBe(0);
    stream.subscribe((n) => void seen.push(n));
    stream.subscribe((n) => void seen.push(n));
    await arrive();
    await source.push(1);
    expect(seen).toEqual([1, 1]);
    expect(stream.stats()).toMatchObject({ watchers: 2, eventsProcessed: 1 });
  });

  it('hears from the beginning what listeners asked for before it came, until they stop', async () => {
    const { stream, source, arrive } = late();
    const heard: string[] = [];
    stream.on('gap', () => heard.push('kept'));
    const stop = stream.on('gap', () => heard.push('stopped early'));
    const later = stream.on('gap', () => heard.push('stopped later'));
    stop();
    stream.subscribe(() => {});
    await arrive();
    stream.on('gap', () => heard.push('after'));
    const emit = () =>
      (source.stream as unknown as { '~origin': { emit(name: string, gap: object): void } })['~origin'].emit('gap', {});
    emit();
    later();
    emit();
    expect(heard).toEqual(['kept', 'stopped later', 'after', 'kept', 'after']);
  });

  it('is left before it came: no watcher, no event', async () => {
    const { stream, source, arrive } = late();
    const seen: number[] = [];
    const stop = stream.subscribe((n) => void seen.push(n));
    stop();
    const merged = merge(stream);
    merged.subscribe((n) => void seen.push(n))();
    const loop = stream.iterate();
    const left = loop.return?.();
    await arrive();
    await left;
    expect(source.stream.stats().watchers).toBe(0);
    expect(await loop.next()).toEqual({ value: undefined, done: true });
  });

  it('can be looped over, read and operated on before and after it came', async () => {
    const { stream, source, arrive } = late();
    const even: number[] = [];
    filter(stream, (n) => n % 2 === 0).subscribe((n) => void even.push(n));
    const loop = stream[Symbol.asyncIterator]();
    const [first, second] = [loop.next(), loop.next()];
    const reader = stream.toReadableStream().getReader();
    const read = reader.read();
    await arrive();
    void source.push(1);
    void source.push(2);
    expect([await first, await second]).toMatchObject([{ value: 1 }, { value: 2 }]);
    expect(await read).toMatchObject({ value: 1 });
    await settle();
    expect(even).toEqual([2]);
    const again: number[] = [];
    filter(stream, () => true).subscribe((n) => void again.push(n));
    await loop.return?.();
    await reader.cancel();
    const after = stream.iterate();
    const third = after.next();
    void source.push(3);
    expect(await third).toMatchObject({ value: 3 });
    await after.return?.();
    expect(again).toEqual([3]);
  });

  it('says to everybody that it could not be had, and is loaded again by the next', async () => {
    const { stream, source, arrive, fail } = late();
    const heard: string[] = [];
    stream.on('error', ({ code }) => heard.push(`error ${code}`));
    stream.on('end', (error) => heard.push(`end ${error?.code}`));
    stream.subscribe(() => {}, { onError: ({ code }) => heard.push(`subscriber ${code}`) });
    merge(stream).subscribe(() => {}, { onError: ({ code }) => heard.push(`merged ${code}`) });
    const loop = stream.iterate().next();
    const ready = stream.ready();
    loop.catch(() => {});
    ready.catch(() => {});
    await fail();
    expect(heard.sort()).toEqual(['end NETWORK', 'error NETWORK', 'merged NETWORK', 'subscriber NETWORK']);
    await expect(loop).rejects.toMatchObject({ code: 'NETWORK' });
    await expect(ready).rejects.toMatchObject({ code: 'NETWORK' });
    const seen: number[] = [];
    stream.subscribe((n) => void seen.push(n));
    await arrive();
    await source.push(1);
    expect(seen).toEqual([1]);
  });

  it('gives the true stream after whoever watched before', async () => {
    const { stream, source, loaded, arrive } = late();
    const seen: number[] = [];
    stream.subscribe((n) => void seen.push(n));
    const pushed = loaded().then(() => source.push(1));
    await arrive();
    await pushed;
    expect(seen).toEqual([1]);
  });

  it('closes what came, and is watched again', async () => {
    const { stream, source, arrive } = late();
    const ended: unknown[] = [];
    stream.on('end', (error) => ended.push(error));
    stream.subscribe(() => {});
    const closing = stream.close();
    await arrive();
    await closing;
    expect(ended).toEqual([undefined]);
    const seen: number[] = [];
    stream.subscribe((n) => void seen.push(n));
    await source.push(5);
    expect(seen).toEqual([5]);
  });

  it('delivery-6 listeners that throw stop no neighbour when it cannot be had, and leave no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const { stream, fail } = late();
    const told: (string | undefined)[] = [];
    const broken = (): never => {
      throw new Error('mine');
    };
    stream.on('end', broken);
    stream.on('end', (error) => told.push(error?.code));
    stream.subscribe(() => {}, { onError: broken });
    const ready = stream.ready();
    ready.catch(() => {});
    await fail();
    await expect(ready).rejects.toMatchObject({ code: 'NETWORK' });
    expect([told, unhandled]).toEqual([['NETWORK'], []]);
  });
});
