import { createAnilibria } from '../src/anilibria/index.ts';
import { createCamsoda } from '../src/camsoda/index.ts';
import { createChaturbate } from '../src/chaturbate/index.ts';
import { memoryStore } from '../src/stream/checkpoint-store.ts';
import type { TipEvent } from '../src/stream/tip-event.ts';
import { createStripchat } from '../src/stripchat/index.ts';
import { createTikTok } from '../src/tiktok/index.ts';
import { createTipping, createTippingStreams, type Tipping, type TippingStreams } from '../src/tipping/index.ts';
import { sessionOf } from '../src/tipping/tokens.ts';
import { createTwitch, createTwitchProxyClient } from '../src/twitch/index.ts';
import { polledContract } from './platform-contract/polled.ts';
import { platformContract } from './platform-contract.ts';

const broadcaster = 'mira';

polledContract({
  platform: 'chaturbate',
  dialect: 'real',
  create: (server, token, options) =>
    createChaturbate({ username: broadcaster, token, baseUrl: server.url, longPoll: 0, ...options }),
  mistakes: [
    () => createChaturbate({ username: '', token: 'x' }),
    () => createChaturbate({ username: 'mira', token: 'x', longPoll: 30 }),
    () => createChaturbate({ username: 'mira', token: 'x', interval: 5 }).tips(),
    () => createChaturbate({ username: 'mira', token: 'x', timeout: 10 }),
    () => createChaturbate({ username: 'mira', token: 'x', baseUrl: 'http://events.invalid.test' }),
  ],
  payload: {
    method: 'tip',
    id: '1780000000000-0',
    object: { tip: { tokens: 25, isAnon: false, message: '' }, user: { username: 'ada' } },
  },
});

polledContract({
  platform: 'chaturbate',
  dialect: 'contract',
  create: (server, apiKey, options) =>
    createChaturbate({ eventsUrl: `${server.url}/events/chaturbate`, broadcaster, apiKey, ...options }),
  mistakes: [
    () => createChaturbate({ eventsUrl: 'https://events.example.com/events/{broadcaster}', broadcaster, apiKey: 'x' }),
    () => createChaturbate({ eventsUrl: 'https://events.invalid.test/{broadcaster}', apiKey: 'x' }),
    // @ts-expect-error both ways at once
    () => createChaturbate({ eventsUrl: 'https://events.invalid.test', apiKey: 'x', username: 'mira', token: 'y' }),
    // @ts-expect-error neither
    () => createChaturbate({}),
  ],
  payload: { method: 'tip', tip: { tokens: 25, from_username: 'ada' } },
});

polledContract({
  platform: 'stripchat',
  dialect: 'contract',
  create: (server, token, options) =>
    createStripchat({ token, broadcaster, eventsUrl: `${server.url}/events/stripchat`, ...options }),
  mistakes: [() => createStripchat({ token: '' }), () => createStripchat({ token: 'x', interval: 5 })],
  payload: { type: 'tip', amount: 25, user: { username: 'ada' } },
});

polledContract({
  platform: 'camsoda',
  dialect: 'contract',
  create: (server, apiKey, options) =>
    createCamsoda({ broadcaster, apiKey, eventsUrl: `${server.url}/events/camsoda`, ...options }),
  mistakes: [
    () => createCamsoda({ broadcaster: '', apiKey: 'x' }),
    () => createCamsoda({ broadcaster: 'mira', apiKey: 'x', deadline: 10 }),
  ],
  payload: { type: 'tip', amount: 25, tipper: { username: 'ada' } },
});

