import { describe, expect, it, onTestFinished } from 'vitest';
import { type CamsodaOptions, createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { seconds } from '../../src/core/time.ts';
import { merge } from '../../src/index.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { createStripchat, type StripchatOptions } from '../../src/stripchat/index.ts';
import { until } from '../support/polled.ts';
import { inTurn, soon, testRoom, watched } from '../support/room.ts';
import { gate, json, type Route } from '../support/server.ts';

const page = (...events: unknown[]) => json({ success: true, events });
const tip = (amount: number) => ({ type: 'tip', amount, user: 'fond_grace', timestamp: 1767225600 });

async function client(route: Route, options: Partial<CamsodaOptions> = {}) {
  const room = await testRoom(route);
  const made = createCamsoda({
    ...room.common,
    eventsUrl: `${room.server.url}/events`,
    broadcaster: 'mira',
    apiKey: 'not-a-secret-key',
    ...options,
  });
  onTestFinished(() => made.close());
  return { ...room, client: made };
}

describe('the streams of one client', () => {
  it('share one source: each sees every tip, and nothing is asked twice', async () => {
    const { client: one, server } = await client(inTurn(page(tip(1), tip(2)), 'silence'));
    const [first, second, events] = [watched(one.tips()), watched(one.tips()), watched(one.events())];
    await until(() => second.seen.length === 2);
    expect(first.seen).toEqual(second.seen);
    expect(events.seen).toEqual([tip(1), tip(2)]);
    expect(server.arrivals).toHaveLength(1);
  });

  it('EV-3 give the events of an answer in its order, what cannot be read told in its place', async () => {
    const { client: one } = await client(
      inTurn(page(tip(3), { type: 'tip' }, tip(1), { type: 'follow' }, tip(2)), 'silence'),
    );
    const { seen, invalid } = watched(one.tips());
    await until(() => seen.length === 3);
    expect(seen.map(({ amount }) => amount)).toEqual([3, 1, 2]);
    expect(invalid).toEqual([{ platform: 'camsoda', path: '', code: 'amount missing' }]);
  });

  it('EV-10 outlive a callback that throws: it is told as failed, and everybody gets the next tip', async () => {
    const { client: one } = await client(inTurn(page(tip(1), tip(2), tip(3)), 'silence'));
    const stream = one.tips();
    const neighbour = watched(one.tips());
    const failed: unknown[] = [];
    const seen: number[] = [];
    stream.on('failed', ({ event, error }) => failed.push([event.amount, String(error)]));
    const bad = ({ amount }: { amount: number }): void => {
      if (amount === 2) throw new Error('no');
      seen.push(amount);
    };
    onTestFinished(stream.subscribe(bad));
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 3]);
    expect(neighbour.seen).toHaveLength(3);
    expect(failed).toEqual([[2, 'Error: no']]);
  });

  it('are CONFIG with a setting of the source that is another than the one it has', async () => {
    const store = memoryStore();
    const { client: one } = await client(() => page(), { interval: seconds(7) });
    one.tips({ interval: seconds(7), checkpoint: store, backlog: 'mark' });
    one.tips({ interval: seconds(7), checkpoint: store, overlap: false });
    one.events({});
    for (const other of [
      { interval: seconds(8) },
      { checkpoint: memoryStore() },
      { backlog: 'skip' },
      { overlap: true },
      { ahead: 5 },
    ] as const)
      expect(() => one.tips(other)).toThrow(/belongs to the one source/);
    const { client: two } = await client(() => page(), { interval: seconds(7) });
    expect(() => two.tips({ interval: seconds(8) })).toThrow(/interval belongs to the one source/);
  });

  it.each([
    [{ backlog: 'all' }, "camsoda: backlog: 'all' is none of deliver, mark, skip"],
    [{ checkpoint: {} }, 'camsoda: checkpoint: no store; give one with get, set and delete, or { store, key }'],
    [
      { checkpoint: { store: memoryStore() } },
      'camsoda: checkpoint: no store; give one with get, set and delete, or { store, key }',
    ],
  ])('are CONFIG with %j, before anything is asked', async (settings: object, message) => {
    const { client: one, server } = await client(() => page());
    const wrong = expect.objectContaining({ code: 'CONFIG', message });
    expect(() => one.tips(settings)).toThrow(wrong);
    await expect(client(() => page(), settings)).rejects.toEqual(wrong);
    expect(server.arrivals).toHaveLength(0);
  });

  it('are CONFIG with an interval that was meant in seconds', async () => {
    const { client: one } = await client(() => page());
    expect(() => one.tips({ interval: 5 })).toThrow(/did you mean seconds\(5\)/);
    await expect(client(() => page(), { interval: 5 })).rejects.toThrow(/did you mean seconds\(5\)/);
  });

  it('EV-25 asks a real host every 5 s at most, and this machine as often as one likes', async () => {
    const { client: near, server, clock } = await client(() => page(), { interval: 100 });
    watched(near.tips());
    await server.arrived(1);
    await clock.advance(100);
    await server.arrived(2);
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return Response.json({ success: true });
    };
    const { client: far, clock: farClock } = await client(() => page(), {
      interval: 100,
      fetch,
      eventsUrl: 'https://relay.test/events',
    });
    watched(far.tips());
    await until(() => asked === 1);
    await farClock.advance(seconds(5) - 1);
    expect(asked).toBe(1);
    await farClock.advance(1);
    await until(() => asked === 2);
  });

  it('EV-28 wait after a 429 for the later of what it asks for and twice the interval', async () => {
    const refused = (after: string) => json({}, 429, { 'retry-after': after });
    const {
      client: one,
      server,
      clock,
    } = await client(inTurn(refused('5'), refused('55'), page()), { interval: seconds(20) });
    const { errors } = watched(one.tips());
    for (const [index, wait] of [40, 55].entries()) {
      await until(() => errors.length === index + 1);
      await clock.advance(seconds(wait) - 1);
      expect(server.arrivals).toHaveLength(index + 1);
      await clock.advance(1);
      await server.arrived(index + 2);
    }
  });

  it('EV-9 have each their own view: tips of nothing, the raw event beside the tip', async () => {
    const { client: one, lines } = await client(inTurn(page(tip(0), tip(-5), tip(5)), 'silence'));
    const [all, some] = [watched(one.tips()), watched(one.tips({ zero: 'skip', raw: true }))];
    await until(() => some.seen.length === 2);
    expect(all.seen.map(({ amount }) => amount)).toEqual([0, -5, 5]);
    expect(some.seen.map(({ amount }) => amount)).toEqual([-5, 5]);
    expect(some.seen[1]?.raw).toEqual(tip(5));
    expect(JSON.stringify(some.seen[1])).not.toContain('raw');
    expect(all.seen[2]?.raw).toBeUndefined();
    expect(lines.filter((line) => line.includes('negative')).every((line) => line.startsWith('warn'))).toBe(true);
    expect(lines.some((line) => line.includes('negative'))).toBe(true);
  });

  it('end with the signal that they were given, and leave the others alone', async () => {
    const { client: one, clock } = await client(inTurn(page(tip(1)), page(tip(2)), 'silence'));
    const controller = new AbortController();
    const [brief, lasting] = [watched(one.tips({ signal: controller.signal })), watched(one.tips())];
    await until(() => lasting.seen.length === 1);
    controller.abort();
    await clock.advance(seconds(10));
    await until(() => lasting.seen.length === 2);
    expect(brief.seen).toHaveLength(1);
  });

  it('EV-36 are logged: what is listened to, who tipped, once for all views', async () => {
    const {
      client: one,
      lines,
      server,
    } = await client(inTurn(page(tip(12), { ...tip(13), is_anonymous: true }), 'silence'));
    const views = [watched(one.tips()), watched(one.tips())];
    await until(() => views.every(({ seen }) => seen.length === 2));
    expect(lines).toEqual([
      `info [camsoda] [20:00:00] listener started on ${server.url}/events`,
      'info [camsoda] [20:00:00] tip received: 12 tokens from fond_grace',
      'info [camsoda] [20:00:00] tip received: 13 tokens from Anonymous',
    ]);
  });
});

