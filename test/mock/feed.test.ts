import { expect, it } from 'vitest';
import { createFeed, type Plan } from '../../src/mock/feed.ts';
import { testClock } from '../support/clock.ts';

const room = { platform: 'stripchat', dialect: 'contract', channel: 'mock_room', credential: 'not-a-secret' } as const;

/** A feed of events that are called by their offset. */
const feedOf = (offsets: readonly number[], { pace = 1, backlog = [] as readonly Plan[] } = {}) => {
  const clock = testClock();
  const plans = offsets.map((at) => ({ at, wire: at })).values();
  return { clock, feed: createFeed({ room, plans, backlog, clock, pace }) };
};
const names = (moments: readonly { wire?: unknown }[]) => moments.map(({ wire }) => wire);

it('what did not arrive is given again in its old order, before anything newer', () => {
  const { feed } = feedOf([1, 2, 3, 4, 5], { pace: Number.POSITIVE_INFINITY });
  const [first, second] = [feed.take(2), feed.take(2)];
  second.settle(false);
  first.settle(false);
  expect(names(feed.take(9).moments)).toEqual([1, 2, 3, 4, 5]);
});

it('a page that arrived stays away, whatever is said of it later', () => {
  const { feed } = feedOf([1, 2], { pace: Number.POSITIVE_INFINITY });
  const page = feed.take(9);
  page.settle(true);
  page.settle(false);
  expect(feed.take(9).moments).toEqual([]);
});

it('nothing happens before it is due, and its time is when it was', async () => {
  const { clock, feed } = feedOf([0, 1000, 5000], { pace: 2 });
  const start = clock.now();
  expect(names(feed.take(9).moments)).toEqual([0]);
  await clock.advance(499);
  expect(feed.take(9).moments).toEqual([]);
  await clock.advance(60_000);
  expect(feed.take(9).moments.map(({ time }) => time - start)).toEqual([500, 2500]);
});

it('what is made to happen comes after what was due by then', async () => {
  const { clock, feed } = feedOf([0, 1000, 5000]);
  feed.start();
  await clock.advance(2000);
  feed.add({ wire: 'made' });
  await clock.advance(9000);
  expect(names(feed.take(9).moments)).toEqual([0, 1000, 'made', 5000]);
});

it('a log is read from any place, as often as one likes, and begins before its first visitor', () => {
  const { feed } = feedOf([0, 1, 2], { pace: Number.POSITIVE_INFINITY, backlog: [{ at: -1000, wire: 'before' }] });
  feed.start();
  expect(names(feed.after(0, 2))).toEqual(['before', 0]);
  expect(names(feed.after(2, 9))).toEqual([1, 2]);
  expect(names(feed.after(0, 9))).toEqual(['before', 0, 1, 2]);
  expect(feed.after(4, 9)).toEqual([]);
});

it('a log of an endless evening forgets its oldest, and its cursors still hold', () => {
  const { feed } = feedOf(
    Array.from({ length: 12_000 }, (_, at) => at),
    { pace: Number.POSITIVE_INFINITY },
  );
  let last = 0;
  for (let page = feed.after(0, 100); page.length > 0; page = feed.after(last, 100)) {
    expect(page[0]?.sequence).toBe(last + 1);
    last = page.at(-1)?.sequence ?? 0;
  }
  expect(last).toBe(12_000);
  expect(feed.after(0, 1)[0]?.sequence).toBe(7001);
});

it('waiting ends with what is due, with what is made to happen, with the time and with an abort; it leaves no timer', async () => {
  const { clock, feed } = feedOf([1000]);
  feed.start();
  const never = new AbortController();
  const waits: [end: () => unknown, ms: number][] = [
    [() => clock.advance(1000), 9000],
    [() => feed.add({ wire: 'made' }), 9000],
    [() => never.abort(), 9000],
  ];
  for (const [end, ms] of waits) {
    feed.take(9);
    let over = false;
    const wait = feed.wait(ms, never.signal).then(() => {
      over = true;
    });
    expect([over, clock.pending]).toEqual([false, 1]);
    await end();
    await wait;
    expect(clock.pending).toBe(0);
  }
  await feed.wait(9000, never.signal);
});