platformContract({
  platform: 'twitch',
  what: 'by calls',
  mock: { pace: 5000 },
  create(server, options, credential) {
    const scopes = [
      'moderator:read:chatters',
      'user:read:moderated_channels',
      'bits:read',
      'channel:read:subscriptions',
    ];
    const token = credential ?? server.twitch.issue({ login: broadcaster, scopes }).accessToken;
    return createTwitch({ clientId: server.twitch.clientId, token, baseUrl: `${server.url}/twitch/helix`, ...options });
  },
  mistakes: [
    () => createTwitch({ clientId: '', token: 'x' }),
    () => createTwitch({ clientId: 'x', token: '' }),
    () => createTwitch({ clientId: 'x', token: 'y', timeout: 5 }),
    () => createTwitch({ clientId: 'x', token: 'y', baseUrl: 'http://helix.invalid.test/helix' }),
    () => createTwitch({ clientId: 'x', token: 'oauth:y' }),
    // @ts-expect-error there are no such tips
    () => createTwitch({ clientId: 'x', token: 'y' }).tips({ include: ['raids'] }),
  ],
  calls: {
    ask: (client) => client.users({ logins: [broadcaster] }),
    misspelled: [
      // @ts-expect-error the wire's word
      [(client) => client.users({ id: ['1'] }), 'ids'],
      // @ts-expect-error the wire's word
      [(client) => client.chatters({ broadcaster_id: '1', moderatorId: '1' }), 'broadcasterId'],
      // @ts-expect-error the wire's word
      [(client) => client.moderatedChannels({ user_id: '1' }), 'userId'],
    ],
  },
  tips: {
    stream: (client) => client.tips(),
    push: (client) => client.push(),
    simulate: (client, tip) => client.simulate(tip),
    payload: {
      subscription: { type: 'channel.cheer', version: '1' },
      message_id: 'befa7b53-d79d-478f-86b9-120f112b044e',
      message_timestamp: '2026-11-16T10:11:12.634234626Z',
      event: {
        is_anonymous: false,
        user_id: '100200302',
        user_login: 'ada',
        user_name: 'Ada',
        broadcaster_user_id: '100200301',
        broadcaster_user_login: 'mira',
        broadcaster_user_name: 'Mira',
        message: 'Cheer25',
        bits: 25,
      },
    },
    unit: /^(bit|subscription)$/,
  },
});

// The proxy knows no tips: these come from EventSub, past it.
platformContract({
  platform: 'twitch-proxy',
  what: 'by calls',
  mock: { platforms: ['twitch'] },
  create: (server, options, credential) =>
    createTwitchProxyClient({
      ...options,
      baseUrl: `${server.url}/twitch`,
      token:
        credential ??
        server.twitch.issue({ login: broadcaster, scopes: ['moderator:read:chatters'] }).accessToken ??
        '',
    }),
  mistakes: [
    () => createTwitchProxyClient({ baseUrl: '', token: 'x' }),
    () => createTwitchProxyClient({ baseUrl: 'http://proxy:8081', token: '' }),
    () => createTwitchProxyClient({ baseUrl: 'http://proxy:8081', token: 'x', timeout: 5 }),
    () => createTwitchProxyClient({ baseUrl: 'http://proxy.invalid.test', token: 'x' }),
  ],
  calls: {
    ask: (client) => client.users({ logins: [broadcaster] }),
    misspelled: [
      // @ts-expect-error the wire's word
      [(client) => client.users({ login: ['mira'] }), 'logins'],
      // @ts-expect-error the wire's word
      [(client) => client.chatters({ broadcaster_id: '1', moderatorId: '1' }), 'broadcasterId'],
    ],
  },
});

platformContract({
  platform: 'tiktok',
  what: 'by calls',
  mock: { pace: 5000 },
  create: (server, options, credential) =>
    createTikTok({ baseUrl: `${server.url}/tiktok`, apiKey: credential ?? server.tiktok.apiKey, ...options }),
  mistakes: [
    () => createTikTok({ apiKey: 'x', timeout: 5 }),
    () => createTikTok({ apiKey: 'x', heartbeat: 30 }),
    () => createTikTok({ apiKey: 'x', baseUrl: 'http://profiles.invalid.test' }),
    () => createTikTok({ apiKey: 'x' }).comments(''),
    () => createTikTok({ apiKey: 'x' }).tips('evening', { quiet: 10 }),
  ],
  calls: {
    ask: (client) => client.status(),
    misspelled: [
      // @ts-expect-error the wire's word
      [(client) => client.live.connect({ username: 'mira', session_id: 'x' }), 'sessionId'],
      // @ts-expect-error the wire's word
      [(client) => client.live.disconnect({ session_id: 'x' }), 'sessionId'],
      // @ts-expect-error the wire's word
      [(client) => client.monitoring.metrics({ time_window: 5 }), 'timeWindow'],
      // @ts-expect-error the wire's word
      [(client) => client.auth.generateApiKey({ name: 'x', permissions: ['read'], expires_at: 'x' }), 'expiresAt'],
    ],
  },
  tips: {
    stream: (client) => client.tips('evening'),
    simulate: (client, tip) => client.simulate(tip),
    unit: /^diamond$/,
  },
});

