import { describe, expect, it } from 'vitest';
import { hours, minutes, seconds } from '../../src/core/time.ts';
import { keepaliveFrame, notification } from '../../src/mock/twitch/eventsub-frames.ts';
import type { SocketConstructor } from '../../src/stream/standard-wire.ts';
import { createTwitch, userToken } from '../../src/twitch/index.ts';
import { type EventSubRoom, eventSubRoom, origin, type Seen } from './eventsub-room.ts';

const socketUrl = `${origin.replace('http', 'ws')}/ws`;
const posts = (asked: readonly string[]) => asked.filter((one) => one.startsWith('POST'));
const amounts = ({ events }: Seen) => events.map(({ amount }) => amount);

/** A room with one stream of tips that is live. */
const live = async (
  given: Parameters<typeof eventSubRoom>[0] = {},
): Promise<EventSubRoom & { seen: Seen; id: string }> => {
  const room = await eventSubRoom(given);
  const { id } = room.mock.user('mira');
  const seen = room.watch(room.twitch.tips({ broadcasterId: id }));
  await room.pass(100);
  expect(seen.states()).toEqual(['connecting', 'live']);
  return { ...room, seen, id };
};

describe('a message', () => {
  it('ES-14 whose time is an hour ahead by mistake makes nothing after it old', async () => {
    const { mock, seen, pass } = await live();
    const { what } = mock.eventsub;
    mock.eventsub.happen(what.cheer(1));
    mock.eventsub.replay(what.cheer(2), -hours(1));
    mock.eventsub.happen(what.cheer(3));
    await pass(100);
    expect(amounts(seen)).toEqual([1, 2, 3]);
    expect(seen.invalid).toEqual([]);
    // What is truly old is still dropped.
    mock.eventsub.replay(what.cheer(4), minutes(10) + seconds(1));
    await pass(100);
    expect(amounts(seen)).toEqual([1, 2, 3]);
  });

  it('ES-14 after a keepalive whose time is an hour ahead by mistake is not old', async () => {
    const { mock, seen, pass, clock } = await live();
    const { what } = mock.eventsub;
    mock.eventsub.write(keepaliveFrame('k-1', clock.now() + hours(1)));
    mock.eventsub.happen(what.cheer(1));
    await pass(100);
    expect([amounts(seen), seen.invalid]).toEqual([[1], []]);
    mock.eventsub.replay(what.cheer(2), minutes(10) + seconds(1));
    await pass(100);
    expect(amounts(seen)).toEqual([1]);
  });

  it('ES-14 that is sent again is known however busy the chat was whose messages come over the same socket', async () => {
    const room = await eventSubRoom();
    let socket: { onmessage?: (event: { data: string }) => void } = {};
    const Own = room.options.WebSocket as SocketConstructor;
    const twitch = createTwitch({
      ...room.options,
      WebSocket: function open(url: string) {
        socket = new Own(url) as typeof socket;
        return socket;
      } as unknown as SocketConstructor,
    });
    const { id } = room.mock.user('mira');
    const seen = room.watch(twitch.tips({ broadcasterId: id }));
    const chat = { type: 'channel.chat.message', condition: { broadcaster_user_id: id, user_id: id } };
    const heard = room.watch(twitch.events({ broadcasterId: id, types: [chat] }));
    await room.pass(100);
    const [cheer] = room.mock.eventsub.what.cheer(1);
    const of = (type: string) => {
      const found = [...room.mock.eventsub.subscriptions.values()].find((one) => one.type === type);
      if (!found) throw new Error(`nothing is subscribed to ${type}`);
      return found;
    };
    const write = (message: string, type: string, event: unknown) =>
      socket.onmessage?.({ data: JSON.stringify(notification(message, room.clock.now(), of(type), event)) });
    const given = { ...cheer?.[1], broadcaster_user_id: id };
    write('the-cheer', 'channel.cheer', given);
    for (let n = 0; n < 40_000; n += 1) write(`chat-${n}`, chat.type, { text: n });
    await room.pass(10);
    write('the-cheer', 'channel.cheer', given);
    await room.pass(10);
    expect([heard.events.length, amounts(seen)]).toEqual([40_000, [1]]);
    await twitch.close();
  });
});