describe('the clients of all platforms', () => {
  it('XS-10 EV-45 give tips of one shape, which one stream can hold; and each is a client by itself', async () => {
    const clients = [
      createChaturbate({ username: 'mira', token: 'not-a-secret-token' }),
      createStripchat({ token: 'not-a-secret-token' }),
      createCamsoda({ broadcaster: 'mira', apiKey: 'not-a-secret-key' }),
    ];
    onTestFinished(async () => void (await Promise.all(clients.map((one) => one.close()))));
    const pushes = clients.map((one) => one.push());
    const { seen } = watched(merge(pushes));
    for (const push of pushes) await push.feed({ type: 'tip', amount: 5, user: 'fond_grace', message: 'hi' });
    expect(seen.map(({ platform }) => platform)).toEqual(['chaturbate', 'stripchat', 'camsoda']);
    for (const one of seen) {
      expect(validateNormalizedEvent(one)).toBe(true);
      expect(one).toMatchObject({ amount: 5, tipper: 'fond_grace', message: 'hi', unit: 'token', anonymous: false });
    }
  });
});

describe('a client', () => {
  it('sends a test tip through every watched stream of tips, and no other', async () => {
    const { client: one } = await client(inTurn(page(tip(1)), 'silence'));
    await expect(one.simulate()).rejects.toMatchObject({ code: 'CONSUMER' });
    await expect(one.simulate()).rejects.toMatchObject({ fatal: false });
    const push = one.push();
    const idle = one.push();
    const [tips, pushed, events] = [watched(one.tips()), watched(push), watched(one.events())];
    await until(() => tips.seen.length === 1);
    await one.simulate({ amount: 7, anonymous: true });
    expect(tips.seen[1]).toMatchObject({
      platform: 'camsoda',
      amount: 7,
      tipper: 'Anonymous',
      test: true,
      channel: 'mira',
    });
    expect(tips.seen[1]?.id).toMatch(/^camsoda:mira:test-/);
    expect(pushed.seen).toEqual([tips.seen[1]]);
    expect(pushed.seen[0]).not.toBe(tips.seen[1]);
    expect(events.seen).toEqual([tip(1)]);
    expect(idle.stats().untaken).toBe(0);
  });

  it('says in a sentence whether the credential is good, and loses nothing that it was given with the answer', async () => {
    const { client: one } = await client(inTurn(page(tip(1)), page(tip(2)), page(tip(3)), 'silence'));
    expect(await one.verify()).toEqual({ ok: true, message: 'camsoda: the credential works' });
    await one.verify();
    const { seen } = watched(one.tips());
    await until(() => seen.length === 2);
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2]);
    const { client: other } = await client(() => json({}, 401));
    expect(await other.verify()).toEqual({
      ok: false,
      message: 'camsoda events: 401, the API key was refused; look at apiKey and broadcaster',
    });
    const { client: lost } = await client(() => 'reset');
    await expect(lost.verify()).rejects.toMatchObject({ code: 'NETWORK' });
  });

  it('delivery-1 keeps what verify was given while a question was under way', async () => {
    const door = gate();
    const {
      client: one,
      server,
      clock,
    } = await client(
      inTurn(
        async () => {
          await door.opened;
          return page();
        },
        page(tip(1)),
        page(tip(2)),
        'silence',
      ),
    );
    const { seen } = watched(one.tips());
    await server.arrived(1);
    await one.verify();
    await one.verify();
    door.open();
    await soon(clock, () => seen.length === 2);
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2]);
  });

  it('EV-40 counts a window once, however often it was verified', async () => {
    const {
      client: one,
      server,
      clock,
    } = await client(inTurn(page(tip(1), tip(2)), page(tip(1), tip(2)), page(tip(1), tip(2), tip(3))), {
      overlap: true,
    });
    await one.verify();
    await one.verify();
    const { seen } = watched(one.tips());
    await soon(clock, () => seen.length === 3);
    expect(seen.map(({ amount }) => amount)).toEqual([1, 2, 3]);
    expect(server.arrivals.length).toBeGreaterThan(2);
  });

  it('forgets what verify was given', async () => {
    const { client: one, server } = await client(inTurn(page(tip(1)), page(tip(2)), 'silence'));
    await one.verify();
    await one.forget();
    const { seen } = watched(one.tips());
    await until(() => seen.length === 1);
    expect(seen[0]?.amount).toBe(2);
    expect(server.arrivals).toHaveLength(2);
  });

  it('forgets its checkpoint', async () => {
    const kept = new Map<string, unknown>();
    const checkpoint = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => void kept.delete(key),
    };
    const { client: one } = await client(inTurn(page(tip(1)), 'silence'), { checkpoint });
    const { seen, stop } = watched(one.tips());
    await until(() => seen.length === 1 && kept.size === 1);
    expect([...kept.keys()][0]).toMatch(/^tipstream:camsoda:127\.0\.0\.1:\d+:mira$/);
    stop();
    await one.forget();
    expect(kept.size).toBe(0);
  });

  it('keeps its checkpoint under the key that it was given', async () => {
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => void kept.delete(key),
    };
    const { client: one } = await client(inTurn(page(tip(1)), 'silence'), { checkpoint: { store, key: 'mine' } });
    const { seen } = watched(one.tips());
    await until(() => seen.length === 1 && kept.size === 1);
    expect([...kept.keys()]).toEqual(['mine']);
  });

  it('EV-35 warns once of a checkpoint without a name, which two accounts in one store would share', async () => {
    const common = { token: 'not-a-secret-token', checkpoint: memoryStore() };
    const warned = async (options: Partial<StripchatOptions>) => {
      const room = await testRoom(() => page());
      const made = createStripchat({ ...room.common, ...common, eventsUrl: `${room.server.url}/events`, ...options });
      onTestFinished(() => made.close());
      for (let turn = 1; turn < 3; turn += 1) {
        const { stop } = watched(made.tips());
        await soon(room.clock, () => room.server.arrivals.length === turn);
        stop();
      }
      return room.lines.filter((line) => line.startsWith('warn') && line.includes('give broadcaster'));
    };
    expect(await warned({})).toEqual([
      expect.stringContaining('give broadcaster: without it two accounts in one store would share this checkpoint'),
    ]);
    expect(await warned({ broadcaster: 'mira' })).toEqual([]);
    expect(await warned({ checkpoint: { store: memoryStore(), key: 'mine' } })).toEqual([]);
    expect(await warned({ checkpoint: undefined })).toEqual([]);
  });

  it('closes every stream, aborts the request in flight, and says so to who comes after', async () => {
    const { client: one, server, clock, lines } = await client(() => 'silence');
    const [tips, pushed] = [watched(one.tips()), watched(one.push())];
    await server.arrived(1);
    await one.close();
    await until(() => server.aborted === 1);
    expect([tips.ends, pushed.ends]).toEqual([[undefined], [undefined]]);
    expect(tips.errors).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('info'))).toEqual([]);
    expect(clock.pending).toBe(0);
    const late = watched(one.tips());
    await until(() => late.errors.length === 1);
    expect(late.errors[0]).toMatchObject({
      code: 'ABORTED',
      fatal: true,
      message: 'camsoda events: the client is closed',
    });
    expect(server.arrivals).toHaveLength(1);
  });

  it('closes with the signal that it was made with', async () => {
    const controller = new AbortController();
    const { client: one, server } = await client(() => 'silence', { signal: controller.signal });
    const { said, errors } = watched(one.tips());
    await server.arrived(1);
    controller.abort();
    await until(() => said.includes('ended'));
    expect(errors).toEqual([]);
  });

  it('delivery-3 forget the place in the stream before anybody watched it, too', async () => {
    const store = memoryStore();
    const events = page(tip(1));
    const first = await client(inTurn(events, 'silence'), { checkpoint: { store, key: 'mira' } });
    const { seen } = watched(first.client.tips());
    await until(() => seen.length === 1);
    await first.client.close();
    expect(await store.get('mira')).toBeDefined();
    const second = await client(inTurn('silence'), { checkpoint: { store, key: 'mira' } });
    await second.client.forget();
    expect(await store.get('mira')).toBeUndefined();
  });
});
