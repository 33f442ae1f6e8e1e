import { expect, test } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import type { StreamGap, StreamStatus } from '../../src/stream/event-stream.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle, testClock } from '../support/clock.ts';
import { type Polled, polled, until } from '../support/polled.ts';
import { gate, json, type Reply, type Route } from '../support/server.ts';

/** Watches and keeps the numbers that arrive. */
const numbers = ({ source }: Polled): number[] => {
  const seen: number[] = [];
  toStream(source).subscribe(({ event }) => void seen.push(event.n));
  return seen;
};

/** Answers in turn; the last answer stays. */
const inTurn = (...replies: (Reply | 'reset' | 'silence')[]): Route => {
  return ({ nth }) => replies[Math.min(nth, replies.length) - 1];
};

const empty = json({ events: [] });

/** The delays that the poller set, seen from its status. */
const waits = ({ source, clock }: Polled): number[] => {
  const seen: number[] = [];
  source.on(
    'status',
    ({ state, retryAt }: StreamStatus) => state === 'waiting' && seen.push((retryAt ?? 0) - clock.now()),
  );
  return seen;
};

/** Lets the poller fail `times` times, moving the clock as far as it asks each time. */
const live = async (run: Polled, seen: number[], times: number): Promise<void> => {
  for (let n = 1; n <= times; n += 1) {
    await until(() => seen.length >= n);
    await run.clock.advance(seen[n - 1] ?? 0);
  }
};

test('EV-3 events reach the callback in the order of the answer', async () => {
  const run = await polled(inTurn(json({ events: [{ n: 1 }, { n: 2 }, { n: 3 }] }), empty));
  const seen = numbers(run);
  await until(() => seen.length === 3);
  expect(seen).toEqual([1, 2, 3]);
});

test('EV-15 timeouts in a row wait 5, 10, 20, 40, 60 and again 60 seconds, and a success begins anew', async () => {
  const run = await polled(({ nth }) => (nth === 7 ? empty : 'silence'), { interval: 1000, client: { timeout: 100 } });
  const seen = waits(run);
  numbers(run);
  const delays = [5, 10, 20, 40, 60, 60].map(seconds);
  for (let n = 1; n <= 6; n += 1) {
    await run.server.arrived(n);
    await run.clock.advance(100);
    await until(() => seen.length === n);
    await run.clock.advance(delays[n - 1] ?? 0);
  }
  expect(seen).toEqual(delays);
  await until(() => run.source.counters.lastSuccessAt !== undefined);
  await run.clock.advance(1000);
  await run.server.arrived(8);
  await run.clock.advance(100);
  await until(() => seen.length === 7);
  expect(seen[6]).toBe(seconds(5));
});

test('EV-15 after five failures the status says so, and the stream goes on', async () => {
  const run = await polled(inTurn(json({ error: 'down' }, 500)));
  const seen = waits(run);
  const reasons: (string | undefined)[] = [];
  run.source.on('status', (status) => reasons.push(status.reason));
  numbers(run);
  await live(run, seen, 5);
  await until(() => seen.length === 6);
  expect(reasons.at(-1)).toMatch(/6 failures in a row/);
  expect(seen.at(-1)).toBe(seconds(60));
});

test('EV-16 a connection that breaks waits exactly ten seconds, every time', async () => {
  const run = await polled(inTurn('reset'));
  const seen = waits(run);
  numbers(run);
  await live(run, seen, 3);
  expect(seen.slice(0, 3)).toEqual([seconds(10), seconds(10), seconds(10)]);
});

test.each([
  ['no hint: 30 seconds', {}, 30_000],
  ['whole seconds', { 'retry-after': '45' }, 45_000],
  ['a fraction', { 'retry-after': '12.5' }, 12_500],
  ['less than twice the interval: twice the interval (EV-28)', { 'retry-after': '1' }, 10_000],
])('EV-17 EV-28 a 429 is waited out: %s', async (_name, headers, expected) => {
  const run = await polled(inTurn(json({}, 429, headers), empty));
  const seen = waits(run);
  numbers(run);
  await until(() => seen.length === 1);
  expect(seen[0]).toBe(expected);
  await run.clock.advance(expected - 1);
  expect(run.server.arrivals).toHaveLength(1);
  await run.clock.advance(1);
  await run.server.arrived(2);
});

