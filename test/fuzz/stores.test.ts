import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileStore } from '../../src/adapters/node/file-store.ts';
import { storeShelf } from '../../src/adapters/twitch-proxy/shelf.ts';
import { cached } from '../../src/core/cached.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { minutes } from '../../src/core/time.ts';
import { createSource, goal, memoryCache, type TipEvent, tally, testTip, tiered } from '../../src/index.ts';
import { readSaved } from '../../src/stream/saved.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { createAvatars } from '../../src/tiktok/index.ts';
import { createTipping } from '../../src/tipping/index.ts';
import { isSession } from '../../src/tipping/tokens.ts';
import { createTwitch, userToken } from '../../src/twitch/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { mutated } from '../support/mutations.ts';
import { isPlain, json, orOurs, text, tries, until } from './setting.ts';

const fields = [
  'v',
  'page',
  'window',
  'cursor',
  'taken',
  'sum',
  'ids',
  'count',
  'totals',
  'top',
  'amount',
  'unpriced',
  'data',
  'status',
  'headers',
  'storedAt',
  'freshUntil',
  'etag',
  'access',
  'refresh',
  'renewAt',
  'expiresAt',
  'accessToken',
  'refreshToken',
  'from',
  'profile',
  'until',
  'value',
  'fresh',
  'body',
];
const now = Date.UTC(2026, 0, 1, 20);

/** What may lie under a key: something good that was spoiled, or anything. */
const kept = fc.oneof(
  mutated({
    v: 1,
    cursor: '/next',
    taken: '1',
    page: [{ id: '1', at: 5, event: { type: 'tip', amount: 5 } }],
    window: ['{}'],
  }),
  mutated({
    v: 1,
    sum: {
      count: 1,
      totals: { 'a:token': 5 },
      top: [{ platform: 'a', unit: 'token', tipper: 'ada', amount: 5, count: 1 }],
      worth: 1,
    },
    ids: ['1'],
  }),
  mutated({ v: 1, sum: { amount: 5, count: 1, unpriced: 0 }, ids: ['1'] }),
  mutated({
    v: 1,
    data: { fine: true },
    status: 200,
    headers: [['x-one', 'a']],
    storedAt: now,
    freshUntil: now + 60_000,
    etag: '"a"',
  }),
  mutated({
    value: { v: 1, data: 5, status: 200, headers: [], storedAt: now, freshUntil: now + 60_000 },
    until: now + 5000,
    fresh: now,
  }),
  mutated({
    v: 1,
    id: 'one',
    access: 'not-a-secret-access',
    refresh: 'not-a-secret-refresh',
    renewAt: now,
    expiresAt: now + 5000,
  }),
  mutated({ v: 1, from: 'x', accessToken: 'not-a-secret-access', refreshToken: 'not-a-secret-refresh', expiresAt: 0 }),
  mutated({
    profile: {
      username: 'ada',
      nickname: 'Ada',
      source: 'live',
      avatar_url: 'https://cdn.example.com/a',
      image_hash: 'ab',
      cached_at: '2026-01-01T00:00:00Z',
    },
    until: now,
    failures: 0,
  }),
  json(fields),
);

const store = (value: unknown) => ({ get: () => structuredClone(value), set: () => {}, delete: () => {} });
const silent = { logger: false } as const;

