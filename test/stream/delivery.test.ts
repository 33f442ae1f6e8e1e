import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batch } from '../../src/stream/batch.ts';
import { dedupe } from '../../src/stream/dedupe.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { merge } from '../../src/stream/merge.ts';
import { filter, map, take } from '../../src/stream/operators.ts';
import { settle } from '../support/clock.ts';
import { type Numbers, numbers } from '../support/stream.ts';

/** A watcher of the model: it says what it was offered and what it took. */
interface Actor {
  readonly offered: number[];
  readonly taken: number[];
  readonly ended: boolean;
  /** Takes what is in its hands (or, as a loop, asks for the next). */
  take(): void;
  /** Fails with what is in its hands (a loop cannot). */
  fail(): void;
  leave(): void;
}

type OnFailure = 'skip' | 'stop' | 'retry';

function syncActor(stream: EventStream<number>, failing: (event: number) => boolean, onFailure: OnFailure): Actor {
  const offered: number[] = [];
  const taken: number[] = [];
  let ended = false;
  const failedOnce = new Set<number>();
  const stop = stream.subscribe(
    (event) => {
      offered.push(event);
      if (failing(event) && !failedOnce.has(event)) {
        failedOnce.add(event);
        if (onFailure === 'skip') taken.push(event);
        throw new Error('no');
      }
      taken.push(event);
    },
    { onFailure, onError: () => (ended = true) },
  );
  const leave = (): void => {
    ended = true;
    stop();
  };
  return {
    offered,
    taken,
    get ended() {
      return ended;
    },
    take() {},
    fail() {},
    leave,
  };
}

function asyncActor(stream: EventStream<number>, onFailure: OnFailure): Actor {
  const offered: number[] = [];
  const taken: number[] = [];
  let ended = false;
  let open: { event: number; resolve: () => void; reject: (error: unknown) => void } | undefined;
  const stop = stream.subscribe(
    (event) => {
      offered.push(event);
      return new Promise<void>((resolve, reject) => {
        open = { event, resolve, reject };
      });
    },
    { onFailure, onError: () => (ended = true) },
  );
  return {
    offered,
    taken,
    get ended() {
      return ended;
    },
    take() {
      if (!open) return;
      taken.push(open.event);
      open.resolve();
      open = undefined;
    },
    fail() {
      if (!open) return;
      if (onFailure === 'skip') taken.push(open.event);
      open.reject(new Error('no'));
      open = undefined;
    },
    leave() {
      ended = true;
      stop();
    },
  };
}

function loopActor(stream: EventStream<number>): Actor {
  const offered: number[] = [];
  const taken: number[] = [];
  let ended = false;
  let asking = false;
  let current: number | undefined;
  const iterator = stream.iterate();
  const ask = (): void => {
    if (asking || ended) return;
    if (current !== undefined) taken.push(current);
    current = undefined;
    asking = true;
    void iterator.next().then((result) => {
      asking = false;
      if (result.done) return;
      current = result.value;
      offered.push(result.value);
    });
  };
  ask();
  return {
    offered,
    taken,
    get ended() {
      return ended;
    },
    take: ask,
    fail() {},
    leave() {
      ended = true;
      void iterator.return?.();
    },
  };
}

type Kind = 'sync' | 'async' | 'loop';
type Step =
  | { do: 'push'; count: number }
  | { do: 'watch'; kind: Kind; view: number; onFailure: OnFailure }
  | { do: 'take' | 'fail' | 'leave'; actor: number }
  | { do: 'wait' }
  | { do: 'observe'; view: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('watch' as const),
      kind: fc.constantFrom<Kind>('sync', 'async', 'loop'),
      view: fc.nat(6),
      onFailure: fc.constantFrom<OnFailure>('skip', 'stop', 'retry'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('take' as const, 'fail' as const), actor: fc.nat(2) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('leave' as const), actor: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('observe' as const), view: fc.nat(6) }) },
);

/** Plays the steps, each to its end, and then lets a last watcher take whatever is left. */
async function play(steps: readonly Step[], most: number) {
  const source: Numbers = numbers();
  const views = [
    source.stream,
    map(source.stream, (n) => n),
    filter(merge(source.stream), () => true),
    merge(map(source.stream, (n) => n)),
    dedupe(source.stream, { by: String }),
    take(source.stream, 2),
    // Groups of one: what becomes of the group becomes of its event.
    map(batch(source.stream, { size: 1 }), ([n = -1]) => n),
  ];
  const actors: Actor[] = [];
  const logs: number[][] = [];
  let pushed = 0;
  for (const each of steps) {
    const living = actors.filter((actor) => !actor.ended);
    if (each.do === 'push') {
      for (let n = 0; n < each.count; n += 1) void source.send(pushed++);
    } else if (each.do === 'watch' && living.length < most) {
      const stream = views[each.view] ?? source.stream;
      if (each.kind === 'sync') actors.push(syncActor(stream, (event) => event % 5 === 2, each.onFailure));
      else if (each.kind === 'async') actors.push(asyncActor(stream, each.onFailure));
      else actors.push(loopActor(stream));
    } else if (each.do === 'take' || each.do === 'fail' || each.do === 'leave') actors[each.actor]?.[each.do]();
    else if (each.do === 'wait') await source.clock.advance(60_000);
    else if (each.do === 'observe') {
      const log: number[] = [];
      logs.push(log);
      views[each.view]?.subscribe((event) => void log.push(event), { observe: true });
    }
    await settle(1);
    expect(source.stream.stats().untaken).toBe(pushed - source.answers.size);
  }
  // A loop that was left holds nothing; a callback that still runs comes to its end.
  for (const actor of actors) actor.leave();
  await settle();
  for (const actor of actors) actor.take();
  await source.clock.advance(60_000);
  const last = syncActor(source.stream, () => false, 'skip');
  await settle();
  return { source, actors, last, logs, pushed };
}

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index);
/** What only observers saw: nobody counted then, and nothing waited for anybody. */
const onlySeen = (logs: readonly number[][], actors: readonly Actor[]) =>
  logs.flat().filter((event) => !actors.some((actor) => actor.offered.includes(event)));
