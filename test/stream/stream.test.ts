import { describe, expect, it } from 'vitest';
import { createSource, filter } from '../../src/index.ts';

const names = ['subscribe', 'iterate', 'toReadableStream', 'on', 'ready', 'stats', 'close'] as const;

describe('the functions of a stream', () => {
  it('work without the stream they were taken from', async () => {
    const { stream, push } = createSource<number>({ platform: 'numbers' });
    const { subscribe, stats, close, [Symbol.asyncDispose]: dispose } = stream;
    const seen: number[] = [];
    subscribe((n) => void seen.push(n));
    await push(1);
    expect([seen, stats().eventsProcessed]).toEqual([[1], 1]);
    await close();
    await dispose();
  });

  it('cost an idle stream nothing: it has none of its own', () => {
    const { stream } = createSource<number>({ platform: 'numbers' });
    expect(Object.keys(stream)).toEqual([]);
    for (const name of names) expect(stream[name]).toBeTypeOf('function');
  });

  it('may be put in their place by whoever wraps a stream, for that stream alone', async () => {
    const { stream, push } = createSource<number>({ platform: 'numbers' });
    const other = createSource<number>({ platform: 'numbers' }).stream;
    const closed: string[] = [];
    const { close } = stream;
    const wrapped = Object.assign(stream, {
      close: async () => {
        closed.push('mine');
        await close();
      },
    });
    expect(wrapped).toBe(stream);
    const seen: number[] = [];
    wrapped.subscribe((n) => void seen.push(n));
    // It is still a stream to every operator.
    filter(wrapped, (n) => n > 1).subscribe((n) => void seen.push(n * 10));
    await push(2);
    await wrapped.close();
    await other.close();
    expect([seen, closed]).toEqual([[2, 20], ['mine']]);
    stream.close = close;
    await stream.close();
    expect(closed).toEqual(['mine']);
  });
});