test("EV-17 a Retry-After that is a date is measured against the server's clock, not ours", async () => {
  const date = 'Thu, 01 Jan 2026 12:00:00 GMT';
  const later = 'Thu, 01 Jan 2026 12:01:30 GMT';
  const run = await polled(inTurn(json({}, 429, { date, 'retry-after': later }), empty));
  const seen = waits(run);
  numbers(run);
  await until(() => seen.length === 1);
  expect(seen[0]).toBe(90_000);
});

test.each([
  [401, 'AUTH'],
  [403, 'PERMISSION'],
])(
  'EV-18 EV-19 a %i ends this stream with one fatal error, nothing is asked again, and another stream goes on',
  async (status, code) => {
    const clock = testClock();
    const refused = await polled(inTurn(json({}, status)), { clock });
    const healthy = await polled(inTurn(json({ events: [{ n: 1 }] }), json({ events: [{ n: 2 }] }), empty), { clock });
    const seen = numbers(healthy);
    const errors: string[] = [];
    refused.source.on('error', (error) => errors.push(`${error.code} ${error.fatal}`));
    const loop = (async () => {
      for await (const _ of toStream(refused.source)) expect.unreachable();
    })();
    await expect(loop).rejects.toMatchObject({ code, fatal: true, status });
    expect(refused.lines.filter((line) => line.startsWith('! '))).toHaveLength(1);
    await until(() => seen.length === 1);
    await clock.advance(seconds(600));
    await until(() => seen.length === 2);
    expect(refused.server.arrivals).toHaveLength(1);
    expect(errors).toEqual([`${code} true`]);
  },
);

test('EV-20 stopping interrupts the wait at once and aborts the request in flight', async () => {
  const hanging = await polled(inTurn('silence'), { drains: false });
  const stop = toStream(hanging.source).subscribe(() => {});
  await hanging.server.arrived(1);
  stop();
  await until(() => hanging.server.aborted === 1);
  const waiting = await polled(inTurn(empty));
  const stopWaiting = toStream(waiting.source).subscribe(() => {});
  await until(() => waiting.source.counters.lastSuccessAt !== undefined && waiting.clock.pending > 0);
  stopWaiting();
  expect(waiting.clock.pending).toBe(0);
  await waiting.source.close();
});

test('EV-23 after a 429 the next wait is at least twice the interval, then the interval is back', async () => {
  const run = await polled(inTurn(json({}, 429, { 'retry-after': '0' }), empty), { interval: 7000 });
  const seen = waits(run);
  numbers(run);
  await until(() => seen.length === 1);
  expect(seen[0]).toBe(14_000);
  await run.clock.advance(14_000);
  await run.server.arrived(2);
  await until(() => run.clock.pending > 0);
  await run.clock.advance(6999);
  expect(run.server.arrivals).toHaveLength(2);
  await run.clock.advance(1);
  await run.server.arrived(3);
});

test('EV-24 the time that asking took is taken off the interval', async () => {
  const { opened, open } = gate();
  const run = await polled(async ({ nth }) => {
    if (nth === 1) await opened;
    return empty;
  });
  numbers(run);
  await run.server.arrived(1);
  await run.clock.advance(2000);
  open();
  await until(() => run.source.counters.lastSuccessAt !== undefined);
  await until(() => run.clock.delays.at(-1) === 3000);
  await run.clock.advance(3000);
  await run.server.arrived(2);
});

test('EV-26 fewer than ten calls left is said, once per answer; a header that is no number is not', async () => {
  const left = (remaining: string): Reply => json({ events: [] }, 200, { 'x-ratelimit-remaining': remaining });
  const run = await polled(inTurn(left('10'), left('9'), left('soon')), { interval: 1000 });
  const seen: (number | undefined)[] = [];
  run.source.on('ratelimit', ({ remaining }) => seen.push(remaining));
  numbers(run);
  for (let n = 1; n <= 3; n += 1) {
    await run.server.arrived(n);
    await until(() => run.clock.pending > 0);
    await run.clock.advance(1000);
  }
  expect(seen).toEqual([9]);
  expect(run.lines).toEqual([
    expect.stringMatching(/^\[pretend\] \[\d\d:\d\d:\d\d\] rate limit almost reached: 9 left$/),
  ]);
});

