import { inspect } from 'node:util';
import Keyv from 'keyv';
import { expect, test } from 'vitest';
import { createCheckpoint } from '../../src/stream/checkpoint.ts';
import { type CheckpointStore, memoryStore } from '../../src/stream/checkpoint-store.ts';
import { toStream } from '../../src/stream/stream.ts';
import { testClock } from '../support/clock.ts';
import { type Ping, type Polled, polled, until } from '../support/polled.ts';
import { gate, json, type Route, startServer } from '../support/server.ts';

/** A store that counts its writes and fails when told to. */
const watchedStore = (): CheckpointStore & { writes: unknown[]; broken: boolean; value(): unknown } => {
  const inner = memoryStore();
  const store = {
    writes: [] as unknown[],
    broken: false,
    get: inner.get,
    delete: inner.delete,
    value: () => inner.get('tipstream:pretend:here:me'),
    set(key: string, value: unknown) {
      if (store.broken) throw new Error('disk full');
      store.writes.push(structuredClone(value));
      return inner.set(key, value);
    },
  };
  return store;
};

/** Ten events in pages of five behind a cursor, each with an id; nothing afterwards. */
const cursorPages: Route = ({ query }) => {
  const after = Number(query.get('after') ?? 0);
  const events = [1, 2, 3, 4, 5]
    .map((step) => ({ n: after + step, id: `e${after + step}` }))
    .filter(({ n }) => n <= 10);
  return json({ events, cursor: String(Math.min(after + 5, 10)) });
};

/** The same ten, each handed out once. */
const drainingPages = (): Route => {
  let next = 0;
  return () => json({ events: [1, 2, 3, 4, 5].map(() => ({ n: ++next })).filter(({ n }) => n <= 10) });
};

const dialects = [
  ['cursor', false],
  ['draining', true],
] as const;

const settings = (drains: boolean, checkpoint: CheckpointStore) => ({ drains, checkpoint, interval: 50 });

const finished = async (run: Polled): Promise<void> => {
  await run.source.close();
};

/** Moves the clock until `ready`. */
const runUntil = async (run: Polled, ready: () => boolean): Promise<void> => {
  for (let n = 0; n < 400 && !ready(); n += 1) {
    await run.clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ready()).toBe(true);
};

