import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { type Comment, createTikTok, type SessionEvent } from '../../src/tiktok/index.ts';
import { settle } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { room } from './room.ts';

/** Watches a stream and writes down what it says. */
function watch<T>(stream: EventStream<T>) {
  const heard = { events: [] as T[], states: [] as string[], errors: [] as string[], gaps: [] as number[], invalid: 0 };
  stream.on('status', ({ state }) => heard.states.push(state));
  stream.on('error', ({ code }) => heard.errors.push(code));
  stream.on('gap', ({ from = 0, to }) => heard.gaps.push(to - from));
  stream.on('invalid', () => {
    heard.invalid += 1;
  });
  const stop = stream.subscribe((event) => void heard.events.push(event));
  return { heard, stop };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (isTipstreamError(error) ? error.code : error),
  );

describe('comments', () => {
  it('TT-22 TT-23 TT-41 begin with the greeting, the key in the address and nowhere else', async () => {
    const { server, service, session, tiktok } = await room();
    const comments = tiktok.comments(session);
    const { heard } = watch(comments);
    await comments.ready();
    expect(heard.states).toEqual(['connecting', 'live']);
    expect(server.requests.map(({ path }) => path)).toEqual([
      `/tiktok/ws/comments/${session}?api_key=${service.apiKey}`,
    ]);
    service.comment(session, { id: 'comment-1', username: 'viewer1', comment: 'Great stream!' });
    await until(() => heard.events.length === 1);
    expect(heard.events[0]).toMatchObject({
      id: 'comment-1',
      comment: 'Great stream!',
      user: { username: 'viewer1' },
      session_id: session,
    });
  });

  it('TT-22 the key is encoded, and no error and no line shows it', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const logger = { info: write, warn: write, error: write };
    const { tiktok, session, server } = await room({
      apiKey: () => 'not a secret/key&x',
      token: 'not-a-secret-token',
      logger,
    });
    const { heard } = watch(tiktok.comments(session));
    await until(() => heard.states.includes('ended'));
    expect(server.requests[0]?.path).toContain('?api_key=not%20a%20secret%2Fkey%26x');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toMatch(/not a secret|not%20a|not-a-secret/);
  });

  it('TT-22 without a key the token is sent', async () => {
    const { service, tiktok, session, server } = await room({
      apiKey: undefined,
      login: { username: 'admin', password: 'Admin123!' },
    });
    const comments = tiktok.comments(session);
    const { heard } = watch(comments);
    await comments.ready();
    expect(server.requests.at(-1)?.path).toMatch(/\?token=mock-token/);
    service.comment(session);
    await until(() => heard.events.length === 1);
  });

  it('TT-23 a socket that opens and does not greet in ten seconds is given up', async () => {
    const server = createServer();
    const { WebSocketServer } = await import('ws');
    let opened = 0;
    new WebSocketServer({ server }).on('connection', () => {
      opened += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    const { clock } = await room();
    const tiktok = createTikTok({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiKey: 'not-a-secret-key',
      clock,
      logger: false,
      random: () => 0,
    });
    onTestFinished(tiktok.close);
    const { heard, stop } = watch(tiktok.comments('s'));
    await until(() => opened === 1);
    await settle();
    await clock.advance(9_999);
    expect(heard.errors).toEqual([]);
    await clock.advance(1);
    expect(heard.errors).toEqual(['SOCKET']);
    expect(heard.states).not.toContain('live');
    stop();
  });

  it('TT-24 ask for a sign of life every 30 s, and give a socket up that is silent twice', async () => {
    const { clock, service, session, tiktok } = await room();
    const { heard } = watch(tiktok.comments(session));
    await until(() => heard.states.includes('live'));
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(30_000);
      await settle(20);
      await clock.advance(30_000);
      await settle(20);
    }
    expect(heard.states).toEqual(['connecting', 'live']);
    service.peers(session)[0]?.freeze();
    await clock.advance(69_000);
    await settle(20);
    expect(heard.errors).toEqual([]);
    await clock.advance(2_000);
    await until(() => service.peers(session).length > 1);
    await until(() => heard.states.filter((state) => state === 'live').length === 2);
    expect(heard.errors).toEqual(['SOCKET']);
    expect(heard.gaps).toHaveLength(1);
  });

  it('TT-24 TT-25 answer when they are asked', async () => {
    const { service, session, tiktok, clock } = await room();
    const comments = tiktok.comments(session);
    expect(await failure(comments.requestStatus())).toBe('SOCKET');
    const { stop } = watch(comments);
    await comments.ready();
    expect(await Promise.all([comments.requestStatus(), comments.requestStatus(), comments.ping()])).toEqual([
      true,
      true,
      0,
    ]);
    service.hears(session, false);
    expect(await comments.requestStatus()).toBe(false);
    service.peers(session)[0]?.freeze();
    const late = [failure(comments.ping()), failure(comments.requestStatus())];
    await clock.advance(10_000);
    expect(await Promise.all(late)).toEqual(['TIMEOUT', 'TIMEOUT']);
    const lost = failure(comments.ping());
    service.peers(session)[0]?.drop();
    expect(await lost).toBe('SOCKET');
    stop();
    await settle();
    expect(await failure(comments.ping())).toBe('SOCKET');
  });

  it('TT-25 the answer of another session is none', async () => {
    const { service, session, tiktok } = await room();
    const comments = tiktok.comments(session);
    watch(comments);
    await comments.ready();
    const status = comments.requestStatus();
    service.emit(session, { type: 'status_response', session_id: 'another', tiktok_connected: false });
    expect(await status).toBe(true);
  });

  it('TT-26 every frame is an event of its kind; what is no frame is said, and the connection stays', async () => {
    const { service, session, tiktok } = await room();
    const events = tiktok.events(session);
    const { heard } = watch(events);
    await events.ready();
    const comments = watch(tiktok.comments(session));
    service.comment(session, { id: '1' });
    service.emit(session, 'no JSON');
    service.emit(session, { type: 'comment', data: { id: '2' } });
    service.emit(session, { no: 'type' });
    service.emit(session, { type: 'like', count: 3 });
    service.emit(session, { type: 'pong' });
    service.emit(session, { type: 'status_response', session_id: session, tiktok_connected: true });
    service.comment(session, { id: '3' });
    await until(() => heard.events.length === 6);
    expect(heard.events.map((event: SessionEvent) => event.type)).toEqual([
      'connected',
      'comment',
      'unknown',
      'pong',
      'status_response',
      'comment',
    ]);
    expect(heard.events[2]).toEqual({ type: 'unknown', frame: { type: 'like', count: 3 } });
    expect(heard.invalid).toBe(3);
    expect(heard.states).toEqual(['connecting', 'live']);
    expect(comments.heard.events.map(({ id }: Comment) => id)).toEqual(['1', '3']);
  });

  it('TT-28 come once, also when they come again after a reconnect', async () => {
    const { clock, service, session, tiktok } = await room();
    const { heard } = watch(tiktok.comments(session));
    await until(() => service.peers(session).length === 1);
    for (const id of ['1', '2', '2']) service.comment(session, { id });
    await until(() => heard.events.length === 2);
    service.peers(session)[0]?.drop();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(1_000);
    await until(() => service.peers(session).length === 1);
    for (const id of ['1', '2', '3']) service.comment(session, { id });
    await until(() => heard.events.length === 3);
    expect(heard.events.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(tiktok.comments(session).stats().duplicates).toBe(3);
  });

  it('TT-27 wait 1, 2, 4 ... 60 s and a random part of it between two connections', async () => {
    const { clock, server, session, tiktok } = await room({ random: () => 0.999 });
    const comments = tiktok.comments(session);
    const waits: number[] = [];
    comments.on('status', ({ state, since, retryAt = 0 }) => {
      if (state === 'waiting') waits.push(retryAt - since);
    });
    const { heard } = watch(comments);
    await until(() => heard.states.includes('live'));
    server.fail('refuse:502', { times: 7 });
    server.tiktok.peers(session)[0]?.drop();
    for (let nth = 1; nth <= 8; nth += 1) {
      await until(() => waits.length === nth);
      await clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits.map((ms) => Math.round(ms / 1000))).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    await until(() => heard.states.filter((state) => state === 'live').length === 2);
  });

  it('TT-27 TT-40 a refused key ends them at once, with one error, and nothing is tried again', async () => {
    for (const rejection of ['upgrade', 'close'] as const) {
      const { clock, service, session, tiktok, asked } = await room({ apiKey: 'not-a-secret-key' });
      service.switches.rejection = rejection;
      const comments = tiktok.comments(session);
      const { heard } = watch(comments);
      expect(await failure(comments.ready())).toMatch(/^(AUTH|PERMISSION)$/);
      await clock.advance(600_000);
      expect([heard.states.at(-1), heard.errors.length, asked('/ws/')]).toEqual(['ended', 1, 1]);
    }
  });

  it.each([1008, 4001, 4401, 4403])('TT-27 close code %i ends them', async (code) => {
    const { clock, service, session, tiktok, asked } = await room();
    const comments = tiktok.comments(session);
    const { heard } = watch(comments);
    await comments.ready();
    service.peers(session)[0]?.close(code);
    await until(() => heard.states.includes('ended'));
    await clock.advance(600_000);
    expect([heard.errors, asked('/ws/')]).toEqual([[code === 4403 ? 'PERMISSION' : 'AUTH'], 1]);
  });

  it('TT-27 XS-5 in a page, where a refusal looks like a lost network, HTTP is asked once: AUTH there ends it', async () => {
    // The runtime's own socket says 1006 of everything.
    const { clock, session, tiktok, asked } = await room({
      apiKey: 'not-a-secret-key',
      WebSocket: globalThis.WebSocket,
    });
    const { heard } = watch(tiktok.comments(session));
    await until(() => heard.errors.length === 1);
    await clock.advance(1_000);
    await until(() => heard.states.includes('ended'));
    await clock.advance(600_000);
    expect([heard.errors, asked('/ws/'), asked('/status')]).toEqual([['SOCKET', 'AUTH'], 1, 1]);
  });

  it('TT-27 XS-5 in a page a network that was lost is tried again, as the key is good', async () => {
    const { clock, server, session, tiktok, asked } = await room({ WebSocket: globalThis.WebSocket });
    server.fail('refuse:502', { times: 2 });
    const { heard } = watch(tiktok.comments(session));
    for (let nth = 1; nth <= 2; nth += 1) {
      await until(() => heard.errors.length === nth);
      await clock.advance(2_000);
    }
    await until(() => heard.states.includes('live'));
    expect([asked('/ws/'), asked('/status')]).toEqual([3, 2]);
  });

  it('TT-34 knock twenty times a minute at most', async () => {
    const { clock, session, tiktok, asked } = await room();
    const stops = Array.from({ length: 25 }, (_, nth) => watch(tiktok.comments(`${session}-${nth}`)).stop);
    await until(() => asked('/ws/') === 20);
    await settle(20);
    expect(asked('/ws/')).toBe(20);
    await clock.advance(3_001);
    await until(() => asked('/ws/') === 21);
    for (const stop of stops) stop();
  });

  it('all streams of a session share one socket, and nothing is open when nobody watches', async () => {
    const { service, session, tiktok, asked, clock } = await room();
    const [one, two, three] = [
      watch(tiktok.comments(session)),
      watch(tiktok.tips(session)),
      watch(tiktok.events(session)),
    ];
    await until(() => two.heard.states.includes('live'));
    service.comment(session);
    service.gift(session, { count: 2 });
    await until(() => two.heard.events.length === 1);
    expect([one.heard.events.length, three.heard.events.length, asked('/ws/')]).toEqual([1, 5, 1]);
    for (const { stop } of [one, two, three]) stop();
    await clock.advance(500);
    await until(() => service.peers(session).length === 0);
    expect(() => tiktok.comments('')).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('a room that the service has lost', () => {
  it('TT-29 is asked about after a reconnect, and said; nothing is connected unasked', async () => {
    const { clock, service, session, tiktok, asked } = await room();
    const { heard } = watch(tiktok.comments(session));
    await until(() => heard.states.includes('live'));
    service.hears(session, false);
    service.peers(session)[0]?.drop();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(1_000);
    await until(() => heard.states.includes('unsubscribed'));
    await clock.advance(600_000);
    expect(asked('/connect')).toBe(0);
    service.hears(session, true);
    const comments = tiktok.comments(session);
    expect(await comments.requestStatus()).toBe(true);
    expect(heard.states.at(-1)).toBe('live');
  });

  it('TT-29 is asked about after two minutes without a comment: the end of a live is not always told', async () => {
    const { clock, service, session, tiktok } = await room();
    const { heard } = watch(tiktok.comments(session));
    await until(() => heard.states.includes('live'));
    service.hears(session, false);
    for (let beat = 0; beat < 4; beat += 1) {
      expect(heard.states).not.toContain('unsubscribed');
      await clock.advance(30_000);
      await settle(20);
    }
    await until(() => heard.states.includes('unsubscribed'));
  });

  it('TT-29 TT-19 is connected again with autoConnect, as soon as somebody is live', async () => {
    const { clock, service, session, tiktok, asked } = await room();
    await tiktok.live.connect({ sessionId: session, username: 'mira' });
    const { heard } = watch(tiktok.comments(session, { autoConnect: true }));
    expect(() => tiktok.comments(session, { autoConnect: false })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    await until(() => heard.states.includes('live'));
    service.hears(session, false);
    service.state.offline.add('mira');
    service.peers(session)[0]?.drop();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(1_000);
    await until(() => asked('/connect') === 2);
    await settle(20);
    await clock.advance(59_999);
    expect(asked('/connect')).toBe(2);
    service.state.offline.clear();
    await clock.advance(1);
    await until(() => heard.states.at(-1) === 'live');
    expect(asked('/connect')).toBe(3);
    service.comment(session);
    await until(() => heard.events.length === 1);
  });

  it('TT-29 autoConnect finds the room in the list of sessions, or says that nobody knows it', async () => {
    const { clock, service, session, tiktok, asked } = await room();
    const known = watch(tiktok.comments(session, { autoConnect: true }));
    const unknown = watch(tiktok.comments('session-of-nobody', { autoConnect: true }));
    await until(() => known.heard.states.includes('live') && unknown.heard.states.includes('live'));
    service.hears(session, false);
    for (const id of [session, 'session-of-nobody']) service.peers(id)[0]?.drop();
    await until(() => known.heard.states.includes('waiting') && unknown.heard.states.includes('waiting'));
    await clock.advance(1_000);
    await until(() => asked('/connect') === 1 && known.heard.states.at(-1) === 'live');
    await until(() => unknown.heard.errors.includes('VALIDATION'));
    expect(unknown.heard.states).not.toContain('ended');
  });
});

describe('tips', () => {
  it('TT-42 TT-50 are the gifts of a session: a streak is one, a lost end costs nothing', async () => {
    const { clock, service, session, tiktok } = await room();
    const { heard } = watch(tiktok.tips(session));
    await until(() => heard.states.includes('live'));
    let diamonds = service.gift(session, { username: 'grace', diamonds: 5, count: 7 });
    service.comment(session);
    diamonds += service.gift(session, { username: 'ada', count: 3, end: 'lost' });
    await until(() => heard.events.length === 1);
    await settle(20);
    await clock.advance(10_000);
    expect(heard.events.reduce((sum, { amount }) => sum + amount, 0)).toBe(diamonds);
    expect(heard.events[0]).toMatchObject({
      platform: 'tiktok',
      channel: session,
      tipper: 'grace',
      unit: 'diamond',
      amount: 35,
    });
  });

  it('EV-36 each is told in the log once, however many streams there are', async () => {
    const lines: string[] = [];
    const { service, session, tiktok } = await room({ logger: { info: (line) => void lines.push(line) } });
    const { heard } = watch(tiktok.tips(session));
    const other = watch(tiktok.tips(session));
    await until(() => heard.states.includes('live'));
    service.gift(session, { username: 'grace', diamonds: 5, count: 2 });
    await until(() => other.heard.events.length === 1);
    expect(lines.filter((line) => line.includes('tip received'))).toEqual([
      expect.stringMatching(/^\[tiktok\] \[\d\d:\d\d:\d\d\] tip received: 10 diamonds from grace$/),
    ]);
  });

  it('TT-49 an open streak is counted when the client is closed', async () => {
    const { service, session, tiktok } = await room();
    const events = watch(tiktok.events(session));
    const { heard } = watch(tiktok.tips(session));
    await until(() => heard.states.includes('live'));
    const diamonds = service.gift(session, { diamonds: 5, count: 3, end: 'lost' });
    await until(() => events.heard.events.length === 4);
    expect(heard.events).toEqual([]);
    await tiktok.close();
    expect(heard.events.map(({ amount }) => amount)).toEqual([diamonds]);
  });

  it('a test tip goes through the streams that are watched', async () => {
    const { session, tiktok } = await room();
    expect(await failure(tiktok.simulate({ amount: 5 }))).toBe('CONSUMER');
    const { heard } = watch(tiktok.tips(session));
    const comments = watch(tiktok.comments(session));
    await tiktok.simulate({ amount: 5, unit: 'diamond' });
    expect(heard.events).toMatchObject([{ platform: 'tiktok', amount: 5, test: true, channel: session }]);
    expect(comments.heard.events).toEqual([]);
  });
});
