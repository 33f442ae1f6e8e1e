import { describe, expect, test } from 'vitest';
import type { Cacheable, CacheStore } from '../../src/core/cache.ts';
import { type CachedOptions, cached } from '../../src/core/cached.ts';
import { TipstreamError } from '../../src/core/errors.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { seconds } from '../../src/core/time.ts';
import { settle, testClock } from '../support/clock.ts';
import { gate } from '../support/server.ts';

type List = { items: number[] };

/** An upstream that counts, behind a policy. */
const setUp = (options: CachedOptions & { store?: CacheStore; revalidate?: boolean } = {}) => {
  const clock = testClock();
  const store = options.store ?? memoryCache({ clock });
  const errors: unknown[] = [];
  const cache = cached(seconds(10), options).open({
    clock,
    store,
    revalidate: options.revalidate,
    onError: (error) => errors.push(error),
  });
  const asked: { headers: Readonly<Record<string, string>>; background: boolean }[] = [];
  let next: (count: number) => Cacheable<List> | Promise<Cacheable<List>> = (count) => answer({ items: [count, 9] });
  const get = (key = 'key') =>
    cache.run<List, Cacheable<List>>(key, async (headers, background) => {
      asked.push({ headers, background });
      return next(asked.length);
    });
  return {
    ...{ clock, store, errors, cache, asked, get },
    upstream(answers: typeof next) {
      next = answers;
    },
  };
};

const answer = (data: List, headers: Record<string, string> = {}, status = 200): Cacheable<List> => ({
  data,
  status,
  headers: new Headers(headers),
});
const failure = (code: 'NETWORK' | 'NOT_FOUND' | 'SERVER') => new TipstreamError({ code, message: 'x' });

