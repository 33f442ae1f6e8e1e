import { setupServer } from 'msw/node';
import { getResponse } from 'msw/utils/get-response';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMock, handlers, socketHandlers } from '../../src/mock/msw.ts';
import { socketHandlersOf } from '../../src/mock/msw-sockets.ts';
import type { Peer } from '../../src/mock/service.ts';
import { until } from '../support/polled.ts';
import { serve } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY };
const places = [
  ['https://events.example.com/events/amber_room', '/events/chaturbate'],
  ['https://api.stripchat.com/v1/events', '/events/stripchat'],
  ['https://api.camsoda.com/external/events?broadcaster=a&api_key=b', '/events/camsoda'],
] as const;

describe('the handlers', () => {
  it('answer at the true hosts what the server answers', async () => {
    const all = handlers(fast);
    const { url } = await serve(fast);
    for (const [place, path] of places) {
      const response = await getResponse(all, new Request(place));
      const other = await fetch(url + path);
      const timeless = (text: string) => text.replace(/\d{10}/g, 'time');
      expect([response?.status, timeless((await response?.text()) ?? '')]).toEqual([200, timeless(await other.text())]);
    }
    const poll = await getResponse(
      all,
      new Request('https://eventsapi.chaturbate.com/events/amber_room/not-a-secret-token/'),
    );
    expect((await poll?.json())?.nextUrl).toMatch(
      /^https:\/\/eventsapi\.chaturbate\.com\/events\/amber_room\/not-a-secret-token\/\?i=/,
    );
  });

  it('leave every other request alone', async () => {
    const all = handlers({ origins: ['https://mock.invalid'] });
    for (const [place] of places) expect(await getResponse(all, new Request(place))).toBeUndefined();
    expect(await getResponse(all, new Request('https://mock.invalid/else'))).toBeUndefined();
    expect((await getResponse(all, new Request('https://mock.invalid/v1/events')))?.status).toBe(200);
  });

  it('let a test make things happen in its own mock', async () => {
    const mock = createMock({ scenario: 'quiet' });
    const ask = async () =>
      (await getResponse(handlers({ mock }), new Request('https://api.stripchat.com/v1/events')))?.json();
    mock.tip('stripchat', { amount: 7 });
    expect(await ask()).toMatchObject({ events: [{ amount: 7 }] });
    expect(await ask()).toEqual({ events: [] });
  });

  it('a page that was not read to its end is given again', async () => {
    const all = handlers({ ...fast, limit: 4 });
    const ask = () => getResponse(all, new Request('https://api.stripchat.com/v1/events'));
    await (await ask())?.body?.cancel();
    expect((await (await ask())?.json())?.events).toHaveLength(1);
    expect((await (await ask())?.json())?.events).toHaveLength(0);
  });

  it('serve the fetch of a test through setupServer, failures too', async () => {
    const mock = createMock({ ...fast, limit: 8 });
    const server = setupServer(...handlers({ mock }));
    server.listen({ onUnhandledFrame: 'error' });
    onTestFinished(() => server.close());
    const place = 'https://api.stripchat.com/v1/events';
    for (const failure of ['reset', 'truncated']) {
      mock.fail(failure);
      await expect(fetch(place).then((answer) => answer.text())).rejects.toThrow();
    }
    mock.fail('429:date');
    const limited = await fetch(place);
    expect([limited.status, limited.headers.has('retry-after')]).toEqual([429, true]);
    mock.fail('slow:20');
    expect((await (await fetch(place)).json()).events).toHaveLength(2);
    expect(mock.faults).toEqual({ stripchat: { reset: 1, truncated: 1, '429': 1, slow: 1 } });
  });
});

