import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { type MockSubscription, welcome } from '../../src/mock/twitch/eventsub-frames.ts';
import { mayFollow } from '../../src/twitch/eventsub-talk.ts';
import { type EventSubRoom, eventSubRoom, origin, type Seen } from './eventsub-room.ts';

const posts = (asked: readonly string[]) => asked.filter((one) => one.startsWith('POST')).length;
const times = (seen: Seen, state: string) => seen.states().filter((one) => one === state).length;

/** A room with one stream of tips that is live. */
const live = async (given: Parameters<typeof eventSubRoom>[0] = {}): Promise<EventSubRoom & { seen: Seen }> => {
  const room = await eventSubRoom(given);
  const seen = room.watch(room.twitch.tips({ broadcasterId: room.mock.user('mira').id }));
  await room.pass(100);
  expect(seen.states()).toEqual(['connecting', 'live']);
  return { ...room, seen };
};

describe('a session of EventSub', () => {
  it('ES-9 is dead after 1.2 of its keepalive without a frame, whatever the frame is, and not before', async () => {
    const { mock, seen, pass, clock } = await live();
    await pass(minutes(5));
    expect(seen.errors).toEqual([]);
    expect(mock.eventsub.connections).toBe(1);
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(5);
    const last = clock.now();
    mock.eventsub.freeze();
    await pass(11_999);
    expect(seen.errors).toEqual([]);
    await pass(1);
    expect(seen.errors.map(({ code, fatal, message }) => [code, fatal, message])).toEqual([
      ['SOCKET', false, 'twitch socket: the connection ended (1006 not a word in 12 s)'],
    ]);
    await pass(seconds(2));
    // What was sent just before the last frame came may be missing, too.
    expect(seen.gaps).toMatchObject([{ from: last - 1000, reason: 'disconnected' }]);
    expect(seen.states().at(-1)).toBe('live');
  });

  it('ES-9 takes the time that the welcome says', async () => {
    const { seen, pass, mock } = await live({
      options: { eventsubUrl: `${origin.replace('http', 'ws')}/ws?keepalive_timeout_seconds=60` },
    });
    await pass(minutes(3));
    mock.eventsub.freeze();
    await pass(seconds(71));
    expect(seen.errors).toEqual([]);
    await pass(seconds(2));
    expect(seen.errors[0]?.message).toContain('not a word in 72 s');
  });

  it('ES-9 is left where it is not greeted', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.switches.greets = false;
    const seen = room.watch(room.twitch.tips());
    await room.pass(seconds(10) + 50);
    expect(seen.errors[0]?.message).toContain('no greeting in 10 s');
    room.mock.eventsub.switches.greets = true;
    await room.pass(seconds(20));
    expect(seen.states().at(-1)).toBe('live');
  });

  it('ES-10 is handed over without a word about it: the old connection is read until the new one is greeted, nothing is subscribed again', async () => {
    const { mock, seen, pass, asked } = await live();
    const before = [...mock.eventsub.sessions.keys()];
    const old = [...mock.eventsub.sessions.values()][0]?.peer;
    const subscribed = posts(asked);
    mock.eventsub.handOver();
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(12);
    // The new one is there and greeted on its own side; the greeting is under way, and so is this.
    mock.eventsub.happen(mock.eventsub.what.cheer(2));
    await pass(20);
    expect(mock.eventsub.connections).toBe(2);
    expect([...mock.eventsub.sessions.keys()]).toEqual(before);
    mock.eventsub.happen(mock.eventsub.what.cheer(3));
    await pass(400);
    expect(old?.open).toBe(true);
    await pass(700);
    expect(old?.open).toBe(false);
    await pass(minutes(2));
    expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2, 3]);
    expect([seen.gaps, seen.errors, posts(asked) - subscribed]).toEqual([[], [], 0]);
    expect(seen.states()).toEqual(['connecting', 'live']);
  });

  it('ES-10 loses nothing that was sent over the old connection and is slower than the new greeting', async () => {
    let slow = 5;
    const { mock, seen, pass } = await live({ latency: () => slow });
    slow = 300;
    mock.eventsub.handOver();
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(300);
    slow = 200;
    // Sent over the old one just before the upstream knows the new one.
    await pass(195);
    mock.eventsub.happen(mock.eventsub.what.cheer(2));
    slow = 5;
    await pass(2000);
    expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2]);
    expect(seen.gaps).toEqual([]);
  });

  it('ES-10 takes the id that the welcome says, where a hand-over changes it', async () => {
    const { mock, seen, pass, asked, twitch, watch } = await live({
      scopes: ['bits:read', 'channel:read:subscriptions', 'channel:read:charity'],
    });
    mock.eventsub.switches.renames = true;
    mock.eventsub.handOver();
    await pass(1000);
    const subscribed = posts(asked);
    // Something more over the same session.
    const charity = watch(twitch.tips({ include: ['charity'], broadcasterId: mock.user('mira').id }));
    await pass(100);
    mock.eventsub.happen(mock.eventsub.what.donate(1234, 'GBP'));
    await pass(100);
    expect(charity.events).toMatchObject([{ amount: 12.34, unit: 'GBP' }]);
    expect([posts(asked) - subscribed, seen.errors]).toEqual([1, []]);
  });

  it('ES-11 is made anew where a hand-over fails, and never subscribed to on two connections at once', async () => {
    const { mock, seen, pass } = await live();
    mock.eventsub.switches.refusesHandOver = true;
    mock.eventsub.handOver();
    await pass(20);
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(20);
    expect(seen.events.map(({ amount }) => amount)).toEqual([1]);
    expect(seen.errors[0]).toMatchObject({ code: 'SOCKET', fatal: false });
    await pass(seconds(2));
    expect(mock.eventsub.sessions.size).toBe(1);
    for (let bits = 2; bits < 12; bits += 1) {
      mock.eventsub.happen(mock.eventsub.what.cheer(bits));
      await pass(7);
    }
    expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(new Set(seen.events.map(({ id }) => id)).size).toBe(11);
    // The old one was let go before the new one was subscribed to, and that is said.
    expect(seen.gaps).toHaveLength(1);
    expect(seen.states().at(-1)).toBe('live');
  });

  it('ES-11 is made anew where nothing came of a hand-over and the old connection was closed with 4004', async () => {
    const { mock, seen, pass } = await live();
    mock.eventsub.switches.greets = false;
    mock.eventsub.handOver();
    await pass(seconds(9));
    mock.eventsub.switches.greets = true;
    await pass(minutes(1));
    expect(seen.states().at(-1)).toBe('live');
    expect(mock.eventsub.sessions.size).toBe(1);
    mock.eventsub.happen(mock.eventsub.what.cheer(5));
    await pass(50);
    expect(seen.events).toHaveLength(1);
  });

  it('ES-10 follows only to hosts of Twitch, or to the configured one', async () => {
    const twitch = 'wss://eventsub.wss.twitch.tv/ws';
    expect(mayFollow('wss://cell-c.eventsub.wss.twitch.tv/ws?challenge=1&id=2', twitch)).toBe(true);
    expect(mayFollow('wss://eventsub.wss.twitch.tv?...', twitch)).toBe(true);
    expect(mayFollow('ws://127.0.0.1:8080/ws?challenge=1', 'ws://127.0.0.1:8080/ws')).toBe(true);
    for (const elsewhere of [
      'ws://eventsub.wss.twitch.tv/ws',
      'wss://eventsub.wss.twitch.tv.example/ws',
      'wss://noteventsub.wss.twitch.tv/ws',
      'wss://eventsub.wss.twitch.tv@example.com/ws',
      'https://eventsub.wss.twitch.tv/ws',
      'wss://127.0.0.1:8080/ws',
      '',
    ])
      expect(mayFollow(elsewhere, twitch)).toBe(false);
    const { mock, seen, pass } = await live();
    mock.eventsub.handOver('wss://collector.example/ws?challenge=1');
    await pass(seconds(2));
    expect(seen.errors).toMatchObject([{ code: 'UPSTREAM', fatal: false }]);
    expect(seen.gaps).toHaveLength(1);
    expect(seen.states().at(-1)).toBe('live');
    expect(mock.eventsub.sessions.size).toBe(1);
  });

  it('ES-10 is handed over while it is still being subscribed to, and what is missing is subscribed over the new connection', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({
      status: 429,
      message: 'number of websocket transports limit exceeded',
      type: 'channel.subscription.gift',
    });
    const seen = room.watch(room.twitch.tips());
    await room.pass(200);
    expect(seen.states()).toEqual(['connecting', 'unsubscribed']);
    room.mock.eventsub.handOver();
    await room.pass(200);
    room.mock.eventsub.accept();
    await room.pass(seconds(2));
    expect(seen.states().at(-1)).toBe('live');
    expect(room.mock.eventsub.connections).toBe(2);
    expect(seen.errors).toEqual([]);
    room.mock.eventsub.happen(room.mock.eventsub.what.gift(1));
    await room.pass(50);
    expect(seen.events).toHaveLength(1);
    // It was said to be live before all of it was there.
    expect(seen.gaps).toMatchObject([{ reason: 'unsubscribed' }]);
  });

  it.each([
    ['authorization_revoked', 'AUTH', 'authorise the app again'],
    ['user_removed', 'NOT_FOUND', 'does not exist any more'],
    ['version_removed', 'UPSTREAM', 'update tipstream'],
    ['moderator_removed', 'UPSTREAM', 'moderator_removed'],
  ])(
    'ES-12 tells of a subscription that was taken away (%s), goes on with the others, and does not ask for it again',
    async (status, code, words) => {
      const { mock, seen, pass, asked } = await live();
      const subscribed = posts(asked);
      mock.eventsub.revoke(status, 'channel.subscribe');
      await pass(50);
      expect(seen.errors).toMatchObject([{ code, fatal: false }]);
      expect(seen.errors[0]?.message).toMatch(new RegExp(`^twitch eventsub: no channel\\.subscribe: .*${words}`));
      mock.eventsub.drop();
      await pass(seconds(2));
      expect(seen.states().at(-1)).toBe('live');
      expect(posts(asked) - subscribed).toBe(4);
      mock.eventsub.happen(mock.eventsub.what.cheer(1));
      await pass(50);
      expect(seen.events).toHaveLength(1);
    },
  );

  it('ES-12 ends with the last subscription that was taken away', async () => {
    const { mock, seen, pass } = await live();
    mock.eventsub.revoke('authorization_revoked');
    await pass(minutes(5));
    expect(seen.ended).toMatchObject([{ code: 'AUTH', fatal: true }]);
    expect(seen.errors.filter(({ fatal }) => fatal)).toHaveLength(1);
    expect(mock.eventsub.connections).toBe(1);
  });

  it.each([4000, 4002, 4003, 4004, 4005, 4006, 4007, 1006, 1001, 4404, 4401])(
    'ES-13 makes a new session after close code %i, subscribes to everything again and says the gap',
    async (code) => {
      const { mock, seen, pass, asked } = await live();
      const subscribed = posts(asked);
      if (code === 1006) mock.eventsub.drop();
      else mock.eventsub.close(code);
      await pass(code === 4003 ? seconds(17) : seconds(2));
      expect(seen.states().at(-1)).toBe('live');
      expect(posts(asked) - subscribed).toBe(5);
      expect(seen.gaps).toHaveLength(1);
      expect(seen.errors.map(({ fatal }) => fatal)).toEqual([false]);
      mock.eventsub.happen(mock.eventsub.what.cheer(1));
      await pass(50);
      expect(seen.events).toHaveLength(1);
    },
  );

  it('ES-13 ends with 4001, which says that we spoke, and comes back later after 4003', async () => {
    const spoke = await live();
    spoke.mock.eventsub.close(4001);
    await spoke.pass(minutes(5));
    expect(spoke.seen.ended).toMatchObject([{ code: 'SOCKET', fatal: true }]);
    expect(spoke.seen.errors[0]?.message).toContain('report it');
    const unused = await live();
    unused.mock.eventsub.close(4003);
    await unused.pass(50);
    const { since = 0, retryAt = 0 } = unused.seen.statuses.at(-1) ?? {};
    expect(retryAt - since).toBeGreaterThanOrEqual(seconds(8));
  });

  it('ES-14 gives a message once however often it comes, also over another connection', async () => {
    const { mock, seen, pass } = await live();
    mock.eventsub.happen(mock.eventsub.what.subscribe());
    mock.eventsub.resend();
    await pass(20);
    mock.eventsub.handOver();
    await pass(2000);
    mock.eventsub.resend(1);
    await pass(20);
    expect(seen.events).toHaveLength(1);
  });

  it('ES-14 remembers messages without a timer for each', async () => {
    const { mock, seen, pass, clock } = await live();
    const before = clock.pending;
    for (let turn = 0; turn < 200; turn += 1) mock.eventsub.happen(mock.eventsub.what.subscribe());
    await pass(20);
    expect([seen.events.length, clock.pending]).toEqual([200, before]);
  });

  it('ES-8 is not disturbed by a second greeting', async () => {
    const { mock, seen, pass, asked, clock } = await live();
    const before = asked.length;
    const [session] = mock.eventsub.sessions.values();
    mock.eventsub.write(welcome('again', clock.now(), session?.id ?? '', 10));
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(seconds(5));
    expect([seen.events.length, seen.states(), asked.length]).toEqual([1, ['connecting', 'live'], before]);
  });

  it("ES-14 drops what is older than ten minutes by Twitch's own clock, and says so", async () => {
    const { mock, seen, pass } = await live();
    mock.eventsub.replay(mock.eventsub.what.subscribe(), minutes(10) + seconds(30));
    mock.eventsub.replay(mock.eventsub.what.subscribe(), minutes(9));
    await pass(20);
    expect(seen.events).toHaveLength(1);
    expect(seen.invalid).toEqual([
      { platform: 'twitch', path: 'metadata.message_timestamp', code: 'older than ten minutes' },
    ]);
  });

  it("ES-14 tells Twitch's time by its notifications, too, but not by one that is far ahead", async () => {
    const { mock, seen, pass } = await live();
    const { replay, what } = mock.eventsub;
    replay(what.cheer(1), -minutes(30));
    replay(what.cheer(2), minutes(2));
    replay(what.cheer(3), -minutes(9));
    replay(what.cheer(4), minutes(2));
    replay(what.cheer(5), 0);
    await pass(20);
    expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2, 3, 5]);
    // A cheer comes in two types.
    expect(seen.invalid.map(({ code }) => code)).toEqual(['older than ten minutes', 'older than ten minutes']);
  });

  it('ES-14 drops nothing because our own clock is wrong, nor when it is set', async () => {
    const { testClock } = await import('../support/clock.ts');
    const wrong = testClock(Date.UTC(2031, 0, 1));
    for (const skew of [-365 * 86_400_000, 86_400_000]) {
      const room = await eventSubRoom({ seed: String(skew) });
      const { now } = room.clock;
      let ours = skew;
      const clock = { now: () => now() + ours, after: room.clock.after };
      const { createTwitch } = await import('../../src/twitch/index.ts');
      expect(wrong.now()).toBeGreaterThan(clock.now());
      const { accessToken } = room.mock.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
      const twitch = createTwitch({ ...room.options, auth: undefined, token: accessToken, clock });
      const seen = room.watch(twitch.tips());
      await room.pass(100);
      room.mock.eventsub.happen(room.mock.eventsub.what.cheer(1));
      await room.pass(20);
      ours += minutes(30);
      room.mock.eventsub.happen(room.mock.eventsub.what.cheer(2));
      await room.pass(20);
      ours -= minutes(90);
      room.mock.eventsub.happen(room.mock.eventsub.what.cheer(3));
      await room.pass(20);
      expect(seen.events.map(({ amount }) => amount)).toEqual([1, 2, 3]);
      expect(seen.invalid).toEqual([]);
      await twitch.close();
    }
  });

  it('ES-7 reports what cannot be read, without its content, and reads on', async () => {
    const { mock, seen, pass } = await live();
    for (const frame of [
      'no json',
      '[]',
      '{"metadata":{"message_type":"notification"}}',
      '{"metadata":{"message_type":"session_tomorrow"}}',
    ])
      mock.eventsub.write(frame);
    mock.eventsub.happen([['channel.cheer', { ...mock.eventsub.what.cheer(1)[0]?.[1], bits: 'many' }]]);
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(20);
    expect(seen.events).toHaveLength(1);
    expect(seen.invalid.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'no JSON ',
      'wrong type for metadata metadata',
      'wrong type for event payload.event',
      'wrong type for amount event.bits',
    ]);
  });
});