describe('a hand-over', () => {
  it('ES-10 to a session to which nothing came along is a gap from the hand-over on', async () => {
    const { mock, seen, pass, clock } = await live();
    const at = clock.now();
    // As where the challenge in the address has run out.
    mock.eventsub.handOver(socketUrl);
    await pass(seconds(5));
    mock.eventsub.happen(mock.eventsub.what.cheer(5));
    await pass(minutes(2));
    expect(seen.states().at(-1)).toBe('live');
    expect(amounts(seen)).toEqual([]);
    const began = Math.min(...seen.gaps.map(({ from }) => from ?? 0));
    expect(began).toBeGreaterThanOrEqual(at);
    expect(began).toBeLessThan(at + seconds(1));
    expect(Math.max(...seen.gaps.map(({ to }) => to))).toBe(seen.statuses.at(-1)?.since ?? 0);
    mock.eventsub.happen(mock.eventsub.what.cheer(6));
    await pass(50);
    expect(amounts(seen)).toEqual([6]);
  });

  it('ES-10 to an address that is odd ends nothing: a new session is made', async () => {
    for (const to of [
      ` ${socketUrl}`,
      socketUrl.toUpperCase(),
      socketUrl.replace('//', '//u:p@'),
      'WSS://a.eventsub.wss.twitch.tv/ws',
    ]) {
      const { mock, seen, pass } = await live();
      mock.eventsub.handOver(to);
      await pass(seconds(5));
      expect(seen.states().at(-1), to).toBe('live');
      expect(seen.errors.map(({ code, fatal }) => [code, fatal])).toEqual([['UPSTREAM', false]]);
      expect(seen.gaps).toHaveLength(1);
    }
  });
});

describe('streams of one client', () => {
  it('ES-2 each count a cheer once: what a webhook brought first takes nothing from the socket', async () => {
    const { mock, seen, pass, twitch } = await live();
    const pushed: number[] = [];
    const tips = twitch.push();
    tips.subscribe(({ amount }) => void pushed.push(amount));
    const [, [type, event] = []] = mock.eventsub.what.cheer(9);
    await tips.feed({ type, event, message_id: 'w-1' });
    mock.eventsub.happen(mock.eventsub.what.cheer(9));
    await pass(50);
    expect([pushed, amounts(seen)]).toEqual([[9], [9]]);
  });

  it('ES-19 tips() counts nothing of another channel, nor of another version, that events() asked for over its socket', async () => {
    const { mock, seen, id, pass, twitch, watch, clock } = await live();
    const other = { type: 'channel.cheer', condition: { broadcaster_user_id: '77' } };
    const beta = { type: 'channel.cheer', version: 'beta' };
    const events = watch(twitch.events({ broadcasterId: id, types: [other, beta] }));
    await pass(100);
    const [[type = '', event] = []] = mock.eventsub.what.cheer(3);
    const one = [...mock.eventsub.subscriptions.values()].find((it) => it.type === type);
    if (!one) throw new Error('nothing is subscribed');
    const write = (message: string, more: object, of = {}) =>
      mock.eventsub.write(notification(message, clock.now(), { ...one, ...more }, { ...event, ...of }));
    write('theirs', { condition: other.condition }, { broadcaster_user_id: '77' });
    write('twice', { version: 'beta' });
    write('mine', {});
    // Twitch adds empty fields to conditions.
    write('more', { condition: { ...one.condition, user_id: '' } });
    await pass(50);
    expect(seen.events.map((tip) => tip.id)).toEqual(['twitch:mira:mine', 'twitch:mira:more']);
    expect(events.events).toHaveLength(4);
  });

  it('ES-17 whoever comes later hears of the scope that is missing, too, and is given what was granted meanwhile', async () => {
    const { mock, seen, id, pass, twitch, watch, asked } = await live({ scopes: ['bits:read'] });
    expect(seen.errors).toHaveLength(1);
    const late = watch(twitch.tips({ broadcasterId: id, include: ['gifts'] }));
    await pass(100);
    expect(late.errors).toMatchObject([{ code: 'PERMISSION', fatal: false }]);
    expect(late.errors[0]?.message).toContain('channel:read:subscriptions');
    const before = posts(asked).length;
    // Nobody is asked for what is there.
    watch(twitch.tips({ broadcasterId: id, include: ['bits'] }));
    await pass(100);
    expect(posts(asked)).toHaveLength(before);
    expect([...late.gaps, ...seen.gaps]).toEqual([]);
    mock.eventsub.happen(mock.eventsub.what.cheer(7));
    await pass(50);
    expect([amounts(seen), amounts(late)]).toEqual([[7], []]);
  });
});