describe('the upstreams with a state', () => {
  const validate = (origin: string, token: string) =>
    new Request(`${origin}/oauth2/validate`, { headers: { authorization: `OAuth ${token}` } });

  it('answer at their true addresses, and below their prefix at port 5000', async () => {
    const mock = createMock({ platforms: ['twitch'] });
    const all = handlers({ mock });
    const { accessToken } = mock.twitch.issue({ login: 'mira' });
    for (const origin of ['https://id.twitch.tv', 'http://127.0.0.1:5000/twitch', 'http://localhost:5000/twitch'])
      expect(await (await getResponse(all, validate(origin, accessToken)))?.json()).toMatchObject({ login: 'mira' });
    expect(mock.requests.map(({ platform, status }) => [platform, status])).toEqual(Array(3).fill(['twitch', 200]));
    expect(await getResponse(all, validate('https://elsewhere.invalid', accessToken))).toBeUndefined();
    expect(await getResponse(all, new Request('https://id.twitch.tv/else'))).toBeUndefined();
    const moved = handlers({ mock, origins: ['https://mock.invalid'] });
    expect(await getResponse(moved, validate('https://id.twitch.tv', accessToken))).toBeUndefined();
    expect((await getResponse(moved, validate('https://mock.invalid/twitch', accessToken)))?.status).toBe(200);
  });

  it('read the body of a request, and keep what it did', async () => {
    const mock = createMock();
    const { clientId, clientSecret } = mock.twitch;
    const body = new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
    });
    const given = await getResponse(
      handlers({ mock }),
      new Request('https://id.twitch.tv/oauth2/token', { method: 'POST', body }),
    );
    const token = (await given?.json())?.access_token;
    expect((await getResponse(handlers({ mock }), validate('https://id.twitch.tv', token)))?.status).toBe(200);
  });

  it('are left alone where the mock is made without them', async () => {
    const all = handlers({ platforms: ['stripchat'] });
    expect(await getResponse(all, validate('https://id.twitch.tv', 'any'))).toBeUndefined();
    expect(socketHandlers({ platforms: ['stripchat'] })).toEqual([]);
  });
});

describe('the handlers of sockets', () => {
  const address = 'wss://eventsub.wss.twitch.tv/ws';
  function listen(url: string) {
    const seen: string[] = [];
    const socket = new WebSocket(url);
    socket.onopen = () => seen.push('open');
    socket.onmessage = ({ data }) => seen.push(JSON.parse(data).metadata?.message_type);
    socket.onclose = ({ code }) => seen.push(`closed ${code}`);
    return { socket, seen };
  }
  function setUp(mock = createMock()) {
    const server = setupServer(...handlers({ mock }), ...socketHandlers({ mock }));
    server.listen({ onUnhandledFrame: 'error' });
    onTestFinished(() => server.close());
    return mock;
  }

  it('let the WebSocket of the runtime talk to the mock', async () => {
    const mock = setUp();
    const { socket, seen } = listen(address);
    await until(() => seen.length === 2);
    expect(seen).toEqual(['open', 'session_welcome']);
    expect(mock.requests).toMatchObject([{ platform: 'twitch', path: '/ws', status: 101 }]);
    // Twitch wants to hear nothing: whoever speaks is sent away.
    socket.send('hello');
    await until(() => seen.length === 3);
    expect(seen[2]).toBe('closed 4001');
  });

  it('refuse with 1006, and fail as the server does', async () => {
    const mock = setUp();
    const wrong = listen(`${address}/else`);
    mock.fail('refuse:403');
    const refused = listen(address);
    await until(() => wrong.seen.length + refused.seen.length === 2);
    expect([wrong.seen, refused.seen]).toEqual([['closed 1006'], ['closed 1006']]);
    const cut = listen(`${address}?mock=drop:1`);
    await until(() => cut.seen.includes('closed 1006'));
    expect(cut.seen).toEqual(['open', 'session_welcome', 'closed 1006']);
  });

  it('freeze a socket: nothing is heard, nothing is said, nothing is closed', async () => {
    const heard: string[] = [];
    const peers: Peer[] = [];
    const upgrade = async () => ({
      open(peer: Peer) {
        peers.push(peer);
        peer.onMessage((text) => {
          if (text === 'stumble') throw new Error('stumbled');
          heard.push(text);
          peer.send({ heard: text });
        });
      },
    });
    const server = setupServer(...socketHandlersOf({ upgrade }, ['https://till.example.com']));
    server.listen();
    onTestFinished(() => server.close());
    const open = async () => {
      const socket = new WebSocket('wss://till.example.com/live', ['bearer.abc']);
      const seen: string[] = [];
      socket.onmessage = ({ data }) => seen.push(String(data));
      socket.onclose = ({ code }) => seen.push(String(code));
      const before = peers.length;
      await until(() => peers.length > before && socket.readyState === WebSocket.OPEN);
      return { socket, seen, peer: peers[before] };
    };
    const one = await open();
    one.peer?.freeze();
    one.socket.send('anybody?');
    one.peer?.send('never');
    one.peer?.close(4000);
    const two = await open();
    two.socket.send('hello');
    await until(() => two.seen.length === 1);
    expect([heard, one.seen, one.peer?.open, two.seen]).toEqual([['hello'], [], true, ['{"heard":"hello"}']]);
    two.socket.send('stumble');
    await until(() => two.seen.length === 2);
    expect([two.seen[1], two.peer?.open]).toEqual(['1011', false]);
  });
});