test('EV-13 an error is logged with its platform and time', async () => {
  const run = await polled(inTurn(json({}, 500)));
  const seen = waits(run);
  numbers(run);
  await until(() => seen.length === 1);
  expect(run.lines[0]).toMatch(/^\[pretend\] \[20:00:00\] .*500/);
});

test('EV-37 EV-38 the counters say what happened', async () => {
  const run = await polled(
    inTurn(
      json({
        events: [
          { n: 1, id: 'a' },
          { n: 2, id: 'b' },
        ],
      }),
      json({}, 500),
      json({ events: [{ n: 2, id: 'b' }] }),
    ),
    { interval: 1000 },
  );
  const seen = numbers(run);
  await until(() => seen.length === 2 && run.clock.pending > 0);
  await run.clock.advance(1000);
  await until(() => run.source.counters.errors.SERVER === 1);
  await run.clock.advance(5000);
  await until(() => run.source.counters.duplicates === 1);
  expect(run.source.stats()).toMatchObject({
    eventsProcessed: 2,
    polls: 3,
    duplicates: 1,
    errors: { SERVER: 1 },
    untaken: 0,
  });
});

test('EV-40 equal events in two answers are two events, an id that came before is one', async () => {
  const run = await polled(
    inTurn(
      json({ events: [{ n: 5 }, { n: 5 }, { n: 7, id: 'x' }] }),
      json({ events: [{ n: 5 }, { n: 7, id: 'x' }] }),
      empty,
    ),
    { interval: 1000 },
  );
  const seen = numbers(run);
  await until(() => seen.length === 3 && run.clock.pending > 0);
  await run.clock.advance(1000);
  await until(() => seen.length === 4);
  expect(seen).toEqual([5, 5, 7, 5]);
});

test.each([
  [
    'cut off',
    {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"events":[{"n":1},{"n":2}]}',
      cutAfter: 12,
    },
  ],
  ['no JSON', { status: 200, body: '<html>busy</html>' }],
])(
  'delivery-2 an answer of a draining source that is %s is a gap, since what it held is gone',
  async (_name, reply) => {
    const run = await polled(inTurn(reply, empty));
    const gaps: StreamGap[] = [];
    run.source.on('gap', (gap) => gaps.push(gap));
    numbers(run);
    await until(() => gaps.length === 1);
    expect(gaps[0]).toMatchObject({ platform: 'pretend', reason: 'truncated' });
  },
);

test('delivery-2 a failure before any answer is no gap, and no gap where a cursor asks again', async () => {
  const gaps: StreamGap[] = [];
  const failing = await polled(inTurn(json({}, 500)));
  const cursors = await polled(inTurn({ status: 200, body: '{"events":[', cutAfter: 5 }), { drains: false });
  for (const run of [failing, cursors]) {
    run.source.on('gap', (gap) => gaps.push(gap));
    numbers(run);
  }
  await until(
    () => failing.source.counters.errors.SERVER === 1 && Object.keys(cursors.source.counters.errors).length === 1,
  );
  expect(gaps).toEqual([]);
});

test('delivery-2 the same answer three times running is said once, and every event is delivered', async () => {
  const run = await polled(inTurn(json({ events: [{ n: 1 }] })), { interval: 1000 });
  const errors: string[] = [];
  run.source.on('error', (error) => errors.push(`${error.fatal} ${error.message}`));
  const seen = numbers(run);
  for (let n = 1; n <= 5; n += 1) {
    await until(() => seen.length === n && run.clock.pending > 0);
    expect(errors).toHaveLength(n < 3 ? 0 : 1);
    await run.clock.advance(1000);
  }
  expect(errors).toEqual([expect.stringMatching(/^false .*repeats itself; set overlap: true/)]);
});