describe('a token', () => {
  it('ES-13 that expires while the socket lives is renewed when everything is subscribed to anew', async () => {
    const room = await eventSubRoom();
    const { mock, clock, watch, pass } = room;
    const scopes = ['bits:read', 'channel:read:subscriptions'];
    const made: string[] = [];
    const stale: string[] = [];
    const fresh = (): string => {
      const { accessToken } = mock.issue({ login: 'mira', scopes });
      made.push(accessToken);
      return accessToken;
    };
    const { token: _, ...rest } = room.options;
    const refresh = (before: string): string => {
      stale.push(before);
      return fresh();
    };
    const twitch = createTwitch({ ...rest, auth: userToken({ accessToken: fresh(), refresh }) });
    const seen = watch(twitch.tips());
    await pass(100);
    expect(seen.states().at(-1)).toBe('live');
    mock.revoke(made[0] ?? '');
    await pass(seconds(30));
    expect(seen.errors).toEqual([]);
    mock.eventsub.drop();
    await pass(seconds(10));
    expect(seen.states().at(-1)).toBe('live');
    // Once for all five.
    expect(stale).toEqual([made[0]]);
    mock.eventsub.happen(mock.eventsub.what.cheer(4));
    await pass(50);
    expect(amounts(seen)).toEqual([4]);
    expect(seen.gaps).toHaveLength(1);
    const told = JSON.stringify([seen, clock.now()]);
    for (const secret of made) expect(told).not.toContain(secret);
    await twitch.close();
  });

  it("ES-18 that is another user's by now gives that user's tips to whoever watches anew", async () => {
    const room = await eventSubRoom();
    const scopes = ['bits:read', 'channel:read:subscriptions'];
    let token = room.mock.issue({ login: 'mira', scopes }).accessToken;
    const { token: _, auth: __, ...rest } = room.options;
    const twitch = createTwitch({ ...rest, token: () => token });
    const tips = twitch.tips();
    const first = room.watch(tips);
    await room.pass(100);
    first.stop();
    await room.pass(seconds(2));
    token = room.mock.issue({ login: 'noor', scopes }).accessToken;
    room.watch(tips);
    await room.pass(100);
    const conditions = [...room.mock.eventsub.subscriptions.values()].map((one) => one.condition.broadcaster_user_id);
    expect(new Set(conditions)).toEqual(new Set([room.mock.user('mira').id, room.mock.user('noor').id]));
    await twitch.close();
  });
});

describe('an answer that lies', () => {
  it('ES-15 about the wait is believed for five minutes at most', async () => {
    const room = await eventSubRoom();
    room.mock.eventsub.refuse({
      status: 429,
      message: 'busy',
      times: 5,
      headers: { 'retry-after': '99999999', 'ratelimit-remaining': '0' },
    });
    const seen = room.watch(room.twitch.tips());
    await room.pass(100);
    expect(seen.statuses.at(-1)?.state).toBe('unsubscribed');
    await room.pass(minutes(6));
    expect(seen.statuses.at(-1)?.state).toBe('live');
  });
});

