import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/core/page.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import { createMissing, type MissedParts } from '../../src/tipping/missed.ts';
import type { TippingTip } from '../../src/tipping/models.ts';
import { testClock } from '../support/clock.ts';

const clock = testClock();
const now = clock.now();
const signal = new AbortController().signal;
/** Watched for an hour, lost ten seconds ago. */
const from = now - seconds(10);
const since = now - minutes(60);

const tip = (id: string, at: number): TippingTip => ({
  id,
  from_user_id: 'ada',
  to_user_id: 'mira',
  tokens: 1,
  created_at: new Date(at).toISOString(),
});
const date = (ahead: number) => new Headers({ date: new Date(now + ahead).toUTCString() });

/** An upstream that gives these pages; what it is asked is written down. */
function upstream(pageOf: (page: number) => Page<TippingTip>, ...dates: Headers[]) {
  const asked: unknown[] = [];
  const ask: MissedParts['ask'] = async (input) => {
    const headers = dates[asked.length] ?? dates.at(-1) ?? date(0);
    asked.push(input);
    return { data: pageOf(input.page ?? 1), meta: { headers } };
  };
  return { asked, missing: createMissing({ clock, ask }) };
}
const idsOf = ({ events }: { events: { tip: { id: string } }[] }) => events.map((event) => event.tip.id);

/** So many tips, the newest first, a second apart. */
const row = (count: number, ahead = 0) =>
  Array.from({ length: count }, (_, index) => tip(`t${index}`, now + ahead - seconds(index)));