describe('a subscription that is refused for now', () => {
  it('ES-15 is asked for again with longer and longer waits, and the stream says that it is connected and not subscribed', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({ status: 429, message: 'number of websocket transports limit exceeded', times: 15 });
    const seen = room.watch(room.twitch.tips());
    await room.pass(100);
    const [, waiting] = seen.statuses;
    expect(waiting).toMatchObject({ state: 'unsubscribed' });
    expect(waiting?.reason).toContain('number of websocket transports limit exceeded');
    expect((waiting?.retryAt ?? 0) - (waiting?.since ?? 0)).toBe(750);
    let ready = false;
    room.twitch
      .tips()
      .ready()
      .then(() => {
        ready = true;
      });
    await room.pass(2000);
    expect(ready).toBe(false);
    await room.pass(seconds(4));
    expect([ready, posts(room.asked), seen.states().at(-1)]).toEqual([true, 20, 'live']);
    expect(room.mock.eventsub.connections).toBe(1);
  });

  it('ES-15 outlives the connection that is closed as unused: while a broken one still counts, nothing is given up', async () => {
    const room = await live();
    const { mock, seen, pass, twitch } = room;
    mock.eventsub.switches.linger = minutes(2);
    // Three connections break one after the other, and all of them still count.
    for (let turn = 0; turn < 3; turn += 1) {
      mock.eventsub.drop();
      await pass(seconds(3));
    }
    expect(seen.states().at(-1)).toBe('unsubscribed');
    const lostAt = seen.gaps.at(-1)?.to ?? 0;
    await pass(minutes(4));
    expect(seen.states().at(-1)).toBe('live');
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await pass(50);
    expect(seen.events).toHaveLength(1);
    // All of it is one gap.
    expect((seen.gaps.at(-1)?.from ?? 0) - lostAt).toBeLessThan(seconds(4));
    expect((seen.gaps.at(-1)?.to ?? 0) - (seen.gaps.at(-1)?.from ?? 0)).toBeGreaterThan(minutes(1));
    await twitch.close();
  });

  it('ES-15 that exists already is success on the same session', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({ status: 409, message: 'subscription already exists', type: 'channel.cheer', times: 1 });
    const seen = room.watch(room.twitch.tips());
    await room.pass(1000);
    // It did not exist after all: it is made with the next question.
    expect(seen.states()).toEqual(['connecting', 'unsubscribed', 'live']);
    // An answer that was lost on its way: the subscription is there, and asking again says so.
    const lossy = await eventSubRoom({ loseAnswers: 1 });
    const other = lossy.watch(lossy.twitch.tips());
    await lossy.pass(3000);
    expect(other.states()).toEqual(['connecting', 'unsubscribed', 'live']);
    expect([...lossy.mock.eventsub.subscriptions.values()]).toHaveLength(5);
    lossy.mock.eventsub.happen(lossy.mock.eventsub.what.cheer(1));
    await lossy.pass(50);
    expect(other.events).toHaveLength(1);
  });

  it("ES-15 that an orphan on a dead connection holds is cleared first, and nobody else's is touched", async () => {
    const { mock, seen, pass, asked } = await live();
    const subscriptions = mock.eventsub.subscriptions as Map<string, MockSubscription>;
    const [mine] = [...subscriptions.values()];
    if (!mine) throw new Error('nothing is subscribed');
    const like = (id: string, session: string, status: string) =>
      subscriptions.set(id, { ...mine, id, session, status });
    like('foreign', 'of-another-program', 'enabled');
    // Of an earlier run of this program, and of a type or channel that is not asked for.
    like('earlier', 'nobody-knows', 'websocket_failed_ping_pong');
    subscriptions.set('other', {
      ...mine,
      id: 'other',
      condition: { broadcaster_user_id: '7' },
      status: 'websocket_disconnected',
    });
    mock.eventsub.refuse({ status: 409, message: 'subscription already exists', type: 'channel.cheer', times: 1 });
    mock.eventsub.drop();
    // Twitch has not noticed yet.
    mine.status = 'enabled';
    await pass(seconds(3));
    expect(seen.states().at(-1)).toBe('live');
    expect(asked.filter((one) => one.startsWith('DELETE'))).toHaveLength(2);
    expect(['foreign', 'other', 'earlier', mine.id].map((id) => subscriptions.has(id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('ES-15 for a session that is dead waits for the next welcome', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({
      status: 400,
      message: 'websocket transport session does not exist or has already disconnected',
      times: 5,
    });
    const seen = room.watch(room.twitch.tips());
    await room.pass(seconds(2));
    expect(seen.states().at(-1)).toBe('live');
    expect([room.mock.eventsub.connections, posts(room.asked)]).toEqual([2, 10]);
    expect(seen.errors.every(({ fatal }) => !fatal)).toBe(true);
  });

  it('ES-15 leaves no timer and no request behind when the stream is left', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({ status: 503, message: 'busy' });
    const seen = room.watch(room.twitch.tips());
    await room.pass(seconds(5));
    seen.stop();
    await room.pass(seconds(2));
    const asked = room.asked.length;
    await room.pass(minutes(10));
    expect(room.asked).toHaveLength(asked);
    expect(room.sockets.held).toBe(0);
    expect(times(seen, 'ended')).toBe(0);
  });
});