describe('close()', () => {
  it('ES-21 ends in peace whoever watched, wherever the socket is: before its code came, on its way, refused, handed over', async () => {
    const quiet = async (room: EventSubRoom, seen: Seen, errors: number): Promise<void> => {
      const asked = room.asked.length;
      await room.twitch.close();
      await room.pass(minutes(2));
      expect([seen.ended, seen.errors.length, room.sockets.held]).toEqual([[undefined], errors, 0]);
      expect(room.asked).toHaveLength(asked);
    };
    for (const ms of [0, 1, 4, 5, 6, 9, 10, 11, 15]) {
      const room = await eventSubRoom();
      const seen = room.watch(room.twitch.tips());
      if (ms > 0) await room.pass(ms);
      await quiet(room, seen, 0);
    }
    const dropped = await live();
    dropped.mock.eventsub.drop();
    await dropped.pass(1);
    await quiet(dropped, dropped.seen, 1);
    const refused = await eventSubRoom();
    refused.mock.eventsub.refuse({ status: 429, message: 'busy' });
    const other = refused.watch(refused.twitch.tips());
    await refused.pass(seconds(2));
    await quiet(refused, other, 0);
    const moved = await live();
    moved.mock.eventsub.handOver();
    await moved.pass(7);
    await quiet(moved, moved.seen, 0);
  });

  it('ES-21 ends loops and web streams in peace before their code came, and says ABORTED to who waits for more', async () => {
    const { twitch } = await eventSubRoom();
    const tips = twitch.tips();
    const next = tips.iterate().next();
    const read = tips.toReadableStream().getReader().read();
    const ready = tips.ready();
    const fed = twitch.push().feed({});
    ready.catch(() => {});
    fed.catch(() => {});
    await twitch.close();
    expect(await Promise.all([next, read])).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    await expect(ready).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(fed).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the address of the sockets', () => {
  it('ES-18 is beside a Helix that is elsewhere, whatever its host is called', async () => {
    const room = await eventSubRoom();
    const asked: string[] = [];
    const WebSocket = function open(url: string) {
      asked.push(url);
      return { send() {}, close() {} };
    } as unknown as SocketConstructor;
    for (const baseUrl of [
      'http://helix',
      'http://helix/helix/',
      'http://127.0.0.1:5000/twitch/helix',
      'https://copy.example',
    ]) {
      const twitch = createTwitch({ ...room.options, baseUrl, WebSocket });
      room.watch(twitch.tips({ broadcasterId: '1' }));
      await room.pass(1);
      await twitch.close();
    }
    expect(asked).toEqual(['ws://helix/ws', 'ws://helix/ws', 'ws://127.0.0.1:5000/twitch/ws', 'wss://copy.example/ws']);
  });
});

describe('events()', () => {
  it('ES-18 refuses types that are none, with a sentence and before anything is loaded', async () => {
    const { twitch } = await eventSubRoom();
    for (const types of [[], [undefined], [''], [{}], 'channel.cheer', [1], ['channel.cheer', null]])
      expect(() => twitch.events({ types } as never), JSON.stringify(types)).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('types') }),
      );
  });

  it('ES-6 a field called __proto__ is a field', async () => {
    const { mock, id, pass, twitch, watch, clock } = await live();
    const events = watch(twitch.events({ broadcasterId: id }));
    await pass(50);
    const one = [...mock.eventsub.subscriptions.values()].find(({ type }) => type === 'channel.cheer');
    if (!one) throw new Error('nothing is subscribed');
    const event = { is_anonymous: true, user_id: null, user_login: null, user_name: null, bits: 1, message: '' };
    const text = JSON.stringify(notification('m-1', clock.now(), one, event));
    mock.eventsub.write(text.replace('"bits":', '"__proto__":{"polluted":true},"bits":'));
    mock.eventsub.write(keepaliveFrame('k-1', clock.now()));
    await pass(50);
    const [seen] = events.events;
    expect(Reflect.get(seen?.event ?? {}, 'polluted')).toBe(undefined);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });
});