test('delivery-2 a sliding window gives each event once, and two answers that do not meet are a gap', async () => {
  const page = (...n: number[]): Reply => json({ events: n.map((value) => ({ n: value })) });
  const run = await polled(inTurn(page(1, 1, 2), page(1, 2, 1, 1), page(1, 1, 1), empty, page(1, 1, 1), page(8, 9)), {
    overlap: true,
    interval: 1000,
  });
  const gaps: StreamGap[] = [];
  run.source.on('gap', (gap) => gaps.push(gap));
  const seen = numbers(run);
  for (let n = 1; n <= 6; n += 1) {
    await until(() => run.source.counters.polls === n && run.clock.pending > 0);
    await run.clock.advance(1000);
  }
  expect(seen).toEqual([1, 1, 2, 1, 1, 1, 8, 9]);
  expect(gaps).toEqual([expect.objectContaining({ reason: 'window' })]);
});

test('delivery-5 a source waits while 256 events are untaken, and is asked again as soon as one is taken', async () => {
  let next = 0;
  const run = await polled(() => json({ events: Array.from({ length: 100 }, () => ({ n: next++ })) }), {
    interval: 50,
  });
  const states: string[] = [];
  run.source.on('status', ({ state }) => states.push(state));
  const loop = toStream(run.source).iterate();
  for (let n = 1; n <= 3; n += 1) {
    await run.server.arrived(n);
    await until(() => run.source.untaken === n * 100 && (run.clock.pending > 0 || n === 3));
    await run.clock.advance(50);
  }
  await until(() => states.at(-1) === 'behind');
  await run.clock.advance(seconds(300));
  expect(run.server.arrivals).toHaveLength(3);
  for (let n = 0; n < 46; n += 1) expect((await loop.next()).value?.event.n).toBe(n);
  await run.server.arrived(4);
});

test("delivery-8 a cold start leaves out what happened before it, by the server's clock", async () => {
  const date = new Date(Date.UTC(2026, 0, 1, 12)).toUTCString();
  const at = Date.UTC(2026, 0, 1, 12);
  const events = [{ n: 1, at: at - 60_000 }, { n: 2, at: at - 1 }, { n: 3, at }, { n: 4, at: at + 500 }, { n: 5 }];
  const route = inTurn(
    json({ events, cursor: 'c1' }, 200, { date }),
    json({ events: [{ n: 6, at: at - 1 }], cursor: 'c2' }, 200, { date }),
    empty,
  );
  const skip = await polled(route, { drains: false, interval: 1000 });
  const mark = await polled(route, { drains: false, interval: 1000, backlog: 'mark' });
  const deliver = await polled(route, { drains: false, interval: 1000, backlog: 'deliver' });
  const draining = await polled(route, { drains: true, interval: 1000 });
  const runs = [skip, mark, deliver, draining];
  const seen = runs.map(numbers);
  const marked: number[] = [];
  toStream(mark.source).subscribe(({ event, backlog }) => void (backlog && marked.push(event.n)));
  for (const run of runs) {
    await until(() => run.source.counters.polls === 1 && run.clock.pending > 0);
    await run.clock.advance(1000);
    await run.server.arrived(2);
    await until(() => run.source.counters.polls === 2 && run.clock.pending > 0);
  }
  expect(seen).toEqual([
    [3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6],
  ]);
  expect(marked).toEqual([1, 2]);
});

test('delivery-6 whoever watches again goes on at the cursor, and what was left comes first', async () => {
  const run = await polled(
    ({ query }) => {
      const after = Number(query.get('after') ?? 0);
      return json({ events: [{ n: after + 1 }, { n: after + 2 }], cursor: String(after + 2) });
    },
    { drains: false, interval: 1000 },
  );
  const first = toStream(run.source).iterate();
  expect((await first.next()).value?.event.n).toBe(1);
  await first.return?.();
  const seen = numbers(run);
  await until(() => seen.length === 4);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(run.server.arrivals.map(({ query }) => query.get('after'))).toEqual([null, '2']);
});

