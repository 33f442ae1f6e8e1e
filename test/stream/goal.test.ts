import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { type GoalProgress, goal } from '../../src/stream/goal.ts';
import { createHub } from '../../src/stream/hub.ts';
import { createSource } from '../../src/stream/source.ts';
import { toStream } from '../../src/stream/stream.ts';
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

  it('delivery-6 rates that throw while the store is still asked are told, and hold no other tip back', async () => {
    const source = stage();
    const kept = memoryStore();
    let answer = (): void => {};
    const store = {
      ...kept,
      get: () =>
        new Promise<undefined>((resolve) => {
          answer = () => resolve(undefined);
        }),
    };
    const rates = (each: TipEvent): number => {
      if (each.unit === 'rose') throw new Error('no rate');
      return 1;
    };
    const towards = goal(source.stream, { target: 100, rates, store });
    const errors: string[] = [];
    towards.on('error', ({ code }) => errors.push(code));
    const amounts: number[] = [];
    towards.subscribe(({ amount }) => void amounts.push(amount));
    const taken: string[] = [];
    for (const each of [tip(1, { unit: 'rose' }), tip(2)]) void source.push(each).then(() => taken.push(each.id));
    answer();
    await settle();
    expect([errors, amounts, taken.sort()]).toEqual([['CONSUMER'], [10], [tip(1).id, tip(2).id]]);
  });

  it('delivery-6 rates that throw before a checkpoint, while the store is still asked, end it, and nothing is taken', async () => {
    const hub = createHub<TipEvent>({ platform: 'stage', clock: testClock(), patient: true, durable: true });
    const rates = (): number => {
      throw new Error('no rate');
    };
    const towards = goal(toStream(hub), { target: 100, rates, store: memoryStore() });
    const ends: (string | undefined)[] = [];
    towards.on('end', (error) => ends.push(error?.code));
    towards.subscribe(() => {});
    hub.push(tip(1));
    hub.push(tip(2));
    await settle();
    expect(ends).toEqual(['CONSUMER']);
    expect([hub.watchers, hub.stats().untaken]).toEqual([0, 2]);
    const seen: string[] = [];
    toStream(hub).subscribe(({ id }) => void seen.push(id));
    await settle();
    expect(seen).toEqual([tip(1).id, tip(2).id]);
  });
});
