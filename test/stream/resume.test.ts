import { expect, test } from 'vitest';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { toStream } from '../../src/stream/stream.ts';
import { polled, until } from '../support/polled.ts';
import { gate, json } from '../support/server.ts';

/** What a process left that was killed while a page of three was being taken. */
async function leftOver() {
  const store = memoryStore();
  await store.set('tipstream:pretend:here:me', {
    v: 1,
    page: [1, 2, 3].map((n) => ({ event: { n }, id: `kept-${n}`, at: 0 })),
  });
  const taking = gate();
  const run = await polled(() => json({ events: [] }), { checkpoint: store, interval: 5000 });
  const seen: string[] = [];
  const reasons: unknown[] = [];
  run.source.on('status', ({ reason }) => reasons.push(reason));
  toStream(run.source).subscribe(async ({ id }) => {
    seen.push(id);
    await taking.opened;
  });
  await until(() => seen.length === 1);
  return { ...run, seen, taking, reasons };
}

test('delivery-3 what the last process left is taken before the upstream is asked', async () => {
  const { source, server, seen, taking, reasons } = await leftOver();
  expect(server.arrivals).toHaveLength(0);
  expect(reasons).toContain('what was left is taken first');
  taking.open();
  await until(() => server.arrivals.length === 1);
  expect(seen).toEqual(['kept-1', 'kept-2', 'kept-3']);
  await source.close();
});

test('delivery-3 a callback that hangs on what was left holds up the questions for an interval only', async () => {
  const { source, server, clock, taking } = await leftOver();
  await clock.advance(4999);
  expect(server.arrivals).toHaveLength(0);
  await clock.advance(1);
  await until(() => server.arrivals.length === 1);
  taking.open();
  await source.close();
});

test('delivery-2 what the last process left and upstream gives once more comes once', async () => {
  const store = memoryStore();
  await store.set('tipstream:pretend:here:me', {
    v: 1,
    page: [1, 2].map((n) => ({ event: { n, id: `own-${n}` }, id: `own-${n}`, at: 0 })),
  });
  const events = [2, 3].map((n) => ({ n, id: `own-${n}` }));
  const { source } = await polled(({ nth }) => json({ events: nth === 1 ? events : [] }), { checkpoint: store });
  const seen: string[] = [];
  toStream(source).subscribe(({ id }) => void seen.push(id));
  await until(() => source.counters.lastSuccessAt);
  expect([seen, source.counters.duplicates]).toEqual([['own-1', 'own-2', 'own-3'], 1]);
  await source.close();
});
