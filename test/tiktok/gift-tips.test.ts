import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createSource } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { fromTikTokLiveConnector } from '../../src/tiktok/gifts/connector.ts';
import { giftTips } from '../../src/tiktok/gifts/gift-tips.ts';
import { settle, testClock } from '../support/clock.ts';
import { chat, connectorGift, envelopeGift, like } from './frames.ts';

/** A frame of a streak. */
const frame = (count: number, end: boolean, more: object = {}): object => ({
  ...connectorGift,
  gift: undefined,
  createTime: undefined,
  timestamp: undefined,
  repeatCount: count,
  repeatEnd: end,
  msgId: `${count}${end}`,
  ...more,
});

const bench = (options: Parameters<typeof giftTips>[1] = {}) => {
  const clock = testClock();
  const source = createSource<unknown>({ platform: 'relay', clock });
  const stream = giftTips(source.stream, options);
  const tips: TipEvent[] = [];
  const stop = stream.subscribe((tip) => void tips.push(tip));
  const push = (...frames: unknown[]): void => {
    for (const each of frames) void source.push(each);
  };
  return { clock, source, stream, tips, stop, push, amounts: () => tips.map(({ amount }) => amount) };
};

describe('giftTips', () => {
  it('TT-46 TT-47 counts a streak once, at its end', async () => {
    const { push, amounts } = bench();
    push(frame(1, false), frame(2, false), frame(5, false));
    expect(amounts()).toEqual([]);
    push(frame(5, true));
    expect(amounts()).toEqual([125]);
  });

  it('TT-47 counts a single gift once, although it comes twice', () => {
    const { push, amounts } = bench();
    push(frame(1, false), frame(1, true));
    expect(amounts()).toEqual([25]);
  });

  it('TT-46 counts what is no streak at once', () => {
    const { push, amounts } = bench();
    push(frame(3, false, { giftType: 2 }));
    expect(amounts()).toEqual([75]);
  });

  it('TT-46 gives a gift without an id another one than any other stream does', () => {
    const [one, other] = [bench(), bench()];
    for (const { push } of [one, other]) push(frame(3, false, { giftType: 2, msgId: undefined }));
    const ids = [...one.tips, ...other.tips].map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).not.toContain('undefined');
  });

  it('TT-49 counts a streak whose end is lost after ten quiet seconds, and of a late end only what is missing', async () => {
    const { push, amounts, tips, clock } = bench();
    push(frame(1, false), frame(4, false));
    await clock.advance(9_999);
    expect(amounts()).toEqual([]);
    await clock.advance(1);
    expect(amounts()).toEqual([100]);
    await clock.advance(60_000);
    push(frame(6, true));
    expect(amounts()).toEqual([100, 50]);
    push(frame(6, true), frame(5, false));
    await clock.advance(20_000);
    expect(amounts()).toEqual([100, 50]);
    expect(tips[0]?.id).not.toBe(tips[1]?.id);
    expect(tips[1]?.meta).toMatchObject({ repeatCount: 2 });
  });

  it('TT-49 a frame within the quiet time begins it anew; `quiet` sets it', async () => {
    const { push, amounts, clock } = bench({ quiet: 2_000 });
    push(frame(1, false));
    await clock.advance(1_900);
    push(frame(2, false));
    await clock.advance(1_900);
    expect(amounts()).toEqual([]);
    await clock.advance(100);
    expect(amounts()).toEqual([50]);
    expect(() => giftTips([], { quiet: 5 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it('TT-50 tells streaks apart by person, gift and group', () => {
    const { push, amounts } = bench();
    push(
      frame(2, true),
      frame(2, true, { userId: '1' }),
      frame(2, true, { giftId: 1 }),
      frame(2, true, { groupId: '7' }),
    );
    expect(amounts()).toEqual([50, 50, 50, 50]);
  });

  it('TT-50 counts once what a reconnect brings again: streaks by their identity, others by their message', () => {
    const { push, amounts, stream } = bench();
    const once = frame(3, false, { giftType: 2, msgId: '7137749190944230150' });
    push(frame(2, false), frame(2, true), once, frame(2, false), frame(2, true), once);
    expect(amounts()).toEqual([50, 75]);
    expect(stream.stats().duplicates).toBe(3);
  });

  it('TT-50 without any id equal gifts are several gifts', () => {
    const { push, amounts } = bench();
    const rose = { giftName: 'Rose', diamondCount: 1, user: { uniqueId: 'grace_h' } };
    push(rose, rose, rose);
    expect(amounts()).toEqual([1, 1, 1]);
  });

  it('TT-50 without a group a streak that begins anew is another one', async () => {
    const { push, amounts, clock } = bench();
    const loose = (count: number, end: boolean): object => frame(count, end, { groupId: undefined, msgId: undefined });
    push(loose(1, false), loose(3, false), loose(3, true));
    push(loose(2, false), loose(3, true));
    expect(amounts()).toEqual([75]);
    await clock.advance(5_000);
    push(loose(1, false), loose(1, true));
    expect(amounts()).toEqual([75, 25]);
    await clock.advance(5_000);
    push(loose(1, false), loose(2, false));
    await clock.advance(3_000);
    // The end of the two is lost.
    push(loose(1, false), loose(1, true));
    expect(amounts()).toEqual([75, 25, 50, 25]);
    await clock.advance(5_000);
    push(loose(2, false));
    await clock.advance(15_000);
    push(loose(3, true));
    expect(amounts()).toEqual([75, 25, 50, 25, 50, 25]);
  });

  it('TT-50 tells streaks without a group apart by their own times, however late and together they come', () => {
    const { push, amounts, clock } = bench();
    const at = (count: number, end: boolean, seconds: number): object =>
      frame(count, end, { groupId: undefined, msgId: undefined, createTime: clock.now() - 20_000 + seconds * 1000 });
    // The end of the three is lost; all of it comes in one go, after the connection was gone for a while.
    push(at(1, false, 0), at(3, false, 1), at(1, false, 6), at(2, true, 7));
    expect(amounts()).toEqual([75, 50]);
    // Within a second frames may have changed places.
    push(at(4, false, 15), at(2, false, 14.5), at(4, true, 15));
    expect(amounts()).toEqual([75, 50, 100]);
  });

  it('TT-42 reads an envelope, text too, and passes the rest over; what cannot be read is said', () => {
    const { push, tips, stream } = bench({ channel: 'mira', raw: true });
    const said: unknown[] = [];
    stream.on('invalid', ({ path, code }) => said.push([path, code]));
    const text =
      '{"type":"gift","data":{"giftName":"Rose","diamondCount":2,"msgId":7137749190944230151,"user":{"userId":7000000000000000001}}}';
    push(envelopeGift, text, { type: 'comment', data: chat }, { type: 'gift', data: {} }, 'no JSON', { type: 'pong' });
    expect(tips.map(({ amount, id }) => [amount, id.replace(/:[^:]*$/, '')])).toEqual([
      [5, 'tiktok:mira'],
      [2, 'tiktok:mira'],
    ]);
    expect(tips[1]).toMatchObject({ id: 'tiktok:mira:7137749190944230151', tipperId: '7000000000000000001' });
    expect(tips[0]?.raw).toEqual(envelopeGift);
    expect(said).toEqual([
      ['diamondCount', 'amount missing'],
      ['', 'wrong type for event'],
    ]);
  });

  it('gifts of nothing are tips, unless they are skipped', () => {
    const free = frame(1, true, { diamondCount: 0 });
    for (const [zero, count] of [
      ['deliver', 1],
      ['skip', 0],
    ] as const) {
      const { push, tips } = bench({ zero });
      push(free);
      expect(tips).toHaveLength(count);
    }
  });

  it('reads whatever can be looped over, and counts what is open at its end', async () => {
    const frames = [frame(1, false), frame(4, false), frame(1, true, { groupId: '8' })];
    async function* later() {
      yield* frames;
    }
    for (const source of [frames, later()]) {
      const amounts: number[] = [];
      for await (const tip of giftTips(source)) amounts.push(tip.amount);
      expect(amounts).toEqual([25, 100]);
    }
    async function* broken() {
      yield frame(2, true);
      throw new Error('cut');
    }
    const seen: number[] = [];
    const watch = async (): Promise<void> => {
      for await (const tip of giftTips(broken())) seen.push(tip.amount);
    };
    await expect(watch()).rejects.toMatchObject({ code: 'UPSTREAM', platform: 'tiktok' });
    expect(seen).toEqual([50]);
  });

  it('wants a source', () => {
    for (const wrong of [undefined, null, 5, 'frames', {}])
      expect(() => giftTips(wrong as never)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it('a gift is taken when its tip is: what a watcher left comes to the next, once', async () => {
    const clock = testClock();
    const source = createSource<unknown>({ platform: 'relay', clock });
    const stream = giftTips(source.stream);
    const taken: string[] = [];
    const note = (name: string, promise: Promise<void>): void => void promise.then(() => taken.push(name));
    const loop = stream.iterate();
    note('one', source.push(frame(1, false)));
    note('two', source.push(frame(2, false)));
    note('end', source.push(frame(3, true)));
    note('alone', source.push(frame(1, false, { giftType: 2, msgId: '9' })));
    note('open', source.push(frame(1, false, { groupId: '7' })));
    expect((await loop.next()).value).toMatchObject({ amount: 75 });
    await settle();
    // Frames that a larger one replaced are through; the tip itself is in the hands of the loop.
    expect(taken).toEqual(['one', 'two']);
    await loop.return?.();
    const tips: TipEvent[] = [];
    stream.subscribe((tip) => void tips.push(tip));
    await settle();
    expect(tips.map(({ amount }) => amount)).toEqual([75, 25]);
    expect(taken).toEqual(['one', 'two', 'end', 'alone']);
    await clock.advance(10_000);
    expect(tips.map(({ amount }) => amount)).toEqual([75, 25, 25]);
    expect(taken).toHaveLength(5);
    expect(source.stream.stats().untaken).toBe(0);
  });

  it('a streak that is open when the stream is closed is counted as it is, and never again', async () => {
    const { push, amounts, stream, source, clock } = bench();
    push(frame(1, false), frame(4, false));
    await stream.close();
    expect(amounts()).toEqual([100]);
    expect(source.stream.stats().untaken).toBe(0);
    const more: number[] = [];
    stream.subscribe(({ amount }) => void more.push(amount));
    push(frame(4, true), frame(6, false));
    await clock.advance(10_000);
    expect(more).toEqual([50]);
  });

  it('a streak without a group waits for the next watcher as well, and is counted once', async () => {
    const clock = testClock();
    const source = createSource<unknown>({ platform: 'relay', clock });
    const stream = giftTips(source.stream);
    const amounts: number[] = [];
    const watch = () => stream.subscribe(({ amount }) => void amounts.push(amount));
    const stop = watch();
    void source.push(frame(3, false, { groupId: undefined }));
    stop();
    await clock.advance(20_000);
    expect(amounts).toEqual([]);
    watch();
    await clock.advance(10_000);
    expect(amounts).toEqual([75]);
  });

  it('frames that nobody watches for a while have not ended: whoever comes back goes on', async () => {
    let begun = 0;
    let give = (_frame: object): void => {};
    const frames = {
      [Symbol.asyncIterator]() {
        begun += 1;
        let over = (): void => {};
        return {
          next: () =>
            new Promise<IteratorResult<object>>((resolve) => {
              give = (value) => resolve({ done: false, value });
              over = () => resolve({ done: true, value: undefined });
            }),
          async return() {
            over();
            return { done: true as const, value: undefined };
          },
        };
      },
    };
    const stream = giftTips(frames);
    const ends: unknown[] = [];
    stream.on('end', (error) => ends.push(error));
    // The end of the first loop is heard after the second has begun.
    stream.subscribe(() => {})();
    const amounts: number[] = [];
    const stop = stream.subscribe(({ amount }) => void amounts.push(amount));
    await settle();
    give(frame(2, true));
    await settle();
    expect([amounts, begun, ends]).toEqual([[50], 2, []]);
    stop();
  });

  it('frames that break off end the stream with one fatal error, after the gifts that came', async () => {
    async function* frames() {
      yield frame(2, true);
      throw new Error('the connection is gone');
    }
    const stream = giftTips(frames());
    const errors: unknown[] = [];
    stream.on('end', (error) => errors.push(error));
    const amounts: number[] = [];
    stream.subscribe(({ amount }) => void amounts.push(amount), { onError: () => {} });
    await settle();
    expect(amounts).toEqual([50]);
    expect(errors).toMatchObject([
      { code: 'UPSTREAM', platform: 'tiktok', fatal: true, message: 'tiktok: the frames broke off' },
    ]);
  });

  it('TT-50 an observer alone sees a gift once, though its frame comes twice', async () => {
    const clock = testClock();
    const source = createSource<unknown>({ platform: 'relay', clock });
    const seen: number[] = [];
    const stream = giftTips(source.stream);
    stream.subscribe(({ amount }) => void seen.push(amount), { observe: true });
    const loose = frame(2, true, { groupId: undefined });
    for (const each of [loose, loose]) void source.push(each);
    await settle();
    expect([seen, stream.stats().duplicates]).toEqual([[50], 1]);
  });

  it('TT-47 counts the streak that is open longest where there are more than 10,000, and loses none', async () => {
    const { push, tips, stop } = bench();
    for (let who = 0; who <= 10_000; who += 1) push(frame(1, false, { userId: `9${who}`, groupId: `${who + 1}` }));
    expect(tips.map(({ tipperId }) => tipperId)).toEqual(['90']);
    stop();
  });

  it('an observer sees each gift once, beside whoever counts', async () => {
    const clock = testClock();
    const source = createSource<unknown>({ platform: 'relay', clock });
    const stream = giftTips(source.stream);
    const seen: number[] = [];
    const counted: number[] = [];
    stream.subscribe(({ amount }) => void seen.push(amount), { observe: true });
    for (const each of [frame(1, false), frame(2, false), frame(2, true), frame(2, true)]) void source.push(each);
    expect(seen).toEqual([50]);
    stream.subscribe(({ amount }) => void counted.push(amount));
    void source.push(frame(2, true));
    void source.push(frame(1, true, { groupId: '7' }));
    await settle();
    expect([seen, counted]).toEqual([[50, 25], [25]]);
  });
});

describe('a storm of gifts', () => {
  /** A generator of our own: the same storm every time. */
  const chance = (seed: number) => () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };

  interface Arrival {
    at: number;
    frame: object;
  }

  /** 500 streaks of 100 people: frames come twice, in another order within a second, and without their end. */
  function storm(seed: number, { grouped, timed }: { grouped: boolean; timed: boolean }) {
    const random = chance(seed);
    const whole = (most: number): number => 1 + Math.floor(random() * most);
    const arrivals: Arrival[] = [];
    let diamonds = 0;
    let dropped = 0;
    let nth = 0n;
    // Without a group, a streak of the same person and gift begins some seconds after the last one ended.
    const free = new Map<string, number>();
    for (let streak = 0; streak < 500; streak += 1) {
      const user = `${6813181309701719000n + BigInt(streak % 100)}`;
      const giftId = 5000 + whole(4);
      const key = `${user} ${giftId}`;
      const count = whole(40);
      const each = [1, 5, 25, 99, 500][whole(5) - 1] ?? 1;
      let at = grouped ? random() * 60_000 : Math.max(free.get(key) ?? 0, random() * 60_000);
      const groupId = grouped ? `${1661887131000 + streak}` : undefined;
      diamonds += count * each;
      const send = (repeatCount: number, repeatEnd: boolean | number): void => {
        nth += 1n;
        const time = Math.round(at);
        const sent = {
          msgId: `${7137749190944230150n + nth}`,
          giftId,
          giftName: 'Rose',
          giftType: 1,
          diamondCount: each,
          repeatCount,
          repeatEnd,
          groupId,
          ...(timed && { createTime: String(1_767_297_600_000 + time) }),
          user: { userId: user, uniqueId: `user${streak % 100}` },
        };
        // Without a time of their own frames can only be told by when they came.
        const late = (): number => time + random() * (timed || grouped ? 1_000 : 450);
        arrivals.push({ at: late(), frame: sent });
        if (random() < 0.3) arrivals.push({ at: late(), frame: sent });
        // A reconnect brings old frames again.
        if (random() < 0.05 && (timed || grouped)) arrivals.push({ at: time + 20_000 * random(), frame: sent });
      };
      for (let sent = whole(3); sent < count; sent += whole(5)) {
        send(sent, random() < 0.5 ? false : 0);
        at += 100 + random() * 700;
      }
      send(count, false);
      at += 500 + random() * 500;
      if (random() < 0.2) dropped += 1;
      else send(count, random() < 0.5 ? true : 1);
      free.set(key, at + 14_000 + random() * 5_000);
    }
    return { arrivals: arrivals.sort((a, b) => a.at - b.at), diamonds, dropped };
  }

  it.each([
    ['with groups', { grouped: true, timed: true }],
    ['with groups and without times', { grouped: true, timed: false }],
    ['without groups', { grouped: false, timed: true }],
    ['without groups and times', { grouped: false, timed: false }],
  ])(
    'TT-46 TT-49 TT-50 adds up to the last diamond, %s',
    async (_title, manner) => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const { arrivals, diamonds, dropped } = storm(seed, manner);
        expect(dropped).toBeGreaterThan(60);
        const clock = testClock(1_767_297_600_000);
        const source = createSource<unknown>({ platform: 'relay', clock });
        const tips: TipEvent[] = [];
        giftTips(source.stream).subscribe((tip) => void tips.push(tip));
        let now = 0;
        for (const { at, frame: each } of arrivals) {
          if (at - now > 50) {
            await clock.advance(at - now);
            now = at;
          }
          void source.push(JSON.stringify(each));
        }
        await clock.advance(60_000);
        expect(tips.reduce((sum, { amount }) => sum + amount, 0)).toBe(diamonds);
        expect(new Set(tips.map(({ id }) => id)).size).toBe(tips.length);
        expect(source.stream.stats().untaken).toBe(0);
        expect(clock.pending).toBe(0);
      }
    },
    60_000,
  );
});

describe('fromTikTokLiveConnector', () => {
  it('TT-53 TT-50 turns gifts into tips while somebody watches, and leaves nothing behind', async () => {
    const connection = new EventEmitter();
    const events = fromTikTokLiveConnector(connection, { channel: 'mira' });
    const tips: TipEvent[] = [];
    const kinds: string[] = [];
    expect(connection.eventNames()).toEqual([]);
    const stops = [
      giftTips(events, { channel: 'mira' }).subscribe((tip) => void tips.push(tip)),
      events.subscribe(({ type }) => void kinds.push(type)),
    ];
    connection.emit('gift', { ...connectorGift, repeatEnd: false });
    connection.emit('chat', chat);
    connection.emit('chat', chat);
    connection.emit('like', like);
    connection.emit('gift', connectorGift);
    connection.emit('gift', connectorGift);
    await settle();
    expect(tips).toMatchObject([{ amount: 25, channel: 'mira', tipper: 'grace_h' }]);
    expect(kinds).toEqual(['gift', 'chat', 'like', 'gift', 'gift']);
    for (const stop of stops) stop();
    expect(connection.eventNames()).toEqual([]);
  });

  it('TT-53 a connection that is lost and comes back is a gap', async () => {
    const clock = testClock();
    const connection = new EventEmitter();
    const events = fromTikTokLiveConnector(connection, { clock });
    const said: unknown[] = [];
    events.on('status', ({ state }) => said.push(state));
    events.on('gap', ({ from, to, reason }) => said.push([to - (from ?? 0), reason]));
    events.subscribe(() => {});
    connection.emit('disconnected');
    await clock.advance(3_000);
    connection.emit('disconnected');
    connection.emit('connected');
    connection.emit('streamEnd');
    expect(said).toEqual(['live', 'waiting', 'live', [3000, 'disconnected'], 'unsubscribed']);
  });
});