describe('cached', () => {
  test('core-15 keeps an answer for its time, then asks again', async () => {
    const { clock, get, asked } = setUp();
    expect(await get()).toMatchObject({ cache: 'MISS', data: { items: [1, 9] }, answer: { status: 200 } });
    await clock.advance(seconds(10) - 1);
    expect(await get()).toMatchObject({ cache: 'HIT', data: { items: [1, 9] }, status: 200 });
    await clock.advance(1);
    expect(await get()).toMatchObject({ cache: 'MISS', data: { items: [2, 9] } });
    expect((await get('other')).cache).toBe('MISS');
    expect(asked).toHaveLength(3);
  });

  test('core-15 an answer from the future, of a clock that was set back or of another machine, keeps no longer than its time', async () => {
    const { clock, store, get, asked } = setUp({ store: new Map() });
    const ahead = cached(seconds(10)).open({ clock: { ...clock, now: () => clock.now() + seconds(3600) }, store });
    await ahead.run<List, Cacheable<List>>('key', async () => answer({ items: [0] }));
    expect(await get()).toMatchObject({ cache: 'MISS', data: { items: [1, 9] } });
    expect((await get()).cache).toBe('HIT');
    expect(asked).toHaveLength(1);
  });

  test('core-15 what the store has lost is asked for anew: nothing is kept beside it', async () => {
    const clock = testClock();
    const store = memoryCache({ clock });
    const { get, asked } = setUp({ store });
    expect((await get()).cache).toBe('MISS');
    expect((await get()).cache).toBe('HIT');
    await store.delete('key');
    expect((await get()).cache).toBe('MISS');
    expect(asked).toHaveLength(2);
  });

  test('core-15 every hit is a fresh copy: who sorts a result changes nobody else’s', async () => {
    const { get } = setUp();
    (await get()).data.items.reverse().push(7);
    (await get()).data.items.push(8);
    expect((await get()).data).toEqual({ items: [1, 9] });
  });

  test('core-15 asks for a change only, and renews what has none (304)', async () => {
    const { clock, get, asked, upstream } = setUp();
    upstream(() => answer({ items: [1] }, { etag: '"a"', 'x-served-by': 'one' }));
    await get();
    upstream(() => answer(undefined as never, { etag: '"a"' }, 304));
    await clock.advance(seconds(11));
    expect(await get()).toMatchObject({ cache: 'HIT', data: { items: [1] }, status: 200, answer: { status: 304 } });
    expect(asked[1]?.headers).toEqual({ 'if-none-match': '"a"' });
    await clock.advance(seconds(9));
    const hit = await get();
    expect(hit.cache).toBe('HIT');
    expect(hit.headers.get('x-served-by')).toBe('one');
    expect(asked).toHaveLength(2);
  });

  test('core-15 sends no ETag where it may not, as in a page', async () => {
    const { clock, get, asked, upstream } = setUp({ revalidate: false });
    upstream(() => answer({ items: [1] }, { etag: '"a"' }));
    await get();
    await clock.advance(seconds(11));
    await get();
    expect(asked[1]?.headers).toEqual({});
  });

  test('core-15 stale-while-revalidate gives the old answer at once and fetches one new one behind it', async () => {
    const { clock, get, asked, upstream } = setUp({ staleWhileRevalidate: seconds(20) });
    await get();
    await clock.advance(seconds(15));
    const { opened, open } = gate();
    upstream(async () => {
      await opened;
      return answer({ items: [5] });
    });
    expect(await get()).toMatchObject({ cache: 'STALE', data: { items: [1, 9] } });
    expect(await get()).toMatchObject({ cache: 'STALE', data: { items: [1, 9] } });
    expect(asked.map(({ background }) => background)).toEqual([false, true]);
    open();
    await settle();
    expect(await get()).toMatchObject({ cache: 'HIT', data: { items: [5] } });
  });

  test('core-15 a failure behind a stale answer is nobody’s, and the next caller asks again', async () => {
    const { clock, get, asked, upstream } = setUp({ staleWhileRevalidate: seconds(20) });
    await get();
    await clock.advance(seconds(15));
    upstream(() => Promise.reject(failure('NETWORK')));
    await get();
    await settle();
    expect((await get()).cache).toBe('STALE');
    expect(asked).toHaveLength(3);
  });

  test('core-15 a fetch behind a stale answer that died without a sign does not keep others from trying', async () => {
    const { clock, get, asked, upstream } = setUp({ staleWhileRevalidate: seconds(600) });
    await get();
    upstream(() => new Promise(() => {}));
    await clock.advance(seconds(15));
    await get();
    await clock.advance(seconds(61));
    await get();
    expect(asked).toHaveLength(3);
  });

  test('core-15 stale-if-error serves while upstream is down, for its time, and for no other failure', async () => {
    const { clock, get, upstream } = setUp({ staleIfError: seconds(60) });
    await get();
    await clock.advance(seconds(30));
    upstream(() => Promise.reject(failure('NETWORK')));
    expect(await get()).toMatchObject({ cache: 'STALE', data: { items: [1, 9] } });
    upstream(() => Promise.reject(failure('NOT_FOUND')));
    await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    upstream(() => Promise.reject(failure('SERVER')));
    await clock.advance(seconds(41));
    await expect(get()).rejects.toMatchObject({ code: 'SERVER' });
  });

  test('core-15 never keeps a failure, a status that is no success, or what says no-store', async () => {
    const { get, upstream, asked } = setUp();
    upstream(() => Promise.reject(failure('SERVER')));
    await expect(get()).rejects.toMatchObject({ code: 'SERVER' });
    upstream(() => answer({ items: [] }, {}, 400));
    expect((await get()).cache).toBe('MISS');
    upstream(() => answer({ items: [] }, { 'cache-control': 'private, No-Store' }));
    expect((await get()).cache).toBe('MISS');
    expect((await get()).cache).toBe('MISS');
    expect(asked).toHaveLength(4);
  });

  test('core-15 what cannot be copied is given but not kept', async () => {
    const { get, upstream } = setUp();
    upstream(() => answer({ items: [() => 1] as never }));
    expect((await get()).cache).toBe('MISS');
    expect((await get()).cache).toBe('MISS');
  });

  test('core-10 keeps no header that holds a secret', async () => {
    const kept: unknown[] = [];
    const store = { get: () => undefined, set: (...all: unknown[]) => kept.push(...all), delete: () => {} };
    const { get, upstream } = setUp({ store });
    upstream(() =>
      answer(
        { items: [] },
        { 'set-cookie': 'session=canary-cookie', 'x-auth-token': 'canary-token', 'content-type': 'application/json' },
      ),
    );
    await get();
    expect(JSON.stringify(kept)).toContain('content-type');
    expect(JSON.stringify(kept)).not.toContain('canary');
  });

  test('core-15 a store that fails is told of and stops no call', async () => {
    const broken = new Error('the store is away');
    const fail = () => Promise.reject(broken);
    const { get, cache, errors } = setUp({ store: { get: fail, set: fail, delete: fail } });
    expect(await get()).toMatchObject({ cache: 'MISS', data: { items: [1, 9] } });
    await cache.forget();
    expect(errors).toEqual([broken, broken, broken]);
  });

  test('core-15 what another program left in the store does no harm', async () => {
    for (const value of [null, 'text', 5, {}, { v: 2 }, { v: 1, freshUntil: 'x' }, { v: 1, freshUntil: 1e15 }]) {
      const { get } = setUp({ store: { get: () => value, set: () => {}, delete: () => {} } });
      expect((await get()).cache, JSON.stringify(value)).toBe('MISS');
    }
  });

  test('core-15 survives a store that keeps JSON', async () => {
    const map = new Map<string, string>();
    const store: CacheStore = {
      get: (key) => JSON.parse(map.get(key) ?? 'null'),
      set: (key, value) => map.set(key, JSON.stringify(value)),
      delete: (key) => map.delete(key),
    };
    const { get } = setUp({ store });
    await get();
    expect(await get()).toMatchObject({ cache: 'HIT', data: { items: [1, 9] } });
  });

  test('forget deletes what was kept, and what was under way is not kept', async () => {
    const { clock, get, cache, store, upstream } = setUp();
    await get();
    const { opened, open } = gate();
    upstream(async () => {
      await opened;
      return answer({ items: [3] });
    });
    const underWay = get('other');
    await settle();
    await clock.advance(5);
    await cache.forget();
    expect(store.get('key')).toBeUndefined();
    open();
    expect(await underWay).toMatchObject({ data: { items: [3] } });
    expect(store.get('other')).toBeUndefined();
    await clock.advance(5);
    expect((await get()).cache).toBe('MISS');
    expect((await get()).cache).toBe('HIT');
  });

  test('forget makes nothing of the past count, even where the store cannot delete', async () => {
    const map = new Map<string, unknown>();
    const { get, cache, clock } = setUp({
      store: { get: (key) => map.get(key), set: (key, value) => map.set(key, value), delete: () => false },
    });
    await get();
    await cache.forget();
    await clock.advance(1);
    expect((await get()).cache).toBe('MISS');
  });
});