const unique = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b);

describe('whatever watchers do', () => {
  it('delivery-1 one watcher at a time: every event is taken exactly once, in order, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
        const { source, actors, last, logs, pushed } = await play(steps, 1);
        const taken = [...actors.flatMap((actor) => actor.taken), ...last.taken, ...onlySeen(logs, [...actors, last])];
        for (const log of logs) expect(new Set(log).size).toBe(log.length);
        expect(unique(taken)).toEqual(upTo(pushed));
        expect(source.stream.stats().untaken).toBe(0);
        expect(source.answers.size).toBe(pushed);
        // Only what a stopped watcher's callback rejects afterwards can come late.
        const before = new Set<number>();
        for (const { offered } of [...actors, last]) {
          const fresh = [...new Set(offered)].filter((event) => !before.has(event));
          expect(unique(fresh)).toEqual(fresh);
          for (const event of offered) before.add(event);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('delivery-1 many watchers: every event is taken by somebody, and its push is answered only then', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), async (steps) => {
        const { source, actors, last, logs, pushed } = await play(steps, 4);
        const taken = [...actors.flatMap((actor) => actor.taken), ...last.taken, ...onlySeen(logs, [...actors, last])];
        for (const log of logs) expect(new Set(log).size).toBe(log.length);
        expect(unique(taken)).toEqual(upTo(pushed));
        expect(source.stream.stats().untaken).toBe(0);
        expect(source.answers.size).toBe(pushed);
      }),
      { numRuns: 500 },
    );
  });
});

type Turn =
  | { do: 'push'; count: number }
  | { do: 'take' | 'fail'; who: 'ledger' | 'alerts' }
  | { do: 'restart' }
  | { do: 'wait' };

const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('take' as const, 'take' as const, 'fail' as const),
      who: fc.constantFrom('ledger' as const, 'alerts' as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

describe('a ledger that stops at a failure and is started again, beside alerts that take their time', () => {
  const shapes: [string, (stream: EventStream<number>) => EventStream<number>][] = [
    ['the source', (stream) => stream],
    ['a filter', (stream) => filter(stream, () => true)],
    ['a merge of a map', (stream) => merge(map(stream, (n) => n))],
    ['a dedupe', (stream) => dedupe(stream, { by: String })],
    [
      'two halves',
      (stream) =>
        merge(
          filter(stream, (n) => n % 2 === 0),
          filter(stream, (n) => n % 2 === 1),
        ),
    ],
  ];

  it.each(shapes)(
    'delivery-1 over %s it books everything, in order, and the alerts come once each',
    async (_what, of) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(turn, { minLength: 3, maxLength: 30 }),
          fc.constantFrom<'sync' | 'async'>('sync', 'async'),
          async (turns, kind) => {
            const source = numbers();
            const stream = of(source.stream);
            const alerts = asyncActor(stream, 'skip');
            const make = (): Actor =>
              kind === 'async' ? asyncActor(stream, 'stop') : syncActor(stream, (event) => event % 4 === 1, 'stop');
            const ledgers = [make()];
            const ledger = (): Actor => ledgers.at(-1) as Actor;
            let pushed = 0;
            for (const each of turns) {
              if (each.do === 'push') for (let n = 0; n < each.count; n += 1) void source.send(pushed++);
              else if (each.do === 'wait') await source.clock.advance(60_000);
              else if (each.do !== 'restart') (each.who === 'ledger' ? ledger() : alerts)[each.do]();
              else if (ledger().ended) ledgers.push(make());
              await settle(1);
            }
            for (let n = 0; n < 3 * pushed + 3; n += 1) {
              if (ledger().ended) ledgers.push(syncActor(stream, () => false, 'stop'));
              ledger().take();
              alerts.take();
              await settle(1);
            }
            const booked = ledgers.flatMap(({ taken }) => taken);
            expect(booked).toEqual(upTo(pushed));
            expect(alerts.offered).toEqual(upTo(pushed));
            expect(source.stream.stats().untaken).toBe(0);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});