test('EV-20 an answer that is given only once is waited for half a second after the last watcher left, and kept for the next', async () => {
  const { opened, open } = gate();
  const run = await polled(async ({ nth }) => {
    if (nth > 1) return empty;
    await opened;
    return json({ events: [{ n: 1 }, { n: 2 }] });
  });
  const stop = toStream(run.source).subscribe(() => {});
  await run.server.arrived(1);
  stop();
  // Questions of somebody else take their time on the same network: the one in flight outlives them.
  for (let n = 0; n < 5; n += 1) await fetch(run.server.url);
  open();
  await run.source.close();
  expect(run.source.untaken).toBe(2);
  const seen = numbers(run);
  await until(() => seen.length === 2);
  expect(seen).toEqual([1, 2]);
});

test('delivery-2 an answer that nobody could wait for any longer is a gap', async () => {
  const run = await polled(inTurn('silence'));
  const gaps: StreamGap[] = [];
  run.source.on('gap', (gap) => gaps.push(gap));
  const stop = toStream(run.source).subscribe(() => {});
  await run.server.arrived(1);
  stop();
  await run.source.close();
  await until(() => run.server.aborted === 1);
  expect(gaps).toEqual([expect.objectContaining({ reason: 'truncated' })]);
});

test('delivery-2 ids of events without one differ, whatever random numbers the app gives', async () => {
  const run = await polled(inTurn(json({ events: [{ n: 1 }] }), json({ events: [{ n: 2 }] }), empty), {
    interval: 1000,
    random: () => 0.5,
  });
  const ids = new Set<string>();
  toStream(run.source).subscribe(({ id }) => void ids.add(id));
  await until(() => ids.size === 1 && run.clock.pending > 0);
  await run.clock.advance(1000);
  await until(() => run.source.counters.eventsProcessed === 2);
  expect(ids.size).toBe(2);
});

test('delivery-2 an endpoint with pages and a cursor is asked for the next page after a crash, not for the kept one', async () => {
  const store = memoryStore();
  const route: Route = ({ query }) => {
    const after = Number(query.get('after') ?? 0);
    return json(after < 2 ? { events: [{ n: after + 1 }], cursor: `${after + 1}` } : { events: [] });
  };
  const first = await polled(route, { checkpoint: store, interval: 1000 });
  const loop = toStream(first.source).iterate();
  expect((await loop.next()).value?.event.n).toBe(1);
  // A crash: nothing of the first process is closed or written any more.
  const stored = structuredClone(await store.get('tipstream:pretend:here:me'));
  const second = await polled(first.server, { checkpoint: { ...memoryStore(), get: () => stored }, interval: 50 });
  const seen = numbers(second);
  await until(() => second.source.counters.polls > 0 && second.clock.pending > 0);
  await second.clock.advance(200);
  await until(() => seen.length === 2);
  expect(seen).toEqual([1, 2]);
});

test('delivery-8 what happened while the start was failing is no backlog', async () => {
  const began = Date.UTC(2026, 0, 1, 20);
  const date = new Date(began + 5000).toUTCString();
  const answer = json(
    {
      events: [
        { n: 1, at: began - 1000 },
        { n: 2, at: began + 2000 },
      ],
      cursor: 'c',
    },
    200,
    { date },
  );
  const run = await polled(({ nth }) => (nth === 1 ? json({}, 503) : answer), {
    drains: false,
    clock: testClock(began),
  });
  const seen = numbers(run);
  const wait = waits(run);
  await until(() => wait.length === 1);
  await run.clock.advance(5000);
  await until(() => seen.length > 0);
  expect(seen).toEqual([2]);
});

test('EV-24 a clock that is set back does not silence a source for longer than its interval', async () => {
  const base = testClock();
  let back = 0;
  const clock = { ...base, advance: base.advance, now: () => base.now() - back };
  const run = await polled(
    async () => {
      back += 3_600_000;
      return empty;
    },
    { clock: clock as never, interval: 5000 },
  );
  numbers(run);
  await until(() => run.source.counters.lastSuccessAt !== undefined && base.delays.length > 0);
  expect(Math.max(...base.delays.filter((delay) => delay !== 10_000))).toBeLessThanOrEqual(5000);
});

