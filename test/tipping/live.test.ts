import { describe, expect, onTestFinished, test } from 'vitest';
import type { TipstreamError } from '../../src/core/errors.ts';
import { json } from '../../src/mock/answer.ts';
import type { StreamGap } from '../../src/stream/event-stream.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import {
  createTippingStreams,
  type Tipping,
  type TippingEvent,
  type TippingTipsOptions,
} from '../../src/tipping/index.ts';
import { as, client, movable, platform } from './client.ts';
import type { Host } from './host.ts';

/** Connects again at once. */
const eager = { random: () => 0 };

/** The tips of the stream that is live, as they come. */
async function watch(host: Host, tipping: Pick<Tipping, 'tips'>, options: Partial<TippingTipsOptions> = {}) {
  const stream = tipping.tips({ streamId: host.controls.streamId, ...options });
  const tips: TipEvent[] = [];
  const gaps: StreamGap[] = [];
  const errors: TipstreamError[] = [];
  stream.on('gap', (gap) => gaps.push(gap));
  stream.on('error', (error) => errors.push(error));
  const stop = stream.subscribe((tip) => void tips.push(tip), { onError: () => {} });
  onTestFinished(stop);
  await stream.ready();
  return { stream, tips, gaps, errors, amounts: () => tips.map(({ amount }) => amount) };
}

/** Drops every socket, and waits until the client is back. */
async function drop(host: Host): Promise<void> {
  const before = host.controls.rooms.connections;
  host.controls.rooms.drop();
  await expect.poll(() => host.controls.rooms.connections, { interval: 5 }).toBeGreaterThan(before);
  await expect.poll(() => host.controls.rooms.listening(), { interval: 5 }).toBe(1);
}

describe('events', () => {
  test('TP-28 are the two known ones, typed, and unknown ones as they come', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const events: TippingEvent[] = [];
    const stream = ada.events({ streamId: host.controls.streamId });
    stream.subscribe((event) => void events.push(event));
    await stream.ready();
    await ada.streams.join(host.controls.streamId);
    host.controls.tip({ tokens: 25, message: 'hi' });
    host.controls.emit({ type: 'poll_opened', question: 'next song?' });
    await expect.poll(() => events.length).toBe(3);
    const said = events.map((event) => {
      switch (event.type) {
        case 'viewer_joined':
          return `${event.viewer.display_name} joined`;
        case 'tip_received':
          return `${event.tip.from_user} gave ${event.tip.tokens}`;
        default:
          return `${event.type} ${event.question}`;
      }
    });
    expect(said).toEqual(['Ada joined', 'Ada gave 25', 'poll_opened next song?']);
  });

  test('TP-28 a frame that is none is said as invalid, and the stream goes on', async () => {
    const host = await platform();
    const { stream, tips, amounts } = await watch(host, await as('ada', host));
    const invalid: unknown[] = [];
    stream.on('invalid', (report) => invalid.push(report));
    for (const frame of ['{broken', '5', '[]', '{"no":"type"}', '{"type":"tip_received","tip":{"tokens":"many"}}'])
      host.controls.emit(frame);
    host.controls.tip({ tokens: 7 });
    await expect.poll(() => tips.length).toBe(1);
    expect(amounts()).toEqual([7]);
    expect(invalid).toHaveLength(5);
    expect(JSON.stringify(invalid)).not.toContain('many');
  });

  test('TP-31 TP-44 a transfer arrives as a tip, with the id that REST gives it', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const { tips } = await watch(host, ada);
    const { streamId } = host.controls;
    const sent = await ada.wallet.transfer({
      toUserId: host.controls.account('mira').user.id,
      tokens: 25,
      streamId,
      message: 'hi',
    });
    await expect.poll(() => tips.length).toBe(1);
    const [listed] = (await ada.streams.tips({ streamId })).items;
    expect(listed?.id).toBe(sent.id);
    expect(tips).toEqual([
      {
        platform: 'tipping',
        amount: 25,
        tipper: 'Ada',
        message: 'hi',
        timestamp: Date.parse(sent.created_at) / 1000,
        id: `tipping:${streamId}:${sent.id}`,
        unit: 'token',
        anonymous: false,
        channel: streamId,
      },
    ]);
  });

  test('TP-32 a private tip is flagged; its message comes on request only, and the tip not at all where that is asked for', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const usual = await watch(host, ada);
    const shown = await watch(host, ada, { includePrivate: true });
    const hidden = await watch(host, ada, { includePrivate: false });
    const events: TippingEvent[] = [];
    ada.events({ streamId: host.controls.streamId }).subscribe((event) => void events.push(event));
    host.controls.tip({ tokens: 5, message: 'only for you', isPrivate: true });
    host.controls.tip({ tokens: 6, message: 'for all' });
    await expect.poll(() => hidden.tips.length + usual.tips.length + shown.tips.length).toBe(5);
    expect(usual.tips).toMatchObject([
      { amount: 5, message: '', meta: { private: true } },
      { amount: 6, message: 'for all' },
    ]);
    expect(shown.tips).toMatchObject([{ message: 'only for you', meta: { private: true } }, { message: 'for all' }]);
    expect(hidden.amounts()).toEqual([6]);
    expect(JSON.stringify(events)).not.toContain('only for you');
    expect(host.controls.rooms.connections).toBe(1);
  });
});

