import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import { createLimiter, type RateClass, type Slot } from '../../src/core/limiter.ts';
import type { Clock } from '../../src/core/time.ts';
import { tries } from '../fuzz/setting.ts';
import { settle } from '../support/clock.ts';
import { createPairs } from './pairs.ts';

/** A clock whose hands may be set back while its timers go on, as they do on a machine. */
function machineClock() {
  let real = 1_000_000;
  let offset = 0;
  let nth = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const clock: Clock = {
    now: () => real + offset,
    after(ms, run) {
      const id = nth++;
      timers.set(id, { at: real + Math.max(0, ms), run });
      return () => void timers.delete(id);
    },
  };
  return {
    clock,
    real: () => real,
    set: (ms: number) => {
      offset += ms;
    },
    pending: () => timers.size,
    async pass(ms: number) {
      const until = real + ms;
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b);
        if (!next) break;
        timers.delete(next[0]);
        real = Math.max(real, next[1].at);
        next[1].run();
        await settle(1);
      }
      real = until;
      await settle(1);
    },
  };
}

const events = [
  'acquire',
  'acquire that is in a hurry',
  'acquire that is over',
  'release',
  'release again',
  'release with headers',
  'release after a 429',
  'abort the first',
  'abort the last',
  'a moment',
  'a window',
  'set back',
  'set forward',
] as const;
type Event = (typeof events)[number];

const anywhere: readonly Event[] = [
  'acquire',
  'acquire that is in a hurry',
  'acquire that is over',
  'release',
  'release again',
  'release with headers',
  'release after a 429',
  'a moment',
  'a window',
  'set back',
  'set forward',
];
/** Where nobody waits, nobody can leave the queue. */
const pairs = createPairs({
  free: anywhere,
  full: anywhere,
  queue: events,
  held: anywhere,
  'held queue': events,
});

const classes: Readonly<Record<string, RateClass>> = {
  window: { limit: 3, per: 1000 },
  'one at a time': { limit: 1, per: 1000 },
  even: { limit: 4, per: 1000, spacing: true },
  bucket: { limit: 2, per: 1000, kind: 'bucket', burst: 4 },
  'counted when answered': { limit: 2, per: 1000, kind: 'bucket', burst: 3, counts: 'answered' },
};

interface Waiter {
  nth: number;
  controller: AbortController;
  outcome?: 'granted' | 'aborted' | 'refused';
}

