import { describe, expect, it } from 'vitest';
import { readFrame as anilibriaFrame } from '../../src/anilibria/events.ts';
import { createLimiter } from '../../src/core/limiter.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { walk } from '../../src/core/page.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { createSource, dedupe, type TipEvent, tally, testTip, toResponse } from '../../src/index.ts';
import { createMemory } from '../../src/stream/memory.ts';
import { shortId } from '../../src/twitch/notification.ts';
import { platforms } from '../fuzz/platforms.ts';
import { testClock } from '../support/clock.ts';

const named = (nth: number): TipEvent =>
  testTip({ id: `a:-:${nth}`, platform: 'a', tipper: `somebody-${nth}`, amount: 1 + (nth % 7) });

/** A tip that is no test tip, or it would not be counted. */
const paid = (nth: number): TipEvent => {
  const { test: _, ...tip } = named(nth);
  return tip;
};

describe('what is remembered by a key that strangers choose', () => {
  it('a tally names so many people and no more, and counts them all', async () => {
    const source = createSource<TipEvent>({ platform: 'a' });
    const seen: { count: number; top: readonly unknown[]; totals: Readonly<Record<string, number>> }[] = [];
    let sum = 0;
    tally(source.stream, { top: 3 }).subscribe((each) => {
      seen[0] = each;
    });
    for (let nth = 0; nth < 12_000; nth += 1) {
      sum += paid(nth).amount;
      await source.push(paid(nth));
    }
    expect(seen[0]).toMatchObject({ count: 12_000, totals: { 'a:token': sum } });
    expect(seen[0]?.top).toHaveLength(3);
    await source.stream.close();
  });

  it('a limiter forgets keys of which nothing is known any more', async () => {
    const clock = testClock();
    const limiter = createLimiter({ clock });
    const rate = { limit: 1, per: 1000 };
    for (let nth = 0; nth < 20_000; nth += 1) {
      (await limiter.acquire(`caller ${nth}`, rate, { clock })).release();
      if (nth % 50 === 49) await clock.advance(1000);
    }
    let known = 0;
    for (let nth = 0; nth < 20_000; nth += 1) if (limiter.state(`caller ${nth}`)) known += 1;
    expect(known).toBeLessThanOrEqual(300);
  });

  it('ids are remembered up to a bound, and none twice within it', () => {
    const memory = createMemory(1000);
    for (let nth = 0; nth < 10_000; nth += 1) expect(memory.add(`id ${nth}`)).toBe(true);
    expect(memory.has('id 0')).toBe(false);
    expect(memory.has('id 9999')).toBe(true);
    expect(
      Array.from({ length: 10_000 }, (_, nth) => memory.has(`id ${nth}`)).filter(Boolean).length,
    ).toBeLessThanOrEqual(2000);
  });

  it('dedupe with a key of the app forgets the oldest', async () => {
    const source = createSource<{ id: string }>({ platform: 'a' });
    let given = 0;
    dedupe(source.stream).subscribe(() => {
      given += 1;
    });
    for (let nth = 0; nth < 9000; nth += 1) await source.push({ id: String(nth) });
    await source.push({ id: '0' });
    await source.push({ id: '8999' });
    expect(given).toBe(9001);
    await source.stream.close();
  });

  it('a cache in memory holds as many answers as it says', () => {
    const cache = memoryCache({ max: 100 });
    for (let nth = 0; nth < 10_000; nth += 1) cache.set(`/users?id=${nth}`, nth);
    expect(cache.stats().size).toBeLessThanOrEqual(100);
  });

  it('the redactor knows so many secrets and no more', () => {
    const redactor = createRedactor();
    const all = Array.from({ length: 600 }, (_, nth) => `not-a-secret-${nth}-x`);
    for (const secret of all) redactor.add(secret);
    const known = all.filter((secret) => redactor.text(secret) === '***');
    // The first, which a client was made with, and the latest.
    expect(known).toHaveLength(100);
    expect(known[0]).toBe(all[0]);
    expect(known.at(-1)).toBe(all.at(-1));
  });

  it('a stream that is served keeps its last events for pages, and no more', async () => {
    const source = createSource<TipEvent>({ platform: 'a' });
    const answer = toResponse(source.stream, { format: 'ndjson', replay: 10 });
    const reader = answer.body?.getReader();
    await reader?.read();
    for (let nth = 0; nth < 1000; nth += 1) void source.push(named(nth));
    await new Promise((resolve) => setImmediate(resolve));
    const text = new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain('"reason":"overflow"');
    expect(text.split('\n').filter((line) => line.includes('somebody')).length).toBeLessThanOrEqual(20);
    await reader?.cancel();
    await source.stream.close();
  });
});

describe('an id that an upstream made as long as it could', () => {
  const long = 'x'.repeat(100_000);

  it('is not kept: neither in a tip nor in the memory against duplicates', () => {
    for (const { name, eventId, toTip, samples } of platforms) {
      const text = JSON.stringify(samples).replace(
        /"(id|msgId|groupId|userId|message_id|user_id)":("[^"]*"|\d+)/g,
        `"$1":"${long}"`,
      );
      for (const event of JSON.parse(text) as unknown[]) {
        expect(`${name} ${(eventId(event) ?? '').length <= 64}`).toBe(`${name} true`);
        expect(`${name} ${(toTip(event)?.id ?? '').length <= 128}`).toBe(`${name} true`);
      }
    }
  });

  it('keeps of a message of Twitch its end, and of a notification of AniLibria nothing', () => {
    expect(shortId(`${long}end`)).toBe(`${'x'.repeat(61)}end`);
    const frame = (timestamp: string): unknown =>
      anilibriaFrame(JSON.stringify({ type: 'new_title', data: { title_id: 1, timestamp } }), 0);
    expect(frame(long)).toMatchObject({ kind: 'notification', id: undefined });
    expect(frame('2026-01-01')).toMatchObject({ id: 'new_title:1:2026-01-01:' });
  });
});

describe('a list without an end', () => {
  it('that turns in a circle ends with UPSTREAM', async () => {
    const pages = walk(
      'demo',
      async ({ page = 1 }: { page?: number }) => ({ items: [page], next: { page: (page % 3) + 1 } }),
      {},
    );
    await expect(
      (async () => {
        for await (const _ of pages);
      })(),
    ).rejects.toMatchObject({ code: 'UPSTREAM' });
  });

  it('of nothing, with another cursor each time, ends', async () => {
    let asked = 0;
    const pages = walk(
      'demo',
      async () => {
        asked += 1;
        return { items: [], next: { cursor: String(asked) } };
      },
      {},
    );
    for await (const _ of pages);
    expect(asked).toBeLessThanOrEqual(10);
  });
});
