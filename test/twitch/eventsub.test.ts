import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { createTwitch, type TwitchOptions } from '../../src/twitch/index.ts';
import { eventSubRoom, origin } from './eventsub-room.ts';

const posts = (asked: readonly string[]) => asked.filter((one) => one.startsWith('POST'));
const five = [
  'POST channel.cheer',
  'POST channel.bits.use',
  'POST channel.subscribe',
  'POST channel.subscription.gift',
  'POST channel.subscription.message',
];

describe('tips from EventSub', () => {
  it('ES-8 come after the welcome and a subscription for each type; ready means that nothing is missing', async () => {
    const { twitch, mock, asked, watch, pass } = await eventSubRoom();
    const tips = twitch.tips();
    expect(asked).toEqual([]);
    const seen = watch(tips);
    let ready = false;
    tips.ready().then(() => {
      ready = true;
    });
    await pass(9);
    expect([ready, posts(asked)]).toEqual([false, []]);
    await pass(10);
    expect([ready, asked]).toEqual([true, ['GET /helix/users', ...five]]);
    const number = mock.eventsub.happen(mock.eventsub.what.subscribe('2000'));
    await pass(5);
    expect(seen.events).toEqual([
      expect.objectContaining({
        platform: 'twitch',
        amount: 1,
        unit: 'subscription',
        tipper: 'Amber_Kite',
        channel: 'mira',
        id: `twitch:mira:${mock.eventsub.sent[number]?.id}`,
        meta: { kind: 'sub', tier: '2000' },
      }),
    ]);
    expect(seen.states()).toEqual(['connecting', 'live']);
    expect([seen.errors, seen.gaps, seen.invalid]).toEqual([[], [], []]);
    seen.stop();
    await pass(1000);
    expect(mock.eventsub.sessions.size).toBe(0);
  });

  it('ES-2 count a cheer once though it comes as two types, and whatever else bits were used for once, too', async () => {
    const { twitch, mock, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.tips());
    await pass(50);
    const { happen, what } = mock.eventsub;
    happen(what.cheer(100));
    happen(what.cheer(100));
    happen(what.powerUp(30));
    happen([['channel.bits.use', { ...what.powerUp(40)[0]?.[1], type: 'confetti_2027' }]]);
    await pass(50);
    expect(mock.eventsub.sent.map(({ type }) => type)).toHaveLength(6);
    expect(seen.events.map(({ amount, meta }) => [amount, meta?.kind])).toEqual([
      [100, 'cheer'],
      [100, 'cheer'],
      [30, 'power_up'],
      [40, 'confetti_2027'],
    ]);
  });

  it('ES-2 count a cheer once where the other type comes first, and one that comes as a cheer only', async () => {
    const { twitch, mock, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.tips());
    await pass(50);
    const { happen, what } = mock.eventsub;
    happen([...what.cheer(1)].reverse());
    happen(what.cheer(2, { anonymous: 'null' }).slice(0, 1));
    await pass(50);
    expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2]);
  });

  it('ES-3 count gifts once, where they are paid', async () => {
    const { twitch, mock, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.tips());
    await pass(50);
    mock.eventsub.happen(mock.eventsub.what.gift(5, '1000', { anonymous: 'null' }));
    await pass(50);
    expect(mock.eventsub.sent).toHaveLength(6);
    expect(seen.events).toMatchObject([
      { amount: 5, unit: 'subscription', tipper: 'Anonymous', meta: { kind: 'gift', tier: '1000' } },
    ]);
  });

  it('ES-5 leave hype trains to events(), which has them', async () => {
    const { twitch, mock, watch, pass } = await eventSubRoom({
      scopes: ['bits:read', 'channel:read:subscriptions', 'channel:read:hype_train'],
    });
    const tips = watch(twitch.tips());
    const events = watch(twitch.events());
    await pass(50);
    mock.eventsub.happen(mock.eventsub.what.hypeTrain(137));
    mock.eventsub.happen(mock.eventsub.what.cheer(5, { anonymous: 'stand-in' }));
    await pass(50);
    expect(tips.events).toMatchObject([{ amount: 5, tipper: 'Anonymous' }]);
    expect(events.events.map(({ type, event }) => [type, event.total ?? event.bits])).toEqual([
      ['channel.hype_train.progress', 137],
      ['channel.cheer', 5],
      ['channel.bits.use', 5],
    ]);
    // ES-6: nobody is nobody in events, too.
    expect(JSON.stringify(events.events.slice(1))).not.toMatch(/gifter|274598607/i);
    expect(mock.eventsub.connections).toBe(1);
  });

  it("ES-18 are of the token's own channel, of a login or of an id", async () => {
    const own = await eventSubRoom();
    const id = own.mock.user('mira').id;
    const conditions = () =>
      new Set([...own.mock.eventsub.subscriptions.values()].map(({ condition }) => JSON.stringify(condition)));
    own.watch(own.twitch.tips());
    await own.pass(50);
    expect([...conditions()]).toEqual([JSON.stringify({ broadcaster_user_id: id })]);
    for (const whose of [{ login: 'Mira' }, { broadcasterId: id }]) {
      const room = await eventSubRoom();
      const seen = room.watch(room.twitch.tips(whose));
      await room.pass(50);
      room.mock.eventsub.happen(room.mock.eventsub.what.cheer(1));
      await room.pass(50);
      expect(seen.events).toMatchObject([{ channel: 'mira' }]);
      expect(room.asked.filter((one) => one.startsWith('GET'))).toHaveLength('login' in whose ? 1 : 0);
    }
  });

  it('ES-18 refuse an app token, two channels at once, an unknown kind and an address that is none, with a sentence', async () => {
    const { twitch, mock, asked } = await eventSubRoom();
    for (const mistake of [
      () => twitch.tips({ broadcasterId: '1', login: 'mira' }),
      () => twitch.tips({ login: '' }),
      // @ts-expect-error no kind of tip
      () => twitch.tips({ include: ['hypeTrains'] }),
      () => twitch.tips({ include: [] }),
    ])
      expect(mistake).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(/^twitch: .{20,}/) }),
      );
    await expect(eventSubRoom({ options: { eventsubUrl: 'https://x.example' } })).rejects.toMatchObject({
      code: 'CONFIG',
    });
    await expect(eventSubRoom({ options: { eventsubUrl: 'ws://x.example' } })).rejects.toMatchObject({
      code: 'CONFIG',
    });
    expect([asked, mock.eventsub.connections]).toEqual([[], 0]);
  });

  it("ES-18 say that sockets take user tokens where a token turns out to be an app's", async () => {
    for (const whose of [{}, { broadcasterId: '1001' }]) {
      const { twitch, watch, pass } = await eventSubRoom({ login: null });
      const seen = watch(twitch.tips(whose));
      await pass(seconds(30));
      expect(seen.errors).toMatchObject([{ code: 'CONFIG', fatal: true }]);
      expect(seen.errors[0]?.message).toContain('sockets of EventSub take the token of a user');
      expect(seen.ended).toEqual([seen.errors[0]]);
    }
  });

  it('ES-18 wait where it cannot be found out now who has this login: that is no refusal', async () => {
    const room = await eventSubRoom();
    const ask = room.options.fetch as (request: Request) => Promise<Response>;
    let down = true;
    const { mock, watch, pass } = room;
    const { login } = mock.user('mira');
    const twitch = createTwitch({
      ...room.options,
      retry: 0,
      fetch: async (request: Request) =>
        down && request.url.includes('/users') ? new Response('{}', { status: 503 }) : ask(request),
    } as TwitchOptions);
    const seen = watch(twitch.tips({ login }));
    await pass(seconds(2));
    expect([seen.ended, seen.states().includes('ended')]).toEqual([[], false]);
    down = false;
    for (let n = 0; n < 20 && !seen.states().includes('live'); n += 1) await pass(seconds(10));
    expect(seen.states()).toContain('live');
    const closing = twitch.close();
    await pass(seconds(10));
    await closing;
  });

  it('ES-18 end where there is nobody with this login', async () => {
    const { twitch, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.tips({ login: 'nobody_at_all' }));
    await pass(seconds(30));
    expect(seen.errors).toMatchObject([{ code: 'NOT_FOUND', fatal: true }]);
    expect(seen.errors[0]?.message).toContain('look at the option login');
  });
});

