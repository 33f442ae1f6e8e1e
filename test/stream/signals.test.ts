import { describe, expect, it } from 'vitest';
import { createSignals } from '../../src/stream/signals.ts';

const gap = { platform: 'stage', to: 1, reason: 'restart' };

describe('signals', () => {
  it('reach every listener of their name, until it stops', () => {
    const signals = createSignals<number>();
    const seen: string[] = [];
    signals.emit('gap', gap);
    const stop = signals.on('gap', ({ reason }) => seen.push(`a ${reason}`));
    signals.on('gap', ({ reason }) => seen.push(`b ${reason}`));
    signals.on('end', () => seen.push('end'));
    signals.emit('gap', gap);
    stop();
    signals.emit('gap', gap);
    expect(seen).toEqual(['a restart', 'b restart', 'b restart']);
  });

  it('delivery-6 a listener that throws stops no neighbour, and what it threw is told as an error', () => {
    const signals = createSignals<number>();
    const seen: unknown[] = [];
    signals.on('error', ({ code, fatal, cause }) => {
      seen.push(code, fatal, cause);
      throw new Error('the last one to tell');
    });
    signals.on('gap', () => {
      throw 'no';
    });
    signals.on('gap', () => seen.push('neighbour'));
    signals.emit('gap', gap);
    expect(seen).toEqual(['CONSUMER', false, 'no', 'neighbour']);
  });

  it('a listener that is registered twice is called twice, and each stops for itself', () => {
    const signals = createSignals<number>();
    let times = 0;
    const listener = (): void => {
      times += 1;
    };
    const stop = signals.on('end', listener);
    signals.on('end', listener);
    signals.emit('end', undefined);
    stop();
    signals.emit('end', undefined);
    expect(times).toBe(3);
  });
});
