import { describe, expect, it } from 'vitest';
import { emit, listen, type Signals } from '../../src/stream/signals.ts';
import { noStats } from '../../src/stream/stats.ts';

const gap = { platform: 'stage', to: 1, reason: 'restart' };

describe('signals', () => {
  it('reach every listener of their name, until it stops', () => {
    const signals: Signals = { counters: noStats() };
    const seen: string[] = [];
    emit(signals, 'gap', gap);
    const stop = listen(signals, 'gap', ({ reason }) => seen.push(`a ${reason}`));
    listen(signals, 'gap', ({ reason }) => seen.push(`b ${reason}`));
    listen(signals, 'end', () => seen.push('end'));
    emit(signals, 'gap', gap);
    stop();
    emit(signals, 'gap', gap);
    expect(seen).toEqual(['a restart', 'b restart', 'b restart']);
  });

  it('delivery-6 a listener that throws stops no neighbour, and what it threw is told as an error', () => {
    const signals: Signals = { counters: noStats() };
    const seen: unknown[] = [];
    listen(signals, 'error', ({ code, fatal, cause }) => {
      seen.push(code, fatal, cause);
      throw new Error('the last one to tell');
    });
    listen(signals, 'gap', () => {
      throw 'no';
    });
    listen(signals, 'gap', () => seen.push('neighbour'));
    emit(signals, 'gap', gap);
    expect(seen).toEqual(['CONSUMER', false, 'no', 'neighbour']);
  });

  it('a listener that is registered twice is called twice, and each stops for itself', () => {
    const signals: Signals = { counters: noStats() };
    let times = 0;
    const listener = (): void => {
      times += 1;
    };
    const stop = listen(signals, 'end', listener);
    listen(signals, 'end', listener);
    emit(signals, 'end', undefined);
    stop();
    emit(signals, 'end', undefined);
    expect(times).toBe(3);
  });
});