describe('a missing scope', () => {
  it('ES-17 is one error that names it and ends nothing: what the token is good for comes', async () => {
    const { twitch, mock, watch, pass } = await eventSubRoom({ scopes: ['bits:read'] });
    const seen = watch(twitch.tips());
    await pass(50);
    expect(seen.errors).toMatchObject([{ code: 'PERMISSION', fatal: false, status: 403, endpoint: 'eventsub' }]);
    expect(seen.errors[0]?.message).toBe(
      'twitch eventsub: 403, no channel.subscribe, channel.subscription.gift and channel.subscription.message: the token lacks the scope ' +
        "channel:read:subscriptions, or is not the broadcaster's; let the broadcaster authorise the app with it",
    );
    expect(seen.states().at(-1)).toBe('live');
    mock.eventsub.happen(mock.eventsub.what.cheer(7));
    await pass(50);
    expect(seen.events).toMatchObject([{ amount: 7 }]);
  });

  it('ES-17 is fatal where nothing could be subscribed to, naming every scope', async () => {
    const { twitch, watch, pass, asked } = await eventSubRoom({ scopes: [] });
    const seen = watch(twitch.tips());
    await pass(minutes(10));
    const [last] = seen.ended;
    expect(last).toMatchObject({ code: 'PERMISSION', fatal: true });
    expect(String(last)).toContain('nothing could be subscribed to; ');
    expect(String(last)).toContain('the scope bits:read and channel:read:subscriptions');
    expect(posts(asked)).toHaveLength(5);
    // Watching anew asks anew: the scope may have been granted meanwhile.
    watch(twitch.tips());
    await pass(50);
    expect(posts(asked)).toHaveLength(10);
  });

  it('ES-17 is told by a 401, too, and a token that is no more ends the stream', async () => {
    const scoped = await eventSubRoom();
    scoped.mock.eventsub.refuse({
      status: 401,
      message: 'Missing scope: channel:read:subscriptions',
      type: 'channel.subscribe',
    });
    const seen = scoped.watch(scoped.twitch.tips());
    await scoped.pass(50);
    expect(seen.errors).toMatchObject([{ code: 'PERMISSION', fatal: false }]);
    expect(seen.states().at(-1)).toBe('live');
    const gone = await eventSubRoom();
    gone.mock.eventsub.refuse({ status: 401, message: 'Invalid OAuth token' });
    const other = gone.watch(gone.twitch.tips());
    await gone.pass(minutes(10));
    expect(other.errors.at(-1)).toMatchObject({ code: 'AUTH', fatal: true });
    expect(posts(gone.asked)).toHaveLength(5);
  });

  it('ES-17 is no scope where Twitch refuses the question itself', async () => {
    const { twitch, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.events({ types: ['channel.cheer', { type: 'channel.nonsense', condition: {} }] }));
    await pass(50);
    expect(seen.states().at(-1)).toBe('live');
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({ status: 400, message: 'invalid subscription type', type: 'channel.nonsense' });
    const other = room.watch(room.twitch.events({ types: ['channel.cheer', 'channel.nonsense'] }));
    await room.pass(50);
    expect(other.errors).toMatchObject([{ code: 'VALIDATION', fatal: false }]);
    expect(other.states().at(-1)).toBe('live');
  });
});