async function evening(rate: RateClass, script: readonly Event[]): Promise<void> {
  const { clock, real, set, pass, pending } = machineClock();
  const limiter = createLimiter({ clock });
  const granted: { nth: number; at: number }[] = [];
  const waiting: Waiter[] = [];
  const open: Slot[] = [];
  let last: Slot | undefined;
  let asked = 0;
  let heldUntil = 0;
  /** Upstream said that nothing is left until then. */
  let blockedUntil = 0;
  let setBack = 0;

  const ask = (maxWait?: number, over = false): Waiter => {
    const waiter: Waiter = { nth: asked++, controller: new AbortController() };
    if (over) waiter.controller.abort('left before');
    const since = real();
    const before = setBack;
    limiter
      .acquire('key', rate, { clock, signal: waiter.controller.signal, ...(maxWait !== undefined && { maxWait }) })
      .then(
        (slot) => {
          waiter.outcome = 'granted';
          waiting.splice(waiting.indexOf(waiter), 1);
          open.push(slot);
          granted.push({ nth: waiter.nth, at: real() });
          // The reference: nobody goes while upstream holds everybody back, or has nothing left.
          expect(real()).toBeGreaterThanOrEqual(heldUntil - 1);
          if (rate.kind !== 'bucket') expect(real()).toBeGreaterThanOrEqual(blockedUntil - 1);
          // What passed between the last look and a clock that is set back, nobody can know.
          if (maxWait !== undefined && setBack === before) expect(real() - since).toBeLessThanOrEqual(maxWait + 1);
        },
        (error: unknown) => {
          waiter.outcome = isTipstreamError(error, 'RATE_LIMITED') ? 'refused' : 'aborted';
          waiting.splice(waiting.indexOf(waiter), 1);
          if (waiter.outcome === 'refused') expect(maxWait).toBeDefined();
          else expect(waiter.controller.signal.aborted && error === waiter.controller.signal.reason).toBe(true);
        },
      );
    waiting.push(waiter);
    return waiter;
  };

  const stateNow = (): string => {
    const known = limiter.state('key');
    const queued = (known?.waiting ?? 0) > 0;
    if (real() < heldUntil) return queued ? 'held queue' : 'held';
    if (queued) return 'queue';
    return known === undefined || (known.remaining ?? 0) > 0 ? 'free' : 'full';
  };

  for (const event of script) {
    const state = stateNow();
    if (event.startsWith('abort') && waiting.length === 0) continue;
    if (event.startsWith('release') && event !== 'release again' && open.length === 0) continue;
    if (event === 'release again' && !last) continue;
    pairs.came(state, event);
    switch (event) {
      case 'acquire':
        ask();
        break;
      case 'acquire that is in a hurry':
        ask(200);
        break;
      case 'acquire that is over':
        ask(undefined, true);
        break;
      case 'release':
        last = open.shift();
        last?.release();
        break;
      case 'release again': {
        const before = limiter.state('key');
        last?.release({ remaining: 0, resetAt: clock.now() + 60_000 }, 60_000);
        expect(limiter.state('key')).toEqual(before);
        break;
      }
      case 'release with headers':
        last = open.shift();
        blockedUntil = Math.max(blockedUntil, real() + 700);
        last?.release({ limit: rate.limit, remaining: 0, resetAt: clock.now() + 700 });
        break;
      case 'release after a 429':
        last = open.shift();
        heldUntil = Math.max(heldUntil, real() + 500);
        last?.release(undefined, 500);
        break;
      case 'abort the first':
        waiting[0]?.controller.abort('left');
        break;
      case 'abort the last':
        waiting.at(-1)?.controller.abort('left');
        break;
      case 'a moment':
        await pass(130);
        break;
      case 'a window':
        await pass(rate.per + 1);
        break;
      case 'set back':
        set(-5000);
        setBack += 1;
        break;
      case 'set forward':
        // What was known of upstream's window is over on a clock that is set forward; our own count says it, too.
        set(30);
        blockedUntil = Math.max(0, blockedUntil - 30);
        heldUntil = Math.max(0, heldUntil - 30);
        break;
    }
    await settle(1);
    // Whoever left has left at once.
    for (const { controller, outcome } of waiting)
      expect(controller.signal.aborted && outcome === undefined).toBe(false);
    expect(limiter.state('key')?.waiting ?? 0).toBe(waiting.length);
  }

  // No stall: whatever happened, everybody comes to their turn, in the order in which they came.
  for (const slot of open.splice(0)) slot.release();
  for (let turn = 0; turn < 60 && waiting.length > 0; turn += 1) {
    await pass(rate.per);
    for (const slot of open.splice(0)) slot.release();
  }
  expect(waiting).toEqual([]);
  expect(granted.map(({ nth }) => nth)).toEqual(granted.map(({ nth }) => nth).sort((a, b) => a - b));
  const most = rate.kind === 'bucket' ? (rate.burst ?? rate.limit) + rate.limit : rate.limit;
  const forward = script.filter((event) => event === 'set forward').length * 30;
  for (const [index, { at }] of granted.entries()) {
    const later = granted[index + most];
    // Never more in any window of the length; for a bucket, what it holds and what comes back meanwhile.
    if (later) expect(later.at - at).toBeGreaterThanOrEqual(rate.per - 1 - forward);
    const next = granted[index + 1];
    const { kind, burst = rate.limit, counts, per, limit } = rate;
    // A bucket: what it holds at once, and then one whenever one has come back.
    if (kind === 'bucket' && counts !== 'answered')
      for (const [more, { at: then }] of granted.slice(index + burst).entries())
        expect(then - at).toBeGreaterThanOrEqual(((more + 1) * per) / limit - 1 - forward);
    if (rate.spacing && next) expect(next.at - at).toBeGreaterThanOrEqual(rate.per / rate.limit - 1 - forward);
  }
  expect(pending()).toBe(0);
}

/** How each state is come to. */
const ways: Readonly<Record<string, (most: number) => Event[]>> = {
  free: () => [],
  full: (most) => Array.from({ length: most }, () => 'acquire' as const),
  queue: (most) => Array.from({ length: most + 2 }, () => 'acquire' as const),
  held: () => ['acquire', 'acquire', 'release after a 429'],
  'held queue': () => ['acquire', 'acquire', 'acquire', 'release after a 429', 'release', 'acquire', 'acquire'],
};

describe('the limiter, whatever is asked of it and when', () => {
  it.each(Object.entries(classes))(
    'core-11 %s: never more than allowed in any window, in the order of asking, and nobody is forgotten',
    async (_, rate) => {
      const script = fc.array(
        fc.oneof(
          { weight: 2, arbitrary: fc.constant('acquire' as const) },
          { weight: 3, arbitrary: fc.constantFrom(...events) },
        ),
        { minLength: 1, maxLength: 40 },
      );
      await fc.assert(
        fc.asyncProperty(script, (steps) => evening(rate, steps)),
        tries(90),
      );
      // Each event in each state, with another before it and another after.
      for (const way of Object.values(ways))
        for (const event of events)
          for (const [before, after] of [
            ['a moment', 'a window'],
            ['release', 'release'],
          ] as const) {
            await evening(rate, [...way(rate.burst ?? rate.limit), event, after]);
            await evening(rate, ['acquire', before, ...way(rate.burst ?? rate.limit), event, 'acquire', after]);
          }
    },
  );

  it('was in every state at every event that can come there', () => {
    expect({ missing: pairs.missing(), unknown: pairs.unknown() }).toEqual({ missing: [], unknown: [] });
    expect(String(pairs)).toMatch(/^59 pairs of 5 states/);
  });
});
