import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { seededRandom } from '../../src/mock/random.ts';
import type { Peer, ServiceSetting } from '../../src/mock/service.ts';
import { twitchService } from '../../src/mock/twitch/index.ts';
import { isWire } from '../../src/stream/tip-wire.ts';
import { readFrame } from '../../src/twitch/eventsub-frame.ts';
import { toTip } from '../../src/twitch/normalize.ts';
import { events } from '../../src/twitch/schemas/events.ts';
import { testClock } from '../support/clock.ts';

const origin = 'http://127.0.0.1:1/twitch';

/** A Twitch, and whoever comes to it without any client of ours. */
function guesthouse(
  setting: Partial<ServiceSetting> = {},
  scopes = ['bits:read', 'channel:read:subscriptions', 'channel:read:hype_train'],
) {
  const clock = testClock();
  const service = twitchService.create({
    clock,
    random: seededRandom('guests'),
    pace: 1,
    every: Number.POSITIVE_INFINITY,
    strict: true,
    origin: () => origin,
    ...setting,
  });
  const mock = service.controls;
  const { accessToken } = mock.issue({ login: 'mira', scopes });
  const come = (address = `${origin}/ws`) => {
    const frames: Record<string, { [key: string]: unknown }>[] = [];
    const left: number[] = [];
    const listeners: ((code: number) => void)[] = [];
    const ears: ((text: string) => void)[] = [];
    let open = true;
    const end = (code: number) => {
      if (!open) return;
      open = false;
      left.push(code);
      for (const listener of listeners) listener(code);
    };
    const peer: Peer = {
      get open() {
        return open;
      },
      send: (message) => void frames.push(JSON.parse(JSON.stringify(message))),
      close: (code = 1000) => end(code),
      drop: () => end(1006),
      freeze: () => {},
      onMessage: (listener) => void ears.push(listener),
      onClose: (listener) => void listeners.push(listener),
    };
    const url = new URL(address.replace(/^ws/, 'http'));
    service.sockets?.[0]?.open({ request: new Request(url), url, params: {}, body: async () => undefined }, peer);
    const words = () => frames.map(({ metadata }) => metadata?.message_type);
    return { frames, left, peer, words, say: (text: string) => ears.forEach((ear) => void ear(text)), leave: end };
  };
  const ask = async (method: string, path: string, body?: unknown, token = accessToken) => {
    const url = new URL(`${origin}/helix/eventsub/subscriptions${path}`);
    const route = service.routes.find((one) => one.method === method && url.pathname.endsWith(one.path));
    if (!route) throw new Error('no route');
    const request = new Request(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'client-id': mock.clientId },
    });
    const answer = await route.answer({ request, url, params: {}, body: async () => body });
    return { status: answer.status, body: answer.body ? JSON.parse(answer.body) : undefined };
  };
  const sessionOf = (guest: ReturnType<typeof come>): string => {
    const session = guest.frames[0]?.payload?.session;
    return isWire(session) ? String(session.id) : '';
  };
  const subscribe = (guest: ReturnType<typeof come>, type = 'channel.cheer', token = accessToken) =>
    ask(
      'POST',
      '',
      {
        type,
        version: '1',
        condition: { broadcaster_user_id: mock.user('mira').id },
        transport: { method: 'websocket', session_id: sessionOf(guest) },
      },
      token,
    );
  return { clock, service, mock, come, ask, subscribe, sessionOf };
}

