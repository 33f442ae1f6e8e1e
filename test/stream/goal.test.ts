import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { type GoalProgress, goal } from '../../src/stream/goal.ts';
import { createSource } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { settle, testClock } from '../support/clock.ts';
import { tip } from '../support/stream.ts';

const stage = () => createSource<TipEvent>({ platform: 'stage', clock: testClock() });

async function play(
  stream: ReturnType<typeof goal>,
  source: ReturnType<typeof stage>,
  tips: TipEvent[],
): Promise<GoalProgress[]> {
  const seen: GoalProgress[] = [];
  const stop = stream.subscribe((progress) => void seen.push(progress));
  for (const each of tips) void source.push(each);
  await settle();
  stop();
  await settle();
  return seen;
}

describe('goal', () => {
  it('adds up what tips are worth, and says how far that is', async () => {
    const source = stage();
    const seen = await play(goal(source.stream, { target: 2, rates: { token: 0.1 } }), source, [
      tip(1),
      tip(2, { unit: 'rose' }),
      tip(3, { amount: 15 }),
    ]);
    expect(seen).toEqual([
      { amount: 1, target: 2, remaining: 1, percent: 50, reached: false, count: 1, unpriced: 0 },
      { amount: 1, target: 2, remaining: 1, percent: 50, reached: false, count: 1, unpriced: 1 },
      { amount: 2.5, target: 2, remaining: 0, percent: 125, reached: true, count: 2, unpriced: 1 },
    ]);
  });

  it('is reached by decimal fractions that add up to it', async () => {
    const source = stage();
    const tips = [7, 1, 1, 1].map((amount, index) => tip(index, { amount }));
    const seen = await play(goal(source.stream, { target: 1, rates: { token: 0.1 } }), source, tips);
    expect(seen.at(-1)).toMatchObject({ amount: 1, percent: 100, reached: true });
  });

  it('does not drift: what comes together is what was given, to the last digit', async () => {
    const source = stage();
    const tips = [0.1, 0.2, 0.3].map((amount, index) => tip(index, { amount }));
    const seen = await play(goal(source.stream, { target: 0.7, rates: { token: 1 } }), source, tips);
    expect(seen.map(({ amount, remaining }) => [amount, remaining])).toEqual([
      [0.1, 0.6],
      [0.3, 0.4],
      [0.6, 0.1],
    ]);
  });

  it('begins with `initial`, tells it at once, and ignores test tips and re-deliveries', async () => {
    const source = stage();
    const stream = goal(source.stream, {
      target: 100,
      rates: (each) => (each.unit === 'token' ? 1 : undefined),
      initial: 40,
    });
    const seen = await play(stream, source, [tip(1), tip(1), tip(2, { test: true })]);
    expect(seen.map(({ amount }) => amount)).toEqual([40, 50]);
  });

  it('delivery-1 goes on in a new process where it was; the stored amount goes before `initial`', async () => {
    const store = memoryStore();
    const options = { target: 100, rates: { token: 1 }, initial: 5, store };
    const before = stage();
    await play(goal(before.stream, options), before, [tip(1), tip(2)]);
    expect(before.stream.stats().untaken).toBe(0);
    const after = stage();
    const seen = await play(goal(after.stream, options), after, [tip(2), tip(3)]);
    expect(seen.map(({ amount, count }) => [amount, count])).toEqual([
      [25, 2],
      [35, 3],
    ]);
  });

  it.each([
    { target: 0, rates: {} },
    { target: Number.NaN, rates: {} },
    { target: 1, rates: {}, initial: Number.NaN },
    { target: 1, rates: undefined as never },
  ])('with %j is CONFIG', (options) => {
    expect(() => goal(stage().stream, options)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});