describe('whatever lies in a store', () => {
  it('is a checkpoint, or STORE; and a stream that begins with it gives good tips or ends', async () => {
    const closing: Promise<void>[] = [];
    await fc.assert(
      fc.asyncProperty(kept, async (value) => {
        await orOurs(() => readSaved('demo', value));
        const clock = testClock(now);
        const client = createStripchat({
          token: 'not-a-secret-token',
          eventsUrl: 'http://127.0.0.1:1/e',
          interval: 50,
          clock,
          ...silent,
          checkpoint: store(value) as never,
          fetch: async () => new Response('{"events":[{"type":"tip","amount":5,"id":"z"}]}'),
        });
        const tips: TipEvent[] = [];
        let ended = false;
        const stream = client.tips();
        stream.on('end', () => {
          ended = true;
        });
        stream.subscribe((tip) => void tips.push(tip));
        await until(clock, 50, () => ended || tips.some(({ id }) => id.endsWith(':z')));
        expect(ended || tips.some(({ id }) => id.endsWith(':z'))).toBe(true);
        for (const tip of tips) expect(isPlain(tip) && Number.isFinite(tip.amount)).toBe(true);
        // Each takes half a second to let a question end; all of them together, too.
        closing.push(client.close());
      }),
      tries(25),
    );
    await Promise.all(closing);
  });

  it('is the state of a tally or a goal, or STORE; sums stay numbers', async () => {
    await fc.assert(
      fc.asyncProperty(kept, fc.boolean(), async (value, isTally) => {
        const source = createSource<TipEvent>({ platform: 'a', clock: testClock(now) });
        const kept = { store: store(value) as never, key: 'sum' };
        const sums = isTally
          ? tally(source.stream, { store: kept })
          : goal(source.stream, { store: kept, target: 100, rates: { token: 1 } });
        const seen: object[] = [];
        let failed = false;
        sums.on('error', ({ code }) => {
          failed = code === 'STORE';
        });
        sums.subscribe((each: object) => void seen.push(each));
        const { test: _, ...tip } = testTip({ id: 'new', platform: 'a', amount: 5 });
        void source.push(tip);
        await settle(4);
        expect(failed || seen.length > 0).toBe(true);
        const look = (each: unknown): void => {
          if (typeof each === 'number') expect(Number.isFinite(each)).toBe(true);
          if (typeof each === 'object' && each !== null) for (const below of Object.values(each)) look(below);
        };
        look(seen);
        const counts = seen.at(-1);
        if (counts && 'count' in counts) expect(typeof counts.count).toBe('number');
        if (counts && 'totals' in counts)
          for (const total of Object.values(counts.totals as object)) expect(typeof total).toBe('number');
      }),
      tries(150),
    );
  });

  it('is a kept answer, or none: then upstream is asked', async () => {
    const clock = testClock(now);
    await fc.assert(
      fc.asyncProperty(kept, fc.boolean(), async (value, levels) => {
        const under = levels ? tiered([memoryCache({ clock }), store(value)], { clock }) : store(value);
        const cache = cached(minutes(1), { staleWhileRevalidate: 1000, staleIfError: 1000 }).open({
          clock,
          store: under,
        });
        const got = await cache.run('key', async () => ({ data: 'asked', status: 200, headers: new Headers() }));
        expect(['HIT', 'MISS', 'STALE']).toContain(got.cache);
        expect(got.headers).toBeInstanceOf(Headers);
        const shelf = storeShelf(store(value), clock, () => {});
        const ready = await shelf.get('key', now);
        if (ready) expect(typeof ready.plain.body).toBe('string');
      }),
      tries(300),
    );
  });

  it('is a session or a pair of tokens, or nobody is signed in: no call fails with anything but ours', async () => {
    await fc.assert(
      fc.asyncProperty(kept, async (value) => {
        expect(typeof isSession(value)).toBe('boolean');
        const answer = async () =>
          new Response('{"id":"1","username":"ada","access_token":"not-a-secret-new","data":[]}');
        const common = { ...silent, clock: testClock(now), fetch: answer, retry: 0 } as const;
        const tipping = createTipping({ baseUrl: 'http://127.0.0.1:1', ...common, store: store(value) });
        await orOurs(() => tipping.auth.me());
        await tipping.close();
        const twitch = createTwitch({
          clientId: 'yourclientid',
          baseUrl: 'http://127.0.0.1:1',
          ...common,
          auth: userToken({ refreshToken: 'not-a-secret-refresh', store: store(value) }),
        });
        await orOurs(() => twitch.users({ ids: ['1'] }));
        await twitch.close();
      }),
      tries(80),
    );
  });

  it('is a picture, or another is found', async () => {
    await fc.assert(
      fc.asyncProperty(kept, async (value) => {
        const avatars = createAvatars({
          ...silent,
          clock: testClock(now),
          cache: store(value),
          fetch: async () => new Response(null, { status: 404 }),
        });
        const profile = await avatars.resolve({ username: 'mira' });
        expect(typeof profile.username).toBe('string');
        avatars.close();
      }),
      tries(80),
    );
  });

  it('of a file is read, or STORE that says which file; never taken for an empty one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tipstream-fuzz-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          text(),
          kept.map((value) => JSON.stringify(value)),
          fc.constant('{"a":{"__proto__":1}}'),
        ),
        async (content) => {
          nth += 1;
          const path = join(folder, `${nth}.json`);
          await writeFile(path, content);
          const file = fileStore(path);
          const got: unknown = await file.get('v').catch((error: unknown) => error);
          if (got instanceof Error) expect(isTipstreamError(got, 'STORE') && got.message.includes(path)).toBe(true);
          await file.close();
        },
      ),
      tries(40),
    );
  });
});