describe("the mock's EventSub", () => {
  it('ES-22 greets, keeps alive, and closes what is unused after ten seconds', async () => {
    const { clock, come, subscribe } = guesthouse();
    const [lazy, used, patient] = [come(), come(), come(`${origin}/ws?keepalive_timeout_seconds=5000`)];
    expect(used.frames[0]).toMatchObject({
      metadata: {
        message_type: 'session_welcome',
        message_timestamp: expect.stringMatching(/T\d\d:\d\d:\d\d\.\d{9}Z$/),
      },
      payload: { session: { status: 'connected', keepalive_timeout_seconds: 10, reconnect_url: null } },
    });
    expect(patient.frames[0]).toMatchObject({ payload: { session: { keepalive_timeout_seconds: 600 } } });
    expect((await subscribe(used)).status).toBe(202);
    await clock.advance(seconds(25));
    expect(lazy.left).toEqual([4003]);
    expect(used.words()).toEqual(['session_welcome', 'session_keepalive', 'session_keepalive']);
  });

  it('ES-22 is closed with 4001 by whoever speaks', () => {
    const { come } = guesthouse();
    const guest = come();
    guest.say('hello');
    expect(guest.left).toEqual([4001]);
  });

  it('ES-22 hands over with the same session, closes the late with 4004, and whoever leaves first with 4007', async () => {
    const { clock, mock, come, subscribe, sessionOf } = guesthouse();
    const old = come();
    await subscribe(old);
    mock.eventsub.handOver();
    const session = old.frames.at(-1)?.payload?.session;
    const url = isWire(session) ? String(session.reconnect_url) : '';
    const next = come(url);
    expect(sessionOf(next)).toBe(sessionOf(old));
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    expect([old.words().at(-1), next.words().at(-1)]).toEqual(['session_reconnect', 'notification']);
    await clock.advance(seconds(31));
    expect([old.left, next.left]).toEqual([[4004], []]);
    // Its address is good once.
    expect(come(url).left).toEqual([4007]);
    mock.eventsub.handOver();
    const later = next.frames.at(-1)?.payload?.session;
    next.leave(1000);
    expect(come(isWire(later) ? String(later.reconnect_url) : '').left).toEqual([4007]);
  });

  it('ES-22 refuses as production does: a dead session, an app token, a missing scope, twice the same, a fourth socket', async () => {
    const { mock, come, ask, subscribe } = guesthouse();
    const guests = [come(), come(), come(), come()] as const;
    const failed = async (answer: ReturnType<typeof subscribe>) => {
      const { status, body } = await answer;
      return [status, body.message];
    };
    expect(await failed(ask('POST', '', {}))).toEqual([400, expect.stringContaining('Missing required parameter')]);
    expect(await failed(subscribe(guests[0], 'channel.cheer', 'nobody'))).toEqual([401, 'Invalid OAuth token']);
    expect(await failed(subscribe(guests[0], 'channel.cheer', mock.issue().accessToken))).toEqual([
      400,
      'invalid transport and auth combination',
    ]);
    expect(await failed(subscribe(guests[0], 'channel.charity_campaign.donate'))).toEqual([
      403,
      'subscription missing proper authorization',
    ]);
    expect((await subscribe(guests[0])).status).toBe(202);
    expect(await failed(subscribe(guests[0]))).toEqual([409, 'subscription already exists']);
    const noor = mock.issue({ login: 'noor', scopes: ['bits:read'] }).accessToken;
    expect(await failed(subscribe(guests[0], 'channel.update', noor))).toEqual([
      400,
      'websocket transport cannot have subscriptions created by multiple users',
    ]);
    expect((await subscribe(guests[1])).status).toBe(202);
    expect((await subscribe(guests[2])).status).toBe(202);
    expect(await failed(subscribe(guests[3]))).toEqual([429, 'maximum subscriptions with type and condition exceeded']);
    expect(await failed(subscribe(guests[3], 'channel.subscribe'))).toEqual([
      429,
      'number of websocket transports limit exceeded',
    ]);
    guests[2].leave(1000);
    expect(await failed(subscribe(guests[2], 'channel.subscribe'))).toEqual([
      400,
      'websocket transport session does not exist or has already disconnected',
    ]);
    const listed = (await ask('GET', '?type=channel.cheer')).body.data;
    expect(listed.map(({ status }: { status: string }) => status)).toEqual([
      'enabled',
      'enabled',
      'websocket_disconnected',
    ]);
    expect((await ask('DELETE', `?id=${listed[2].id}`)).status).toBe(204);
    expect((await ask('DELETE', `?id=${listed[2].id}`)).status).toBe(404);
  });

  it('ES-22 counts a connection that broke for as long as it lingers', async () => {
    const { clock, mock, come, subscribe } = guesthouse();
    mock.eventsub.switches.linger = seconds(30);
    for (let turn = 0; turn < 3; turn += 1) {
      const guest = come();
      await subscribe(guest, 'channel.subscribe');
      guest.leave(1006);
    }
    const guest = come();
    expect((await subscribe(guest)).status).toBe(429);
    await clock.advance(seconds(9));
    const other = come();
    await clock.advance(seconds(22));
    expect(other.left).toEqual([4003]);
    expect((await subscribe(come())).status).toBe(202);
  });

  it('ES-22 has an evening that its seed repeats, every event as the schemas say', async () => {
    const evening = async (seed: string) => {
      const house = guesthouse({ every: 1000, random: seededRandom(seed) });
      const guest = house.come();
      for (const type of [
        'channel.cheer',
        'channel.bits.use',
        'channel.subscribe',
        'channel.subscription.gift',
        'channel.subscription.message',
      ])
        await house.subscribe(guest, type);
      await house.clock.advance(seconds(120));
      house.service.close?.();
      return guest.frames;
    };
    const frames = (await evening('one')).map((frame) => readFrame(JSON.stringify(frame)));
    const seen = frames.flatMap((frame) => ('kind' in frame && frame.kind === 'notification' ? [frame.event] : []));
    expect(seen.length).toBeGreaterThan(80);
    for (const { type, event } of seen) {
      const schema = Object.entries(events).find(([name]) => name === type)?.[1];
      expect({ type, ...schema?.safeParse(event) }).toMatchObject({ type, success: true });
    }
    const units = seen.map((event) => toTip(event)?.unit);
    expect(new Set(units)).toEqual(new Set(['bit', 'subscription', undefined]));
    expect(seen.some((event) => toTip(event)?.anonymous)).toBe(true);
    expect(await evening('one')).toEqual(await evening('one'));
    expect(await evening('one')).not.toEqual(await evening('two'));
  });
});