describe('what a stream missed', () => {
  test.each([0, minutes(10), -minutes(10)])(
    'TP-30 is found by the clock of the platform, %i ms ahead of ours',
    async (ahead) => {
      const { missing } = upstream(() => ({ items: row(5, ahead), page: 1, pages: 1 }), date(ahead));
      const missed = await missing.fetch('s', from, since, signal);
      expect(idsOf(missed)).toEqual(['t4', 't3', 't2', 't1', 't0']);
      expect(missed.complete).toBe(true);
      const recent = await upstream(() => ({ items: row(5, ahead), page: 1, pages: 1 }), date(ahead)).missing.fetch(
        's',
        from,
        now - seconds(2),
        signal,
      );
      // Watched only since two seconds ago, to the second: what was given before is nobody's.
      expect(idsOf(recent)).toEqual(['t2', 't1', 't0']);
    },
  );

  test('TP-30 is found by the time of events where a page may not see the Date of an answer', async () => {
    const ahead = minutes(10);
    const { missing } = upstream(() => ({ items: row(5, -ahead), page: 1, pages: 1 }), new Headers());
    missing.heard(now - ahead - seconds(3));
    missing.heard(now - ahead);
    missing.heard(now - ahead - seconds(200));
    missing.heard(undefined);
    const missed = await missing.fetch('s', from, now - seconds(2), signal);
    expect(idsOf(missed)).toEqual(['t3', 't2', 't1', 't0']);
    expect(missed.complete).toBe(true);
  });

  test.each([minutes(60), -minutes(60)])(
    'TP-30 is not called complete where the Date of an answer is %i ms away from the time of events, and nothing old is given',
    async (off) => {
      const { missing } = upstream(() => ({ items: row(120), page: 1, pages: 1 }), date(off));
      missing.heard(now - seconds(20));
      const missed = await missing.fetch('s', from, since, signal);
      expect(missed.complete).toBe(false);
      if (off < 0) expect(idsOf(missed)).toContain('t0');
      const lately = await missing.fetch('s', from, now - seconds(5) - off, signal);
      expect(idsOf(lately)).not.toContain('t80');
    },
  );

  test.each([
    ['before any event came', undefined],
    ['after one came', now - seconds(20)],
  ])('TP-30 is found although one answer is dated an hour ahead, %s', async (_, heard) => {
    const { missing, asked } = upstream(() => ({ items: row(5), page: 1, pages: 1 }), date(minutes(60)), date(0));
    missing.heard(heard);
    const missed = await missing.fetch('s', from, since, signal);
    expect(idsOf(missed)).toEqual(['t4', 't3', 't2', 't1', 't0']);
    expect(missed.complete).toBe(true);
    expect(asked).toEqual([{ limit: 100 }, { limit: 100 }]);
  });

  test('TP-30 is not called complete where two answers have two times, and nothing else tells it', async () => {
    const dates = [date(minutes(60)), date(minutes(-60)), date(minutes(60))];
    const { missing, asked } = upstream(() => ({ items: row(5), page: 1, pages: 1 }), ...dates);
    expect(await missing.fetch('s', from, since, signal)).toMatchObject({ complete: false });
    expect(asked).toHaveLength(2);
  });

  test('TP-30 is not called complete where nothing tells the clock of the platform', async () => {
    const { missing } = upstream(() => ({ items: row(5), page: 1, pages: 1 }), new Headers());
    expect(await missing.fetch('s', from, since, signal)).toMatchObject({ complete: false });
  });

  test('TP-30 is asked for page by page, to the first old tip where the newest come first', async () => {
    const all = row(500);
    const { missing, asked } = upstream((page) => ({
      items: all.slice((page - 1) * 100, page * 100),
      page,
      pages: 5,
      ...(page < 5 && { next: { page: page + 1 } }),
    }));
    const missed = await missing.fetch('s', from, since, signal);
    expect(idsOf(missed)).toHaveLength(70);
    expect(asked).toEqual([{ limit: 100 }]);
  });

  test('TP-30 is asked for to the end where the oldest come first', async () => {
    const all = row(250).reverse();
    const { missing, asked } = upstream((page) => ({
      items: all.slice((page - 1) * 100, page * 100),
      page,
      ...(page < 3 && { next: { page: page + 1 } }),
    }));
    expect(idsOf(await missing.fetch('s', from, since, signal)).at(-1)).toBe('t0');
    expect(asked).toHaveLength(3);
  });

  test('TP-33 is asked for further where a full page says nothing of pages, until nothing new comes', async () => {
    const crowd = Array.from({ length: 230 }, (_, index) => tip(`t${index}`, now - index));
    const paging = upstream((page) => ({ items: crowd.slice((page - 1) * 100, page * 100) }));
    expect(idsOf(await paging.missing.fetch('s', from, since, signal))).toHaveLength(230);
    expect(paging.asked).toEqual([{ limit: 100 }, { limit: 100, page: 2 }, { limit: 100, page: 3 }]);
    // One that knows no pages says the same again.
    const stubborn = upstream(() => ({ items: crowd.slice(0, 100) }));
    expect(idsOf(await stubborn.missing.fetch('s', from, since, signal))).toHaveLength(100);
    expect(stubborn.asked).toHaveLength(2);
    const more = upstream((page) => ({
      items: crowd.slice((page - 1) * 10, page * 10),
      upstream: { has_more: page < 3 },
    }));
    expect(idsOf(await more.missing.fetch('s', from, since, signal))).toHaveLength(30);
  });

  test('TP-30 is not called complete where the list is longer than anybody will fetch', async () => {
    const { missing, asked } = upstream((page) => ({
      items: Array.from({ length: 100 }, (_, index) => tip(`t${page}-${index}`, now)),
      next: { page: page + 1 },
    }));
    expect(await missing.fetch('s', from, since, signal)).toMatchObject({ complete: false });
    expect(asked).toHaveLength(20);
  });

  test('TP-30 keeps the order of the list for tips of one moment', async () => {
    const { missing } = upstream(() => ({ items: ['c', 'b', 'a'].map((id) => tip(id, now)), page: 1, pages: 1 }));
    expect(idsOf(await missing.fetch('s', from, since, signal))).toEqual(['a', 'b', 'c']);
  });
});