describe('streams of one channel', () => {
  it('ES-19 share a socket, which is subscribed to what any of them wants, once', async () => {
    const { twitch, mock, asked, watch, pass } = await eventSubRoom();
    const bits = watch(twitch.tips({ include: ['bits'] }));
    await pass(50);
    expect(posts(asked)).toEqual(five.slice(0, 2));
    const all = watch(twitch.tips());
    await pass(50);
    expect(posts(asked)).toEqual(five);
    mock.eventsub.happen(mock.eventsub.what.gift(2));
    mock.eventsub.happen(mock.eventsub.what.cheer(3));
    await pass(50);
    expect(bits.events.map(({ unit }) => unit)).toEqual(['bit']);
    expect(all.events.map(({ unit }) => unit)).toEqual(['subscription', 'bit']);
    expect(mock.eventsub.connections).toBe(1);
    expect([...bits.gaps, ...all.gaps]).toEqual([]);
  });

  it('ES-20 take test tips, also before their code is there', async () => {
    const { twitch, watch, pass } = await eventSubRoom();
    await expect(twitch.simulate()).rejects.toMatchObject({ code: 'CONSUMER' });
    const seen = watch(twitch.tips());
    await twitch.simulate({ amount: 500, unit: 'bit' });
    expect(seen.events).toMatchObject([{ platform: 'twitch', amount: 500, test: true }]);
    await pass(50);
    expect(seen.states().at(-1)).toBe('live');
  });

  it('ES-20 take what webhooks bring: taken before it resolves, once however often it is sent, refused when nobody watches', async () => {
    const { twitch, mock } = await eventSubRoom();
    const tips = twitch.push();
    const [[type, event] = []] = mock.eventsub.what.cheer(100);
    const hook = {
      subscription: { type, version: '1' },
      event,
      message_id: 'm-1',
      message_timestamp: '2026-01-01T00:00:00.000000001Z',
    };
    await expect(tips.feed(hook)).rejects.toMatchObject({ code: 'CONSUMER' });
    const taken: string[] = [];
    tips.subscribe(async ({ id }) => {
      await undefined;
      taken.push(id);
    });
    await tips.feed(hook);
    await tips.feed(JSON.stringify(hook));
    expect(taken).toEqual(['twitch:mira:m-1']);
  });

  it('ES-2 count, of a cheer that webhooks bring as two types, the type that came first in its channel', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { twitch, mock } = await eventSubRoom();
      const tips = twitch.push();
      const taken: number[] = [];
      tips.subscribe(({ amount }) => void taken.push(amount));
      const { what } = mock.eventsub;
      const feed = (happening: readonly (readonly [string, object])[]) =>
        tips.feed(happening.map(([type, event]) => ({ type, event })));
      for (const bits of [100, 100, 50]) {
        const both = what.cheer(bits);
        await feed(
          order.flatMap((place) => both[place] ?? []).length
            ? order.map((place) => both[place] as [string, object])
            : [],
        );
      }
      await feed(what.powerUp(30));
      // Another channel has webhooks of its own.
      await feed([['channel.bits.use', { ...what.cheer(9)[1]?.[1], broadcaster_user_id: '77' }]]);
      const own = { user_id: '1', user_login: 'a', broadcaster_user_id: '77' };
      await feed([
        ['channel.custom_power_up_redemption.add', { ...own, custom_power_up: { bits: 250, title: 'Light' } }],
        ['channel.bits.use', { ...own, bits: 250, type: 'custom_power_up' }],
      ]);
      expect(taken).toEqual([100, 100, 50, 30, 9, 250]);
    }
  });
});

