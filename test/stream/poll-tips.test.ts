import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { type PollTipsOptions, pollTips } from '../../src/stream/poll-tips.ts';
import { settle, testClock } from '../support/clock.ts';
import { watched } from '../support/room.ts';

interface Gift {
  id?: string;
  from: string;
  cents: number;
  at: number;
  hidden?: boolean;
}

const start = Date.UTC(2026, 0, 1, 20);
const gift = (cents: number, more: Partial<Gift> = {}): Gift => ({ from: 'ada', cents, at: start, ...more });

const toTip: PollTipsOptions<Gift>['toTip'] = ({ id, from, cents, at, hidden }) => ({
  platform: 'shop',
  amount: cents,
  tipper: from,
  message: '',
  timestamp: at / 1000,
  tipperId: `id of ${from}`,
  avatarUrl: `https://pictures.test/${from}`,
  ...(id !== undefined && { id: `shop:-:${id}` }),
  ...(hidden !== undefined && { anonymous: hidden }),
});

/** A shop whose answers come one after the other; then it has nothing. */
function shop(answers: unknown[], options: Partial<PollTipsOptions<Gift>> = {}) {
  const clock = testClock();
  const asked: (string | undefined)[] = [];
  const stream = pollTips<Gift>({
    platform: 'shop',
    clock,
    random: () => 0,
    logger: false,
    toTip,
    fetch: async (cursor) => {
      asked.push(cursor);
      return (answers.shift() ?? { events: [] }) as { events: Gift[] };
    },
    ...options,
  });
  onTestFinished(() => stream.close());
  return { clock, asked, stream };
}