test('forget() while somebody watches resolves, and the next question is a first one', async () => {
  const run = await polled(({ query }) => json({ events: [], cursor: `${Number(query.get('after') ?? 0) + 1}` }), {
    drains: false,
    interval: 1000,
  });
  numbers(run);
  await until(() => run.source.counters.polls === 1 && run.clock.pending > 0);
  await run.source.forget();
  await run.clock.advance(1000);
  await run.server.arrived(2);
  expect(run.server.arrivals.map(({ query }) => query.get('after'))).toEqual([null, null]);
});

test('delivery-8 without the date of the server, only an answer that came at once is searched for what is old', async () => {
  const began = Date.UTC(2026, 0, 1, 20);
  // Our clock is an hour ahead, so everything looks old to it.
  const clock = testClock(began + 3_600_000);
  const { opened, open } = gate();
  const held = await polled(
    async (_arrival, response) => {
      response.sendDate = false;
      await opened;
      return json({ events: [{ n: 1, at: began }], cursor: 'c' });
    },
    { drains: false, clock },
  );
  const prompt = await polled(
    (_arrival, response) => {
      response.sendDate = false;
      return json({ events: [{ n: 1, at: began }], cursor: 'c' });
    },
    { drains: false, clock: testClock(began + 3_600_000) },
  );
  const [late, early] = [numbers(held), numbers(prompt)];
  await held.server.arrived(1);
  await clock.advance(2000);
  open();
  await until(() => late.length === 1 && prompt.source.counters.lastSuccessAt !== undefined);
  expect([late, early]).toEqual([[1], []]);
});

test('delivery-6 a start right after a stop waits for the last answer, so that one question is under way at a time', async () => {
  let asking = 0;
  let most = 0;
  const run = await polled(
    async ({ nth }) => {
      asking += 1;
      most = Math.max(most, asking);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      asking -= 1;
      return json({ events: [{ n: nth }] });
    },
    { interval: 50 },
  );
  const seen: number[] = [];
  for (let n = 1; n <= 5; n += 1) {
    const stop = toStream(run.source).subscribe(({ event }) => void seen.push(event.n));
    await run.server.arrived(n);
    stop();
  }
  const stop = toStream(run.source).subscribe(({ event }) => void seen.push(event.n));
  await until(() => seen.length === 6);
  stop();
  expect(most).toBe(1);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test('delivery-5 answers of a draining endpoint that wait behind a refused event are kept up to a thousand, and then no more is asked', async () => {
  let asked = 0;
  const run = await polled(() => json({}), {
    checkpoint: memoryStore(),
    ask(_cursor, signal) {
      asked += 1;
      return asked > 1000
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve({ events: [{ n: asked }], again: true, elapsedMs: 0 });
    },
  });
  const stream = toStream(run.source);
  const reasons: unknown[] = [];
  stream.on('status', ({ state, reason }) => state === 'behind' && reasons.push(reason));
  stream.subscribe(() => Promise.reject(new Error('not today')), { onFailure: 'stop', onError: () => {} });
  stream.subscribe(() => {});
  await until(() => reasons.length > 0);
  expect(reasons).toEqual(['1000 answers wait behind a refused event; watch again']);
  await settle();
  expect(asked).toBe(1000);
  // Whoever watches again takes what waits, and the questions go on.
  const seen = new Set<number>();
  stream.subscribe(({ event }) => void seen.add(event.n));
  await until(() => asked > 1000);
  expect(seen.has(1)).toBe(true);
  await run.source.close();
});

test('delivery-5 behind a refused event a quiet room is asked for ever: answers with nothing in them do not wait', async () => {
  let asked = 0;
  const run = await polled(() => empty, {
    checkpoint: memoryStore(),
    ask: async () => {
      asked += 1;
      return { events: asked === 1 ? [{ n: 1 }] : [], elapsedMs: 0 };
    },
  });
  toStream(run.source).subscribe(() => {
    throw new Error('no');
  });
  const seen = numbers(run);
  const reasons: (string | undefined)[] = [];
  run.source.on('status', ({ reason }) => reasons.push(reason));
  for (let n = 0; n < 1_010; n += 1) await run.clock.advance(seconds(5));
  expect([seen, asked]).toEqual([[1], 1_011]);
  expect(reasons.filter(Boolean)).toEqual([]);
  await run.source.close();
});