type TippingClient = (Tipping | TippingStreams) & { streamId: string };

/** What both clients of the tipping platform do. */
const tippingSubject = {
  platform: 'tipping',
  mock: { pace: 5000 },
  calls: {
    ask: (client: TippingClient) => client.streams.tips({ streamId: client.streamId }),
    misspelled: [
      // @ts-expect-error the wire's word
      [(client: TippingClient) => client.streams.tips({ stream_id: 'x' }), 'streamId'],
      // @ts-expect-error the wire's word
      [(client: TippingClient) => client.streams.viewers({ stream_id: 'x' }), 'streamId'],
    ],
  },
  tips: {
    stream: (client: TippingClient) => client.tips({ streamId: client.streamId }),
    push: (client: TippingClient) => client.push(),
    simulate: (client: TippingClient, tip?: Partial<TipEvent>) => client.simulate(tip),
    payload: { type: 'tip_received', tip: { id: 'one', from_user: 'Ada', tokens: 25, message: '' } },
    unit: /^token$/,
  },
} as const;

platformContract<TippingClient>({
  ...tippingSubject,
  what: 'without sessions',
  create(server, options, credential) {
    const { issue, streamId } = server.tipping;
    const token = credential ?? issue('ada').access_token;
    const client = createTippingStreams({ ...options, baseUrl: `${server.url}/tipping/v1`, token });
    return Object.assign(client, { streamId });
  },
  mistakes: [
    () => createTippingStreams({ baseUrl: '' }),
    () => createTippingStreams({ baseUrl: 'http://tips.test/v1' }),
  ],
});

// Somebody who signed in before, in another process. A session that is refused is renewed once, and is then over.
platformContract<TippingClient>({
  ...tippingSubject,
  what: 'with a session',
  refused: { code: 'SESSION_EXPIRED', asked: 2 },
  create(server, options, credential) {
    const { issue, streamId } = server.tipping;
    const { access_token, refresh_token } =
      credential === undefined ? issue('ada') : { access_token: credential, refresh_token: credential };
    const store = memoryStore();
    store.set(
      `tipstream:tipping:${new URL(server.url).host}:session`,
      sessionOf({ access_token, refresh_token }, Date.now(), 'one'),
    );
    const client = createTipping({ ...options, baseUrl: `${server.url}/tipping/v1`, store });
    return Object.assign(client, { streamId });
  },
  mistakes: [
    () => createTipping({ baseUrl: '' }),
    () => createTipping({ baseUrl: 'https://tips.test/v1', timeout: 5 }),
    () => createTipping({ baseUrl: 'http://tips.test/v1' }),
    () => createTipping({ baseUrl: 'https://tips.test/v1' }).tips({ streamId: '' }),
  ],
});

// It knows no tips (AL-40), and says every input as the wire does.
platformContract({
  platform: 'anilibria',
  what: 'by calls',
  create: (server, options, credential) =>
    createAnilibria({
      ...options,
      baseUrl: `${server.url}/anilibria/api/anilibria/v2`,
      token: credential ?? server.anilibria.issue(),
    }),
  mistakes: [
    () => createAnilibria({ baseUrl: [] }),
    () => createAnilibria({ baseUrl: 'http://titles.invalid.test' }),
    () => createAnilibria({ deadline: 5 }),
    () => createAnilibria({ fallback: { baseUrl: 'http://titles.invalid.test' } }),
    // @ts-expect-error no such spelling
    () => createAnilibria({ genres: 'semicolon' }),
    // @ts-expect-error a token is a text, a function or a provider
    () => createAnilibria({ token: 7 }),
  ],
  calls: {
    ask: (client) => client.random(),
    misspelled: [],
  },
});