describe('many at once', () => {
  test('AL-34 who looks while an answer is being kept gets it, and asks nobody', async () => {
    const clock = testClock();
    const slow = memoryCache({ clock });
    const [looked, written] = [gate(), gate()];
    const store = {
      ...slow,
      get: async (key: string) => {
        const found = slow.get(key);
        await looked.opened;
        return found;
      },
      set: async (key: string, value: unknown, ttl?: number) => {
        await written.opened;
        slow.set(key, value, ttl);
      },
    };
    const first = setUp({ store: { ...store, get: slow.get } });
    const begun = first.get();
    await settle();
    // Its answer is here, and still on its way into the store.
    const late = first.get();
    await settle();
    expect(first.asked).toHaveLength(1);
    expect(await late).toMatchObject({ cache: 'HIT', data: { items: [1, 9] } });
    written.open();
    await begun;
    expect(await first.get()).toMatchObject({ cache: 'HIT' });
    expect(first.asked).toHaveLength(1);
  });

  test('AL-34 who looked before, in a store that is slow to say no, gets what came meanwhile', async () => {
    const store = memoryCache();
    const slow = gate();
    let looks = 0;
    const { get, asked } = setUp({
      store: {
        ...store,
        get: async (key: string) => {
          looks += 1;
          const found = store.get(key);
          if (looks === 1) await slow.opened;
          return found;
        },
      },
    });
    const early = get();
    await settle();
    expect(await get()).toMatchObject({ cache: 'MISS' });
    slow.open();
    expect(await early).toMatchObject({ cache: 'HIT', data: { items: [1, 9] } });
    expect(asked).toHaveLength(1);
  });

  test('AL-34 what an app says of stale answers goes before what the endpoint says', async () => {
    const clock = testClock();
    const cache = cached(seconds(10)).open({
      clock,
      store: memoryCache({ clock }),
      ttl: seconds(1),
      staleWhileRevalidate: seconds(5),
      staleIfError: seconds(20),
    });
    let count = 0;
    const get = () =>
      cache.run<List, Cacheable<List>>('key', async () => {
        count += 1;
        if (count > 2) throw failure('NETWORK');
        return answer({ items: [count] });
      });
    await get();
    await clock.advance(seconds(2));
    expect(await get()).toMatchObject({ cache: 'STALE', data: { items: [1] } });
    await settle();
    expect(await get()).toMatchObject({ cache: 'HIT', data: { items: [2] } });
    await clock.advance(seconds(20));
    expect(await get()).toMatchObject({ cache: 'STALE', data: { items: [2] } });
  });
});
