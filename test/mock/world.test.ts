import { describe, expect, it } from 'vitest';
import { createMock } from '../../src/mock/mock.ts';
import type { MockOptions } from '../../src/mock/options.ts';

const evening = (options: MockOptions = {}, count = 200) => createMock({ seed: 7, ...options }).script(count);

describe('the script', () => {
  it('EV-31 the same seed is the same evening, another seed another one', () => {
    expect(evening()).toEqual(evening());
    expect(evening({ seed: 8 })).not.toEqual(evening());
    expect(evening({ seed: 'evening' })).toEqual(evening({ seed: 'evening' }));
  });

  it('EV-30 the random events of the contract dialect use exactly the documented amounts and users', () => {
    const tips = evening({}, 2000).filter(({ dialect }) => dialect === 'contract');
    expect([...new Set(tips.map(({ amount }) => amount))].sort((a, b) => a - b)).toEqual([10, 20, 50, 100, 200]);
    expect([...new Set(tips.map(({ wireName }) => wireName))].sort()).toEqual([
      'fan123',
      'supporter',
      'user1',
      'user2',
      'user3',
    ]);
  });

  it('a longer script begins with the shorter one', () => {
    expect(evening({}, 500).slice(0, 30)).toEqual(evening({}, 30));
  });

  it('even eight tips are from every platform, in every dialect and format', () => {
    for (const seed of [1, 2, 3, 7, 'any', 99]) {
      const tips = evening({ seed }, 16);
      expect([...new Set(tips.map(({ format }) => format))].sort()).toEqual([
        'A',
        'B',
        'alternative',
        'events-api',
        'format-1',
        'format-2',
        'standard',
      ]);
    }
  });

  it('a platform gives the same tips whoever else is there', () => {
    const alone = evening({ platforms: ['camsoda'] }, 40);
    const together = evening({}, 400).filter(({ platform }) => platform === 'camsoda');
    expect(together.slice(0, 40)).toEqual(alone);
  });

  it('goes by time', () => {
    const times = evening().map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('names nobody who is anonymous, except on the wire', () => {
    const hidden = evening({}, 400).filter(({ anonymous }) => anonymous);
    expect(new Set(hidden.map(({ format }) => format))).toEqual(new Set(['format-1', 'events-api']));
    expect(new Set(hidden.map(({ tipper }) => tipper))).toEqual(new Set(['Anonymous']));
    expect(hidden.filter(({ wireName }) => wireName === 'Anonymous')).toEqual([]);
  });

  it('ends at the limit, and without one asks how much is meant', () => {
    const mock = createMock({ seed: 7, limit: 30 });
    expect(mock.script()).toEqual(evening({}, 30));
    expect(mock.script(100)).toHaveLength(30);
    expect(() => createMock({ seed: 7 }).script()).toThrow('give the mock a limit');
  });

  it('gives each of several rooms an evening of its own', () => {
    const rooms = ['amber_room', 'quiet_room'].map((channel) => ({ platform: 'camsoda', channel }));
    const tips = evening({ rooms }, 60);
    const [first, second] = rooms.map(({ channel }) =>
      tips.filter((tip) => tip.channel === channel).map(({ amount, wireName }) => [amount, wireName]),
    );
    expect(first?.length).toBeGreaterThan(20);
    expect(second?.slice(0, 20)).not.toEqual(first?.slice(0, 20));
  });
});