describe('a connection that is lost', () => {
  test('TP-30 what was missed is fetched once, in order, named, and given once', async () => {
    const clock = movable();
    const host = await platform({ clock });
    host.controls.tip({ tokens: 999 });
    clock.move(2_000);
    const { tips, gaps, amounts } = await watch(host, await as('ada', host, { ...eager, clock }));
    host.controls.tip({ tokens: 1 });
    await expect.poll(() => tips.length).toBe(1);
    host.controls.rooms.drop();
    host.controls.tip({ tokens: 2, from: 'grace', message: 'missed' });
    host.controls.tip({ tokens: 3, isPrivate: true, message: 'only for you' });
    await expect.poll(() => host.controls.rooms.listening()).toBe(1);
    host.controls.tip({ tokens: 4 });
    await expect.poll(() => tips.length).toBe(4);
    expect([...amounts()].sort()).toEqual([1, 2, 3, 4]);
    expect(tips.find(({ amount }) => amount === 2)).toMatchObject({
      tipper: 'Grace',
      message: 'missed',
      tipperId: host.controls.account('grace').user.id,
    });
    expect(tips.find(({ amount }) => amount === 3)).toMatchObject({
      tipper: 'Ada',
      message: '',
      meta: { private: true },
    });
    expect(amounts().indexOf(2)).toBeLessThan(amounts().indexOf(3));
    expect(gaps).toEqual([]);
    expect(host.arrivals.filter(({ path }) => /\/tips/.test(path))).toHaveLength(1);
  });

  test('TP-30 where it cannot be fetched, a gap says so', async () => {
    const host = await platform();
    const { gaps, errors, tips } = await watch(host, await as('ada', host, eager));
    host.instead = ({ path }) => (path.includes('/tips') ? json(500, { error: 'X_Y', message: 'no' }) : undefined);
    await drop(host);
    await expect.poll(() => gaps.length).toBe(1);
    expect(gaps).toMatchObject([{ reason: 'disconnected', from: expect.any(Number), channel: host.controls.streamId }]);
    expect(errors.map(({ code }) => code)).toContain('SERVER');
    host.controls.tip({ tokens: 4 });
    await expect.poll(() => tips.length).toBe(1);
  });

  test('TP-31 a name that cannot be asked for stays an id', async () => {
    const host = await platform();
    const { tips } = await watch(host, await as('ada', host, eager));
    host.instead = ({ path }) =>
      path.includes('/users/') ? json(403, { error: 'PERMISSION_DENIED', message: 'no' }) : undefined;
    host.controls.rooms.drop();
    host.controls.tip({ tokens: 2, from: 'grace' });
    await expect.poll(() => tips.length).toBe(1);
    expect(tips[0]?.tipper).toBe(host.controls.account('grace').user.id);
  });

  test.each(['array', 'flat', 'cursor'] as const)(
    'TP-30 TP-33 also from a list of several pages: %s',
    async (lists) => {
      const host = await platform();
      const { tips, gaps } = await watch(host, await as('ada', host, eager));
      host.controls.switches.lists = lists;
      host.controls.rooms.drop();
      for (let index = 0; index < 230; index += 1) host.controls.tip({ tokens: 1 });
      await expect.poll(() => tips.length, { timeout: 5000 }).toBe(230);
      expect(new Set(tips.map(({ id }) => id)).size).toBe(230);
      expect(gaps).toEqual([]);
    },
  );
});

