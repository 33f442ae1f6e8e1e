import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/core/page.ts';
import { seconds } from '../../src/core/time.ts';
import { json } from '../../src/mock/answer.ts';
import { createMissing, type MissedParts } from '../../src/tipping/missed.ts';
import type { TippingTip } from '../../src/tipping/models.ts';
import { toTip } from '../../src/tipping/normalize.ts';
import { testClock } from '../support/clock.ts';
import { as, client, platform } from './client.ts';

const received = (id: string, more: object = {}) => ({
  type: 'tip_received',
  tip: { id, from_user: 'Ada', tokens: 25, message: '', ...more },
});

/** Everything that comes of the stream that is live. */
async function listen(host: Awaited<ReturnType<typeof platform>>) {
  const ada = await as('ada', host, { random: () => 0 });
  const options = { streamId: host.controls.streamId };
  const tips: { id: string; amount: number }[] = [];
  const events: string[] = [];
  const stream = ada.tips(options);
  stream.subscribe((tip) => void tips.push(tip));
  ada.events(options).subscribe((event) => void events.push(String(event.type)));
  await stream.ready();
  return { tips, events };
}

describe('a tip and the events that speak of it', () => {
  test('TP-28 TP-30 an event that is no tip takes no tip away, whatever id it has or whose tip it speaks of', async () => {
    const host = await platform();
    const { tips, events } = await listen(host);
    for (const event of [
      { type: 'tip_pending', tip: { id: 'one', tokens: 25 } },
      received('one'),
      received('one'),
      { type: 'tip_refunded', tip: { id: 'one', tokens: 25 } },
      { type: 'poll_opened', id: 'two' },
      received('two', { tokens: 30 }),
    ])
      host.controls.emit(event);
    await expect.poll(() => events.length).toBe(5);
    expect(tips.map(({ amount }) => amount)).toEqual([25, 30]);
    expect(events).toEqual(['tip_pending', 'tip_received', 'tip_refunded', 'poll_opened', 'tip_received']);
  });

  test('TP-28 the same holds for what a webhook brings', async () => {
    const host = await platform();
    const pushed = client(host).push();
    const amounts: number[] = [];
    pushed.subscribe(({ amount }) => void amounts.push(amount));
    await pushed.feed({ type: 'tip_pending', tip: { id: 'one', tokens: 25 } });
    await pushed.feed([received('one'), received('one'), { id: 'rest', from_user_id: 'x', tokens: 5 }]);
    await pushed.feed({ id: 'rest', from_user_id: 'x', tokens: 5 });
    expect(amounts).toEqual([25, 5]);
  });

  test('TP-31 XS-7 is worth its tokens, whatever an amount beside them may be', () => {
    expect(toTip(received('one', { amount: 0.25 }))?.amount).toBe(25);
    expect(toTip(received('one', { amount: 'a quarter' }))?.amount).toBe(25);
    expect(toTip({ id: 'one', from_user_id: 'x', tokens: 25, amount: 0.25, created_at: '' })?.amount).toBe(25);
  });
});

describe('what was missed', () => {
  const clock = testClock();
  const now = clock.now();
  const signal = new AbortController().signal;
  const tip = (id: string, more: Partial<TippingTip> = {}): TippingTip => ({
    id,
    from_user_id: 'u1',
    to_user_id: 'mira',
    tokens: 1,
    created_at: new Date(now).toISOString(),
    ...more,
  });
  const fetched = async (pageOf: (page: number) => Page<TippingTip>, nameOf?: MissedParts['nameOf']) => {
    let asked = 0;
    const headers = new Headers({ date: new Date(now).toUTCString() });
    const ask: MissedParts['ask'] = async ({ page = 1 }) => {
      asked += 1;
      return { data: pageOf(page), meta: { headers } };
    };
    const missing = createMissing({ clock, ask, nameOf });
    return { ...(await missing.fetch('s', now - seconds(10), now - seconds(3600), signal)), asked };
  };

  test('TP-30 is found behind a page that a busy room has filled with what was read before', async () => {
    const all = Array.from({ length: 30 }, (_, index) => tip(`t${index}`));
    const { events, complete } = await fetched((page) => {
      // Twenty more were given between the first page and the second.
      const shift = page === 1 ? 0 : 1;
      const items = all.slice((page - 1 - shift) * 20, (page - shift) * 20);
      return { items, page, ...(page < 3 && { next: { page: page + 1 } }) };
    });
    expect(events).toHaveLength(30);
    expect(complete).toBe(true);
  });

  test('TP-30 is not called complete where the list promises more and gives the same again and again', async () => {
    const same = [tip('a'), tip('b')];
    const { events, complete, asked } = await fetched((page) => ({ items: same, page: 1, next: { page: page + 1 } }));
    expect(events).toHaveLength(2);
    expect(complete).toBe(false);
    expect(asked).toBeLessThan(10);
  });

  test('EV-46 shows nobody who asked to stay unnamed: the name was asked for, and the flag is kept', async () => {
    const hidden = tip('one', { is_anonymous: true, message: 'yours, Ada Lovelace' });
    const { events } = await fetched(
      () => ({ items: [hidden], page: 1, pages: 1 }),
      async () => 'Ada Lovelace',
    );
    const shown = toTip(events[0]);
    expect(shown).toMatchObject({ tipper: 'Anonymous', anonymous: true, amount: 1 });
    expect(JSON.stringify(shown)).not.toMatch(/Lovelace|u1/);
  });

  test('EV-46 TP-30 over a real connection, too', async () => {
    const host = await platform();
    const ada = await as('ada', host, { random: () => 0 });
    const options = { streamId: host.controls.streamId };
    const said: unknown[] = [];
    const stream = ada.tips(options);
    stream.subscribe((shown) => void said.push(shown));
    ada.events(options).subscribe((event) => void said.push(event));
    await stream.ready();
    const { id, display_name } = host.controls.account('grace').user;
    const list = [{ ...tip('hidden', { from_user_id: id }), is_anonymous: true, created_at: new Date().toISOString() }];
    host.instead = ({ path }) => (path.includes('/tips') ? json(200, list) : undefined);
    host.controls.rooms.drop();
    await expect.poll(() => said.length).toBe(2);
    expect(JSON.stringify(said)).not.toContain(display_name);
    expect(JSON.stringify(said)).not.toContain(id);
  });
});