test.each(dialects)('delivery-3 a restart goes on where the last process stopped, %s', async (_name, drains) => {
  const server = await startServer(drains ? drainingPages() : cursorPages);
  const store = memoryStore();
  const seen: number[] = [];
  for (const until3 of [3, 7, 10]) {
    const run = await polled(server, settings(drains, store));
    const stop = toStream(run.source).subscribe(({ event }) => {
      seen.push(event.n);
      if (event.n === until3) queueMicrotask(() => stop());
      return Promise.resolve();
    });
    await runUntil(run, () => seen.includes(until3));
    await finished(run);
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('delivery-3 the ids of a draining page are the same after a restart', async () => {
  const server = await startServer(drainingPages());
  const store = memoryStore();
  const first = await polled(server, settings(true, store));
  const ids: string[] = [];
  const loop = toStream(first.source).iterate();
  for (let n = 0; n < 2; n += 1) ids.push((await loop.next()).value?.id ?? '');
  await loop.return?.();
  await finished(first);
  const second = await polled(server, settings(true, store));
  const again = toStream(second.source).iterate();
  expect((await again.next()).value).toMatchObject({ id: ids[1], event: { n: 2 } });
});

test('delivery-2 the events of a draining page are in the store before the first is offered', async () => {
  const store = watchedStore();
  const run = await polled(drainingPages(), settings(true, store));
  const stored: unknown[] = [];
  toStream(run.source).subscribe(() => void stored.push(store.writes.length));
  await runUntil(run, () => stored.length >= 5);
  expect(stored[0]).toBe(1);
  expect(store.writes[0]).toMatchObject({
    v: 1,
    page: [{ event: { n: 1 } }, { event: { n: 2 } }, { event: { n: 3 } }, { event: { n: 4 } }, { event: { n: 5 } }],
  });
  await finished(run);
  expect(store.value()).toMatchObject({ v: 1, page: [] });
});

test('delivery-2 a store that takes its time holds the events of a draining page back until it has them', async () => {
  const inner = memoryStore();
  const { opened, open } = gate();
  const store: CheckpointStore = { ...inner, set: (key, value) => opened.then(() => inner.set(key, value)) };
  const run = await polled(drainingPages(), settings(true, store));
  const seen: number[] = [];
  toStream(run.source).subscribe(({ event }) => void seen.push(event.n));
  await until(() => run.source.counters.polls === 1 && run.source.stats().untaken === 0 && run.server.connections > 0);
  await fetch(run.server.url);
  expect(seen).toEqual([]);
  open();
  await runUntil(run, () => seen.length >= 5);
});

test('delivery-3 while the end of a page is written, the next page waits, also for a loop that asks already', async () => {
  const inner = memoryStore();
  let open = (): void => {};
  let gated = false;
  const store: CheckpointStore = {
    ...inner,
    async set(key, value) {
      if (gated) await new Promise<void>((resolve) => (open = resolve));
      return inner.set(key, value);
    },
  };
  const run = await polled(cursorPages, settings(false, store));
  const loop = toStream(run.source).iterate();
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    for await (const { event } of loop) seen.push(event.n);
  };
  gated = true;
  void read();
  for (let n = 0; n < 40 && run.server.arrivals.length < 3; n += 1) {
    await run.clock.advance(50);
    await fetch(run.server.url);
  }
  expect(Math.max(...seen)).toBe(5);
  gated = false;
  open();
  await runUntil(run, () => seen.length === 10);
});

test('delivery-2 what is stored went through the mask', async () => {
  const store = watchedStore();
  const run = await polled(drainingPages(), { ...settings(true, store), mask: (event: Ping) => ({ n: -event.n }) });
  const seen: number[] = [];
  toStream(run.source).subscribe(({ event }) => void seen.push(event.n));
  await runUntil(run, () => seen.length === 10);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(JSON.stringify(store.writes)).not.toMatch(/"n":\d/);
});

test('delivery-3 at most one write in 250 ms, and one at the end of a page', async () => {
  const store = watchedStore();
  const run = await polled(cursorPages, { ...settings(false, store), interval: 5000 });
  const resolvers: (() => void)[] = [];
  toStream(run.source).subscribe(() => new Promise((resolve) => resolvers.push(resolve)));
  const takeOne = async (): Promise<void> => {
    await until(() => resolvers.length > 0);
    resolvers.shift()?.();
    await run.clock.advance(10);
  };
  for (let n = 0; n < 4; n += 1) await takeOne();
  expect(store.writes).toEqual([{ v: 1, taken: 'e1' }]);
  await run.clock.advance(250);
  expect(store.writes).toEqual([
    { v: 1, taken: 'e1' },
    { v: 1, taken: 'e4' },
  ]);
  await run.clock.advance(250);
  await takeOne();
  expect(store.writes.at(-1)).toEqual({ v: 1, cursor: '5' });
  expect(store.writes).toHaveLength(3);
  await finished(run);
});

test('delivery-3 a store that fails is said as STORE, events go on for ten answers, and then the source waits', async () => {
  const store = watchedStore();
  store.broken = true;
  let next = 0;
  const run = await polled(() => json({ events: [{ n: ++next }] }), settings(true, store));
  const codes = new Set<string>();
  const states: string[] = [];
  run.source.on('error', ({ code }) => codes.add(code));
  run.source.on('status', ({ state, reason }) => states.push(`${state} ${reason ?? ''}`));
  const blocked: (() => void)[] = [];
  toStream(run.source).subscribe(() => new Promise((resolve) => blocked.push(resolve)));
  await runUntil(run, () => states.at(-1)?.startsWith('behind') ?? false);
  expect([...codes]).toEqual(['STORE']);
  expect(states.at(-1)).toMatch(/the checkpoint store fails and 10 answers wait/);
  expect(run.server.arrivals).toHaveLength(10);
  store.broken = false;
  await runUntil(run, () => run.server.arrivals.length > 10);
});

test('delivery-3 a source that gives all again by its cursor is asked on while its store fails, until `ahead` are untaken', async () => {
  const store = watchedStore();
  store.broken = true;
  let next = 0;
  const more = () => json({ events: [{ id: `e${++next}`, n: next }], cursor: String(next) });
  const run = await polled(more, { ...settings(false, store), ahead: 20 });
  const live: number[] = [];
  toStream(run.source).subscribe(({ event }) => (event.n > 1 ? new Promise(() => {}) : undefined));
  toStream(run.source).subscribe(({ event }) => void live.push(event.n));
  await runUntil(run, () => live.length === 21);
  expect(run.server.arrivals).toHaveLength(21);
});

/** What each of two watchers, and a restart after them, saw of ten events of which the seventh makes a callback reject. */
const table = async (drains: boolean, onFailure: 'skip' | 'stop' | 'retry') => {
  const server = await startServer(drains ? drainingPages() : cursorPages);
  const store = memoryStore();
  const clock = testClock();
  const run = await polled(server, { ...settings(drains, store), clock });
  const failing: number[] = [];
  const steady: number[] = [];
  const failures: number[] = [];
  const errors: string[] = [];
  let refusals = 0;
  run.source.on('failed', ({ event }) => failures.push(event.event.n));
  toStream(run.source).subscribe(
    async ({ event }) => {
      if (event.n === 7 && refusals++ < 2) throw new Error('the ledger is busy');
      failing.push(event.n);
    },
    { onFailure, label: 'ledger', onError: ({ code }) => errors.push(code) },
  );
  toStream(run.source).subscribe(async ({ event }) => void steady.push(event.n), { label: 'overlay' });
  await runUntil(
    run,
    () =>
      steady.length >= 10 &&
      (onFailure === 'stop' ? errors.length === 1 : failing.length >= (onFailure === 'retry' ? 10 : 9)),
  );
  await finished(run);
  const restarted: number[] = [];
  const second = await polled(server, { ...settings(drains, store), clock });
  toStream(second.source).subscribe(({ event }) => void restarted.push(event.n));
  await runUntil(second, () => second.source.counters.polls >= 3);
  await finished(second);
  return { failing, steady, failures, errors, restarted };
};

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test.each(dialects)(
  'EV-10 delivery-1 a callback rejects on event 7 of 10, %s: skip reports it and goes on',
  async (_name, drains) => {
    expect(await table(drains, 'skip')).toEqual({
      failing: [1, 2, 3, 4, 5, 6, 8, 9, 10],
      steady: all,
      failures: [7],
      errors: [],
      restarted: [],
    });
  },
);

test.each(dialects)(
  'delivery-1 a callback rejects on event 7 of 10, %s: stop ends this watcher, keeps the place, and a restart begins at 7',
  async (_name, drains) => {
    expect(await table(drains, 'stop')).toEqual({
      failing: [1, 2, 3, 4, 5, 6],
      steady: all,
      failures: [7],
      errors: ['CONSUMER'],
      restarted: [7, 8, 9, 10],
    });
  },
);

test.each(dialects)(
  'delivery-1 a callback rejects on event 7 of 10, %s: retry gives 7 again until it is taken, in order',
  async (_name, drains) => {
    expect(await table(drains, 'retry')).toEqual({
      failing: all,
      steady: all,
      failures: [7, 7],
      errors: [],
      restarted: [],
    });
  },
);

test('delivery-1 with a checkpoint, stop is what happens to a failing callback unless it says otherwise', async () => {
  const run = await polled(cursorPages, settings(false, memoryStore()));
  const errors: string[] = [];
  toStream(run.source).subscribe(() => Promise.reject(new Error('no')), { onError: ({ code }) => errors.push(code) });
  await until(() => errors.length === 1);
  const bare = await polled(cursorPages, { drains: false });
  let failed = 0;
  bare.source.on('failed', () => (failed += 1));
  toStream(bare.source).subscribe(() => Promise.reject(new Error('no')), { onError: ({ code }) => errors.push(code) });
  await until(() => failed === 5);
  expect(errors).toEqual(['CONSUMER']);
});

test('delivery-1 in the same process, whoever watches after a stopped watcher gets what it refused, while a neighbour goes on', async () => {
  const run = await polled(cursorPages, settings(false, memoryStore()));
  const neighbour: number[] = [];
  const errors: string[] = [];
  toStream(run.source).subscribe(({ event }) => void neighbour.push(event.n));
  toStream(run.source).subscribe(({ event }) => (event.n === 3 ? Promise.reject(new Error('no')) : undefined), {
    onError: ({ code }) => errors.push(code),
  });
  await until(() => errors.length === 1);
  const later: number[] = [];
  toStream(run.source).subscribe(({ event }) => void later.push(event.n));
  await runUntil(run, () => later.includes(10));
  expect(later).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(neighbour).toEqual(all);
  expect(run.source.untaken).toBe(0);
});

test.each([
  ['of a newer version', { v: 2, cursor: '5' }],
  ['of somebody else', 'hello'],
  ['of the wrong shape', { v: 1, page: 'none' }],
])('delivery-3 a stored value %s ends the stream with STORE and is not overwritten', async (_name, value) => {
  const store = watchedStore();
  store.set('tipstream:pretend:here:me', value);
  const run = await polled(cursorPages, settings(false, store));
  const loop = toStream(run.source).iterate();
  await expect(loop.next()).rejects.toMatchObject({ code: 'STORE', fatal: true });
  await finished(run);
  expect(store.value()).toEqual(value);
  expect(run.server.arrivals).toEqual([]);
  await run.source.forget();
  expect(store.value()).toBeUndefined();
});

test('delivery-3 a callback that ends after close() writes nothing over what a successor wrote; a new start does', async () => {
  const store = watchedStore();
  const server = await startServer(drainingPages());
  const clock = testClock();
  const first = await polled(server, { ...settings(true, store), clock });
  let end = (): void => {};
  let offered = 0;
  toStream(first.source).subscribe(({ event }) => {
    offered = event.n;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await runUntil(first, () => offered === 1);
  const closing = first.source.close();
  await clock.advance(6_000);
  await closing;
  const second = await polled(server, { ...settings(true, store), clock });
  const seen: number[] = [];
  const stop = toStream(second.source).subscribe(({ event }) => {
    seen.push(event.n);
    return event.n < 8 ? undefined : new Promise<void>(() => {});
  });
  await runUntil(second, () => seen.includes(8));
  await clock.advance(1_000);
  const open = { page: [{ event: { n: 8 } }, { event: { n: 9 } }, { event: { n: 10 } }] };
  expect(store.value()).toMatchObject(open);
  store.writes.length = 0;
  end();
  await clock.advance(1_000);
  for (const value of store.writes) expect(value).toMatchObject(open);
  expect(store.value()).toMatchObject(open);
  stop();
  await finished(second);
  toStream(first.source).subscribe(() => {});
  await clock.advance(1_000);
  expect(store.value()).toMatchObject({ page: [] });
});

test('delivery-3 a store that answers false, as a Keyv does without its database, has failed', async () => {
  const store = watchedStore();
  let down = true;
  const run = await polled(drainingPages(), {
    ...settings(true, store),
    checkpoint: { ...store, set: (key: string, value: unknown) => (down ? false : store.set(key, value)) },
  });
  const said: string[] = [];
  run.source.on('error', ({ code, message }) => said.push(`${code} ${message}`));
  toStream(run.source).subscribe(() => new Promise(() => {}));
  await runUntil(run, () => said.length > 0);
  expect(said[0]).toMatch(/^STORE .*it answered false; a crash now may lose or repeat events$/);
  down = false;
  await runUntil(run, () => store.writes.length > 0);
  expect(store.value()).toMatchObject({ page: [{ event: { n: 1 } }, {}, {}, {}, {}, {}, {}, {}, {}, {}] });
});

test('delivery-3 what a Keyv keeps comes again, and one whose database is down at the start is waited for', async () => {
  const values = new Map<string, unknown>();
  let down = false;
  const answer = <T>(value: T): T => {
    if (down) throw new Error('ECONNREFUSED');
    return value;
  };
  const database = {
    opts: {},
    get: async (key: string) => answer(values.get(key)),
    set: async (key: string, value: unknown) => void answer(values.set(key, value)),
    delete: async (key: string) => answer(values.delete(key)),
    clear: async () => values.clear(),
    on() {},
  };
  const keyv = (): Keyv => new Keyv({ store: database, throwOnErrors: true });
  const server = await startServer(drainingPages());
  const first = await polled(server, settings(true, keyv()));
  let offered = 0;
  toStream(first.source).subscribe(({ event }) => {
    offered = event.n;
    return new Promise(() => {});
  });
  await runUntil(first, () => offered === 1);
  down = true;
  const second = await polled(server, settings(true, keyv()));
  const codes: string[] = [];
  const seen: number[] = [];
  second.source.on('error', ({ code }) => codes.push(code));
  toStream(second.source).subscribe(({ event }) => void seen.push(event.n));
  await runUntil(second, () => codes.length > 0);
  down = false;
  await runUntil(second, () => seen.length === 10);
  expect(codes[0]).toBe('STORE');
  expect(seen).toEqual(all);
});

const never = (): Promise<never> => new Promise(() => {});

test.each(['get', 'set'] as const)(
  'delivery-3 a store whose %s never answers is said as STORE after 10 s, and close() resolves',
  async (hung) => {
    const run = await polled(drainingPages(), {
      ...settings(true, memoryStore()),
      checkpoint: { ...memoryStore(), [hung]: never },
    });
    const said: string[] = [];
    const states: string[] = [];
    run.source.on('error', ({ code, message }) => said.push(`${code} ${message}`));
    run.source.on('status', ({ state }) => states.push(state));
    toStream(run.source).subscribe(() => {});
    await run.clock.advance(9_000);
    expect(said).toEqual([]);
    await run.clock.advance(2_000);
    expect(said[0]).toMatch(/^STORE .*did not answer in 10 s/);
    await run.clock.advance(20_000);
    expect(states).toContain(hung === 'get' ? 'waiting' : 'live');
    let closed = false;
    void run.source.close().then(() => {
      closed = true;
    });
    await run.clock.advance(30_000);
    expect(closed).toBe(true);
    expect(run.clock.pending).toBe(0);
  },
);

test('delivery-3 forget() of a store that never answers rejects with STORE', async () => {
  const run = await polled(drainingPages(), {
    ...settings(true, memoryStore()),
    checkpoint: { ...memoryStore(), delete: never },
  });
  const forgotten = expect(run.source.forget()).rejects.toMatchObject({ code: 'STORE' });
  await run.clock.advance(10_000);
  await forgotten;
});

test('delivery-3 a set that is late is waited for: it puts no old value over a new one', async () => {
  const inner = watchedStore();
  const answers: (() => void)[] = [];
  const run = await polled(drainingPages(), {
    ...settings(true, inner),
    checkpoint: {
      ...inner,
      set: (key: string, value: unknown) =>
        new Promise<void>((resolve) => {
          const copy = structuredClone(value);
          answers.push(() => {
            inner.set(key, copy);
            resolve();
          });
        }),
    },
  });
  const seen: number[] = [];
  toStream(run.source).subscribe(({ event }) => void seen.push(event.n));
  await runUntil(run, () => seen.length === 5);
  await run.clock.advance(60_000);
  expect(answers).toHaveLength(1);
  for (let n = 0; n < 20; n += 1) {
    answers.shift()?.();
    await run.clock.advance(500);
  }
  expect(inner.value()).toMatchObject({ page: [] });
});

test('XS-8 a password in the words of a store is in no error', async () => {
  const clock = testClock();
  const thrown = Object.assign(new Error('redis://user:hush/hush@host.test/?key=hush failed, password: "hush"'), {
    options: { password: 'hush' },
    cause: new Error('connect to redis://:hush@host.test'),
    code: 'ECONNREFUSED',
  });
  const fails = (): never => {
    throw thrown;
  };
  const errors: unknown[] = [];
  const checkpoint = createCheckpoint({
    platform: 'pretend',
    option: { get: fails, set: fails, delete: fails },
    key: 'place',
    clock,
    snapshot: () => 1,
    failed: (error) => errors.push(error),
  });
  checkpoint.touch();
  await checkpoint.load().catch((error) => errors.push(error));
  await until(() => errors.length === 2);
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('hush');
  for (const error of errors)
    expect(error).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('could not'),
      cause: { code: 'ECONNREFUSED', cause: { message: 'connect to redis://***@host.test' } },
    });
});

test('delivery-3 two crashes in the same page repeat nothing that was taken before the first', async () => {
  const route: Route = ({ query }) =>
    query.get('after') === null
      ? json({ events: [1, 2, 3].map((n) => ({ n, id: `e${n}` })), cursor: '3' })
      : json({ events: [], cursor: `${Number(query.get('after')) + 1}` });
  // What a process had written when it was killed after its second event.
  let stored: unknown = { v: 1, taken: 'e2' };
  const store: CheckpointStore = {
    get: () => stored,
    set(_key, value) {
      stored = structuredClone(value);
    },
    delete() {},
  };
  const second = await polled(route, settings(false, store));
  const held: number[] = [];
  toStream(second.source).subscribe(({ event }) => {
    held.push(event.n);
    return new Promise(() => {});
  });
  await runUntil(second, () => second.source.counters.polls >= 4);
  expect(held).toEqual([3]);
  expect(stored).toMatchObject({ taken: 'e2' });
});