describe('a stream that nobody watches', () => {
  it('ES-21 has loaded nothing and asked nothing, and closes', async () => {
    const { twitch, asked, mock } = await eventSubRoom();
    const tips = twitch.tips();
    expect(tips.stats()).toMatchObject({ eventsProcessed: 0, watchers: 0 });
    await tips.close();
    await twitch.close();
    expect([asked, mock.eventsub.connections]).toEqual([[], 0]);
  });

  it('ES-21 that is left before its code came is never opened', async () => {
    const { twitch, watch, pass, mock } = await eventSubRoom();
    watch(twitch.tips()).stop();
    const loop = twitch.tips().iterate();
    await loop.return?.();
    await pass(1000);
    expect(mock.eventsub.connections).toBe(0);
  });

  it('ES-21 can be looped over, merged and read as a web stream as any other', async () => {
    const { twitch, mock, pass } = await eventSubRoom();
    const { filter } = await import('../../src/stream/operators.ts');
    const loop = twitch.tips()[Symbol.asyncIterator]();
    const reader = twitch.tips().toReadableStream().getReader();
    const filtered: number[] = [];
    filter(twitch.tips(), ({ amount }) => amount > 5).subscribe(({ amount }) => void filtered.push(amount));
    const first = loop.next();
    const read = reader.read();
    await pass(50);
    for (const bits of [1, 10]) mock.eventsub.happen(mock.eventsub.what.cheer(bits));
    await pass(50);
    expect((await first).value).toMatchObject({ amount: 1 });
    expect((await read).value).toMatchObject({ amount: 1 });
    expect(filtered).toEqual([10]);
    await loop.return?.();
    await reader.cancel();
    expect(origin).toContain('twitch');
  });
});
