import { describe, expect, it, onTestFinished } from 'vitest';
import { cached } from '../../src/core/cached.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { minutes } from '../../src/core/time.ts';
import { createSource, memoryStore, type TipEvent, tally, testTip } from '../../src/index.ts';
import { readSaved } from '../../src/stream/saved.ts';
import { createTipping } from '../../src/tipping/index.ts';
import { isSession, sessionOf } from '../../src/tipping/tokens.ts';
import { json, startServer } from '../support/server.ts';
import { outcome } from './support.ts';

const demo = platform({
  name: 'demo',
  endpoints: { kept: get('/kept', { response: (value) => value, cache: cached(minutes(1)) }) },
});

describe('what somebody else wrote into a store', () => {
  it.each([
    ['headers that are none', { headers: [['a name with spaces', 'x']] }],
    ['headers of another shape', { headers: [['one']] }],
    ['headers that are a number', { headers: 5 }],
    ['a header that forges another', { headers: [['x-one', 'a\r\nx-two: b']] }],
    ['an end that is no time', { headers: [], freshUntil: 'soon' }],
    ['another version', { headers: [], v: 2 }],
  ])('as a kept answer with %s is no answer: upstream is asked', async (_, odd) => {
    const server = await startServer(() => json({ fine: true }));
    const entry = {
      v: 1,
      data: { poisoned: true },
      status: 200,
      storedAt: Date.now(),
      freshUntil: Date.now() + 60_000,
      ...odd,
    };
    const store = { get: () => entry, set: () => {}, delete: () => {} };
    const client = connect(demo, { baseUrl: server.url, cache: store, logger: false });
    onTestFinished(client.close);
    expect(await client.kept()).toEqual({ fine: true });
  });

  it.each([
    5,
    'text',
    [],
    { v: 1, page: [null] },
    { v: 1, page: [{ event: {} }] },
    { v: 1, page: 'x' },
    { v: 1, window: [5] },
    { v: 1, cursor: 5 },
    { v: 1, taken: {} },
    { v: '1' },
  ])('as a checkpoint (%j) ends the stream with STORE, and is not written over', (value) => {
    expect(
      isTipstreamError(
        outcome(() => readSaved('demo', value)),
        'STORE',
      ),
    ).toBe(true);
  });

  it.each([
    { count: '5', totals: {}, top: [] },
    { count: 1, totals: { 'a:token': '5' }, top: [] },
    { count: 1, totals: {}, top: [null] },
    { count: 1, totals: {}, top: [{ platform: 'a', unit: 'token', tipper: 'ada', amount: '5', count: 1 }] },
    { count: 1, totals: {}, top: [], worth: 'much' },
    null,
  ])('as a tally (%j) is told as STORE, and never added to as if it were a sum', async (sum) => {
    const store = memoryStore();
    store.set('tally', { v: 1, sum, ids: [] });
    const source = createSource<TipEvent>({ platform: 'demo' });
    const totals = tally(source.stream, { store: { store, key: 'tally' } });
    const errors: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      totals.on('error', (error) => {
        errors.push(error.code);
        resolve();
      });
    });
    const seen: unknown[] = [];
    totals.subscribe((each) => void seen.push(each));
    void source.push(testTip({ platform: 'a' }));
    await told;
    expect(errors).toEqual(['STORE']);
    expect(seen).toEqual([]);
    await source.stream.close();
  });

  it.each([
    { refresh: 5 },
    { refresh: {} },
    { expiresAt: undefined },
    { expiresAt: 'later' },
    { renewAt: Number.NaN },
    { access: 5 },
    { id: null },
  ])('as a session (%j) is no session: nobody is signed in', async (odd) => {
    const good = sessionOf(
      { access_token: 'not-a-secret-access', refresh_token: 'not-a-secret-refresh' },
      Date.now(),
      'one',
    );
    expect(isSession(good)).toBe(true);
    const poisoned = { ...good, ...odd };
    expect(isSession(poisoned)).toBe(false);
    const store = new Map<string, unknown>();
    const tipping = createTipping({
      baseUrl: 'http://127.0.0.1:1',
      logger: false,
      store: { get: () => poisoned, set: (key, value) => void store.set(key, value), delete: () => {} },
    });
    onTestFinished(tipping.close);
    await expect(tipping.auth.me()).rejects.toMatchObject({ code: 'AUTH', sent: 'no' });
  });

  it('a tip of more than all money spoils no sum: it can be kept and read again', async () => {
    const kept = memoryStore();
    const store = { store: kept, key: 'tally' };
    for (const id of ['1', '2', '3']) {
      const source = createSource<TipEvent>({ platform: 'a' });
      const { test: _, ...tip } = testTip({ id, platform: 'a', amount: id === '3' ? 5 : 1e308 });
      const totals = tally(source.stream, { store });
      const said = new Promise((resolve) => totals.on('error', resolve));
      const taken = source.push(tip).then(() => 'taken');
      totals.subscribe(() => {});
      expect(await Promise.race([taken, said])).toBe('taken');
      await source.stream.close();
    }
    const { sum } = JSON.parse(JSON.stringify(kept.get('tally'))) as { sum: { totals: object; count: number } };
    expect(sum).toMatchObject({ count: 3, totals: { 'a:token': Number.MAX_VALUE } });
  });

  it('a login whose refresh token is no text begins a session without one', () => {
    for (const odd of [5, {}, [], true, null])
      expect(
        sessionOf({ access_token: 'not-a-secret-access', refresh_token: odd as never }, 0, 'one', 'before').refresh,
      ).toBe('before');
  });
});