describe('the way in', () => {
  /** What the last upgrade looked like. */
  const lastUpgrade = (host: Host) => host.upgrades.at(-1);

  test('TP-29 the token goes into the query, under a name of choice, into a subprotocol, or into the first message', async () => {
    const host = await platform();
    const seen = async (
      socket: Parameters<typeof as>[2] & object,
      socketAuth: 'query' | 'subprotocol' | 'message' | 'none' | 'any',
    ) => {
      host.controls.switches.socketAuth = socketAuth;
      const ada = await as('ada', host, socket);
      const { tips } = await watch(host, ada);
      await expect.poll(() => host.controls.rooms.listening()).toBe(1);
      host.controls.tip({ tokens: 5 });
      await expect.poll(() => tips.length).toBe(1);
      await ada.close();
      await expect.poll(() => host.controls.rooms.listening()).toBe(0);
      return lastUpgrade(host);
    };
    expect((await seen({}, 'query'))?.path).toMatch(/^\/v1\/streams\/[^/]+\/events\?token=ey/);
    expect(
      (
        await seen(
          { socket: { parameter: 'jwt', url: (id, base) => `${base.replace('http', 'ws')}/streams/${id}/events` } },
          'none',
        )
      )?.path,
    ).toMatch(/\?jwt=ey/);
    const named = await seen({ socket: { auth: 'subprotocol' } }, 'subprotocol');
    expect(named?.path).not.toContain('?');
    expect(named?.headers['sec-websocket-protocol']).toMatch(/^ey/);
    expect((await seen({ socket: { auth: 'message' } }, 'message'))?.path).not.toContain('?');
    expect(
      (await seen({ socket: { auth: 'message', message: (token) => ({ hello: 1, token }) } }, 'message'))?.path,
    ).not.toContain('?');
    expect((await seen({ socket: { auth: 'none' } }, 'none'))?.path).not.toContain('?');
  });

  test('TP-29 every connection has a fresh token: one that ended is renewed before, one that was refused after', async () => {
    const host = await platform();
    const { tips } = await watch(host, await as('ada', host, eager));
    host.controls.sessions.expire();
    host.controls.rooms.drop();
    host.controls.tip({ tokens: 2 });
    await expect.poll(() => tips.length).toBe(1);
    expect(host.controls.sessions).toMatchObject({ refreshes: 1, reuses: 0 });
    const tokens = host.upgrades.map(({ path }) => path.split('token=')[1]);
    expect(tokens.at(-1)).not.toBe(tokens[0]);
  });

  test('TP-29 a heartbeat is sent where one is wanted, and silence is the end where that is known', async () => {
    const host = await platform();
    const { errors } = await watch(
      host,
      await as('ada', host, {
        ...eager,
        socket: { heartbeat: { every: 50, message: '{"type":"ping"}' }, silence: 150 },
      }),
    );
    await expect.poll(() => host.controls.rooms.heard.length).toBeGreaterThan(2);
    expect(host.controls.rooms.heard[0]).toBe('{"type":"ping"}');
    await expect.poll(() => host.controls.rooms.connections).toBeGreaterThan(1);
    expect(errors[0]).toMatchObject({ code: 'SOCKET', fatal: false });
  });

  test('TP-29 what a close code means can be said', async () => {
    const host = await platform();
    const { stream } = await watch(
      host,
      await as('ada', host, { socket: { closed: (code) => (code === 4010 ? 'end' : undefined) } }),
    );
    const ended = new Promise((resolve) => stream.on('end', resolve));
    host.controls.rooms.close(4010, 'stream over');
    expect(await ended).toBeUndefined();
  });

  test('nobody signed in, or a stream that is not there, ends it at once with a sentence; nothing hammers', async () => {
    const host = await platform();
    const first = async (tipping: Tipping, streamId = host.controls.streamId) => {
      for await (const tip of tipping.tips({ streamId })) return tip;
      return undefined;
    };
    await expect(first(client(host, eager))).rejects.toMatchObject({
      code: 'AUTH',
      fatal: true,
      message: expect.stringContaining('nobody is signed in'),
    });
    expect(host.upgrades).toEqual([]);
    await expect(first(await as('ada', host, eager), 'nowhere')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      fatal: true,
    });
    expect(host.upgrades).toHaveLength(1);
    expect(() => client(host).tips({ streamId: '' })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  test('a stream that ended because nobody was signed in can be watched again after a login', async () => {
    const host = await platform();
    const ada = client(host, eager);
    const { streamId } = host.controls;
    const ended = new Promise((resolve) => ada.tips({ streamId }).subscribe(() => {}, { onError: resolve }));
    expect(await ended).toMatchObject({ code: 'AUTH' });
    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    const { tips } = await watch(host, ada);
    host.controls.tip({ tokens: 3 });
    await expect.poll(() => tips.length).toBe(1);
  });

  test('TP-4 a socket without encryption is refused beyond this machine, whatever address was chosen', async () => {
    const host = await platform();
    const ada = await as('ada', host, { ...eager, socket: { url: () => 'ws://10.0.0.5/events' } });
    const watching = (async () => {
      for await (const _ of ada.tips({ streamId: host.controls.streamId })) break;
    })();
    await expect(watching).rejects.toMatchObject({ code: 'CONFIG', fatal: true });
  });

  test('a session that is over ends the stream with SESSION_EXPIRED', async () => {
    const host = await platform();
    const ada = await as('ada', host, eager);
    const { stream } = await watch(host, ada);
    const ended = new Promise((resolve) => stream.on('end', resolve));
    host.instead = () => json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'over', code: 'X' });
    host.controls.sessions.expire();
    host.controls.rooms.drop();
    expect(await ended).toMatchObject({ code: 'SESSION_EXPIRED', fatal: true });
  });

  test('no token is in an error, a status or a log line of the socket', async () => {
    const host = await platform();
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const ada = await as('ada', host, { ...eager, logger: { debug: write, info: write, warn: write, error: write } });
    const { stream, errors } = await watch(host, ada);
    stream.on('status', (status) => write(JSON.stringify(status)));
    await drop(host);
    await host.close();
    await expect.poll(() => errors.length).toBeGreaterThan(2);
    const token = host.upgrades[0]?.path.split('token=')[1] ?? '';
    expect(token.length).toBeGreaterThan(100);
    expect(lines.join() + errors.map((error) => error.stack + JSON.stringify(error)).join()).not.toContain(token);
  });
});

describe('an app that only shows streams', () => {
  test('asks for streams and hears their tips with a token that it was given, or without any where the platform allows it', async () => {
    const host = await platform();
    const token = (
      await (await as('ada', host)).auth.login({ email: 'ada@example.test', password: host.controls.password })
    ).access_token;
    const shown = createTippingStreams({ baseUrl: host.baseUrl, token, logger: false, ...eager });
    onTestFinished(shown.close);
    expect(Object.keys(shown)).not.toContain('auth');
    expect((await shown.streams.list()).items).toHaveLength(1);
    const { tips } = await watch(host, shown);
    host.controls.rooms.drop();
    host.controls.tip({ tokens: 2, from: 'grace' });
    await expect.poll(() => tips.length).toBe(1);
    expect(tips[0]).toMatchObject({ amount: 2, tipper: host.controls.account('grace').user.id });
    const open = createTippingStreams({ baseUrl: host.baseUrl, logger: false });
    onTestFinished(open.close);
    expect(await open.verify()).toMatchObject({ ok: true });
    expect(host.arrivals.at(-1)?.headers).not.toHaveProperty('authorization');
    await expect(open.streams.tips({ streamId: host.controls.streamId })).rejects.toMatchObject({ code: 'AUTH' });
  });
});