describe('a platform of one’s own', () => {
  it('is asked with the cursor of the answer before, at its interval', async () => {
    const { clock, asked, stream } = shop([
      { events: [gift(1)], cursor: 'a' },
      { events: [] },
      { events: [], cursor: 'b' },
    ]);
    const { seen } = watched(stream);
    await settle();
    expect(seen).toMatchObject([{ platform: 'shop', amount: 1, tipper: 'ada', unit: 'token', anonymous: false }]);
    for (let n = 0; n < 3; n += 1) await clock.advance(seconds(5));
    expect(asked).toEqual([undefined, 'a', 'a', 'b']);
    await clock.advance(seconds(5) - 1);
    expect(asked).toHaveLength(4);
  });

  it('delivery-2 knows a re-delivery by the id that is given, and gives ids where none is', async () => {
    const { clock, stream } = shop(
      [{ events: [gift(1, { id: 'x' }), gift(2), gift(2)] }, { events: [gift(1, { id: 'x' }), gift(2)] }],
      { channel: 'mira' },
    );
    const { seen } = watched(stream);
    await clock.advance(seconds(5));
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2, 2, 2]);
    expect(seen[0]).toMatchObject({ id: 'shop:-:x', channel: 'mira' });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(4);
    for (const { id } of seen.slice(1)) expect(id).toMatch(/^shop:mira:\w+-\d$/);
  });

  it('CB-11 an anonymous tip shows nobody, whatever its maker left in it', async () => {
    const store = memoryStore();
    const kept: string[] = [];
    const { stream } = shop(
      [{ events: [gift(1, { from: 'shy_ada', hidden: true }), gift(2, { from: 'Anonymous' })] }],
      {
        drains: true,
        checkpoint: {
          ...store,
          set(key, value) {
            kept.push(JSON.stringify(value));
            return store.set(key, value);
          },
        },
      },
    );
    const { seen } = watched(stream);
    await settle();
    expect(seen).toMatchObject([
      { tipper: 'Anonymous', anonymous: true, amount: 1 },
      { tipper: 'Anonymous', anonymous: true, amount: 2 },
    ]);
    for (const tip of seen) expect(tip).not.toHaveProperty('tipperId');
    for (const tip of seen) expect(tip).not.toHaveProperty('avatarUrl');
    await stream.close();
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify([seen, kept])).not.toContain('shy_ada');
  });

  it('delivery-8 what was given before the start is left out or marked where that is asked for, by the time of the tip', async () => {
    const events = [
      gift(1, { at: start - seconds(60) }),
      gift(Number.NaN),
      gift(0),
      gift(2, { at: start + seconds(1) }),
    ];
    const none = (event: Gift) => (event.cents === 0 ? undefined : toTip(event));
    const given = async (backlog?: 'deliver' | 'mark' | 'skip') => {
      const { stream } = shop([{ events }], { backlog, toTip: none });
      const { seen } = watched(stream);
      await settle();
      return seen.map(({ amount, meta }) => [amount, meta?.backlog]);
    };
    expect(await given('skip')).toEqual([[2, undefined]]);
    expect(await given('mark')).toEqual([
      [1, true],
      [2, undefined],
    ]);
    expect(await given()).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  it('delivery-6 what cannot be made a tip is said, without its content, and what is none is passed over', async () => {
    const { stream } = shop([{ events: [gift(1), gift(Number.NaN), gift(3), gift(4)] }], {
      toTip(event) {
        if (event.cents === 3) throw new Error(`a secret of ${event.from}`);
        return event.cents === 4 ? undefined : toTip(event);
      },
    });
    const { seen, invalid } = watched(stream);
    await settle();
    expect(seen.map(({ amount }) => amount)).toEqual([1]);
    expect(invalid).toEqual([
      { platform: 'shop', path: '', code: 'wrong type for amount' },
      { platform: 'shop', path: '', code: 'toTip threw' },
    ]);
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['empty', ''],
  ])('delivery-2 an id that is %s is none: each tip is a tip of its own, under an id of its own', async (_what, id) => {
    const page = { events: [gift(1), gift(2)] };
    const { clock, stream } = shop([page, page], {
      toTip: (event) => ({ ...toTip(event), id }) as unknown as ReturnType<typeof toTip>,
    });
    const { seen } = watched(stream);
    await clock.advance(seconds(5));
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2, 1, 2]);
    expect(new Set(seen.map((each) => each.id)).size).toBe(4);
    expect(seen.every((each) => /^shop:-:[a-z0-9]{10,}-\d$/.test(each.id))).toBe(true);
  });

  it('delivery-3 an id and a cursor that are numbers lead a restart to its place, as text', async () => {
    const store = memoryStore();
    const numbered = {
      toTip: (event: Gift) => ({ ...toTip(event), id: event.cents }) as unknown as ReturnType<typeof toTip>,
    };
    const first = shop([{ events: [gift(7), gift(8)], cursor: 5 }], { ...numbered, checkpoint: store });
    const before = watched(first.stream);
    await settle();
    expect(before.seen.map(({ id }) => id)).toEqual(['7', '8']);
    await first.stream.close();
    const second = shop([{ events: [gift(8), gift(9)], cursor: 6 }], { ...numbered, checkpoint: store, drains: true });
    const after = watched(second.stream);
    await settle();
    expect(second.asked[0]).toBe('5');
    expect(after.seen.map(({ id }) => id)).toEqual(['8', '9']);
  });

  it('delivery-6 an answer that is nothing is an error that says what to return', async () => {
    const { stream } = shop([], { fetch: async () => undefined as never });
    const errors: string[] = [];
    stream.on('error', ({ code, message }) => errors.push(`${code} ${message}`));
    watched(stream);
    await settle();
    expect(errors).toEqual(['SCHEMA shop: fetch gave no list of events; return { events, cursor }']);
  });

  it('delivery-6 an answer without a list is an error that says what to return, and is asked again', async () => {
    const { clock, asked, stream } = shop([{ events: 'none' }, { events: [gift(1)] }]);
    const { seen, errors } = watched(stream);
    await clock.advance(seconds(5));
    expect(errors).toMatchObject([{ code: 'SCHEMA', message: expect.stringContaining('return { events, cursor }') }]);
    expect([asked.length, seen.length]).toEqual([2, 1]);
  });

  it('delivery-2 says a gap where an answer broke off that a shop gives once, and none where it can be asked again', async () => {
    for (const drains of [true, false, undefined])
      for (const [thrown, code] of [
        [new TypeError('fetch failed'), 'NETWORK'],
        [new Error('read ECONNRESET'), 'UPSTREAM'],
      ] as const) {
        const { stream } = shop([], { drains, fetch: () => Promise.reject(thrown) });
        const { gaps, errors } = watched(stream);
        await settle(20);
        expect(errors).toMatchObject([{ code, sent: 'maybe' }]);
        expect(gaps).toEqual(drains ? ['truncated'] : []);
      }
  });

  it('delivery-2 of a window that slides each tip comes once: equal ones are told apart by their place', async () => {
    const window = [gift(1), gift(2), gift(2), gift(3, { hidden: true }), gift(4), gift(5)];
    const { clock, stream } = shop(
      [{ events: window.slice(0, 4) }, { events: window.slice(1, 5) }, { events: window.slice(2, 6) }],
      { overlap: true },
    );
    const { seen, gaps } = watched(stream);
    for (let n = 0; n < 2; n += 1) await clock.advance(seconds(5));
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(gaps).toEqual([]);
  });

  it('raw: true gives the event beside the tip, where nobody counts it', async () => {
    const event = gift(1);
    const { stream } = shop([{ events: [event] }], { raw: true });
    const { seen } = watched(stream);
    await settle();
    expect(seen[0]?.raw).toBe(event);
    expect(JSON.stringify(seen[0])).not.toContain('cents');
    const without = shop([{ events: [event] }]);
    const other = watched(without.stream);
    await settle();
    expect(other.seen[0]?.raw).toBeUndefined();
  });

  it('delivery-3 keeps its place under its own name and room: two shops share a store', async () => {
    const store = memoryStore();
    const places: string[] = [];
    const checkpoint = {
      ...store,
      set(key: string, value: unknown) {
        places.push(key);
        return store.set(key, value);
      },
    };
    for (const channel of ['mira', undefined]) {
      const { stream } = shop([{ events: [gift(1, { id: 'x' })], cursor: 'a' }], { channel, checkpoint });
      const { seen } = watched(stream);
      await settle();
      await stream.close();
      expect(seen).toHaveLength(1);
    }
    expect(new Set(places)).toEqual(new Set(['tipstream:shop:-:mira', 'tipstream:shop:-:-']));
  });

  it('whoever leaves is free at once, though the question goes on for ever', async () => {
    const { stream } = shop([], { fetch: () => new Promise(() => {}) });
    const { stop } = watched(stream);
    await settle();
    stop();
    await stream.close();
  });

  it('an interval that was meant in seconds is CONFIG', () => {
    expect(() => shop([], { interval: 5 })).toThrow(/did you mean seconds\(5\)/);
  });

  it.each([
    ['an object without a prototype', Object.create(null)],
    ['a symbol', Symbol('no')],
    ['nothing', undefined],
  ])('delivery-6 outlives a fetch that throws %s', async (_what, thrown) => {
    let asked = 0;
    const { clock, stream } = shop([], {
      fetch: () => {
        asked += 1;
        return Promise.reject(thrown);
      },
    });
    watched(stream);
    await clock.advance(seconds(5));
    expect([asked, stream.stats().errors]).toEqual([2, { UPSTREAM: 2 }]);
  });

  it('XS-8 shows no key of the address that an app asks, in no error and no line', async () => {
    const lines: string[] = [];
    const line = (text: string): void => void lines.push(text);
    const { stream } = shop([], {
      logger: { warn: line, error: line },
      fetch: () =>
        Promise.reject(
          new Error('401: GET https://ada:not-a-secret-word@shop.test/gifts?key=not-a-secret-key', {
            cause: new Error('https://shop.test/gifts?key=not-a-secret-key'),
          }),
        ),
    });
    const errors: unknown[] = [];
    const reasons: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    stream.on('status', ({ reason }) => reasons.push(reason));
    watched(stream);
    await settle();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('asking failed: 401: GET https://***@shop.test/gifts?***');
    expect(inspect([errors, reasons, lines], { depth: 9, showHidden: true })).not.toContain('not-a-secret');
  });

  it('stays at rest when it is stopped by whoever hears its error', async () => {
    const { clock, stream } = shop([], { fetch: () => Promise.reject(new Error('no')) });
    const states: string[] = [];
    stream.on('status', ({ state }) => states.push(state));
    const stop = stream.subscribe(() => {});
    stream.on('error', stop);
    await clock.advance(seconds(60));
    expect(states).toEqual(['connecting', 'idle']);
  });
});
