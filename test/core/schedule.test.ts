import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSchedule, type Schedule } from '../../src/core/schedule.ts';

const start = Date.UTC(2026, 0, 1);

/** Calls that could go at once. */
const left = (schedule: Schedule, now: number): number => {
  let calls = 0;
  while (schedule.at(calls, now) <= now) calls += 1;
  return calls;
};

describe('schedule', () => {
  test('foretells exactly when the nth waiting call will go', () => {
    const rateClass = fc.record({
      limit: fc.integer({ min: 1, max: 12 }),
      per: fc.integer({ min: 50, max: 60_000 }),
      kind: fc.constantFrom('window' as const, 'bucket' as const),
      burst: fc.integer({ min: 1, max: 25 }),
      spacing: fc.boolean(),
    });
    fc.assert(
      fc.property(
        rateClass,
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 30 }),
        (kind, gaps, ahead) => {
          const schedule = createSchedule(kind);
          let now = start;
          for (const gap of gaps) {
            now = Math.max(now + gap, schedule.at(0, now));
            schedule.take(now);
          }
          const foretold = schedule.at(ahead, now);
          for (let call = 0; call < ahead; call += 1) schedule.take(Math.max(now, schedule.at(0, now)));
          // One after the other: each goes at its earliest time.
          let time = now;
          const replay = createSchedule(kind);
          let past = start;
          for (const gap of gaps) {
            past = Math.max(past + gap, replay.at(0, past));
            replay.take(past);
          }
          for (let call = 0; call < ahead; call += 1) {
            time = replay.at(0, time);
            replay.take(time);
          }
          expect(replay.at(0, time)).toBeCloseTo(foretold, 1);
        },
      ),
    );
  });

  test('XS-2 a reset that is over, or a second and a half away, is that of another window', () => {
    const rateClass = { limit: 10, per: 1000 };
    const said = (...answers: [remaining: number, resetAt: number | undefined, now: number][]): number => {
      const schedule = createSchedule(rateClass);
      for (const [remaining, resetAt, now] of answers) schedule.correct(remaining, resetAt, now);
      return left(schedule, answers.at(-1)?.[2] ?? start);
    };
    expect(said([2, start + 5000, start], [5, start + 6499, start])).toBe(2);
    expect(said([2, start + 5000, start], [5, start + 6500, start])).toBe(5);
    expect(said([2, start + 5000, start], [5, start + 3501, start])).toBe(2);
    expect(said([2, start + 1000, start], [5, start + 2400, start + 1000])).toBe(5);
    expect(said([2, start + 1000, start], [5, start + 2400, start + 999])).toBe(2);
    // Without a reset nobody knows which window it is: the last answer counts.
    expect(said([2, undefined, start], [5, undefined, start])).toBe(5);
    // A reset that has passed says nothing.
    expect(said([2, start, start])).toBe(10);
    expect(said([2, start + 1, start])).toBe(2);
  });

  test('XS-2 what upstream says is left binds until its reset, and never allows more than the own count', () => {
    const schedule = createSchedule({ limit: 10, per: 1000 });
    schedule.take(start);
    schedule.correct(2, start + 5000, start);
    expect(left(schedule, start)).toBe(2);
    expect(schedule.at(1, start)).toBe(start);
    expect(schedule.at(2, start)).toBe(start + 5000);
    schedule.correct(1000, start + 9000, start);
    expect(left(schedule, start)).toBe(9);
  });

  test('XS-2 of two answers of one window the smaller number counts, whichever came last', () => {
    const schedule = createSchedule({ limit: 10, per: 1000 });
    schedule.correct(1, start + 5000, start);
    schedule.correct(4, start + 4000, start);
    expect(left(schedule, start)).toBe(1);
    schedule.correct(7, start + 65_000, start);
    expect(left(schedule, start)).toBe(7);
  });

  test('nothing left and no reset: the next call goes when the oldest of our own leaves the window', () => {
    const schedule = createSchedule({ limit: 10, per: 1000 });
    schedule.take(start);
    schedule.take(start + 400);
    schedule.correct(0, undefined, start + 500);
    expect(schedule.at(0, start + 500)).toBe(start + 1000);
  });

  test('an empty bucket gives the next call after one refill, not after its reset', () => {
    const schedule = createSchedule({ kind: 'bucket', limit: 10, per: 1000, burst: 20 });
    schedule.correct(0, start + 60_000, start);
    expect(schedule.at(0, start)).toBe(start + 100);
    expect(left(schedule, start + 500)).toBe(5);
    schedule.correct(3, undefined, start + 500);
    expect(left(schedule, start + 500)).toBe(3);
  });
});
