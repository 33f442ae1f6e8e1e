import { createCamsoda } from '../src/camsoda/index.ts';
import { createChaturbate } from '../src/chaturbate/index.ts';
import { createStripchat } from '../src/stripchat/index.ts';
import { platformContract } from './platform-contract.ts';

const broadcaster = 'mira';

platformContract({
  platform: 'chaturbate',
  dialect: 'real',
  create: (server, token, options) =>
    createChaturbate({ username: broadcaster, token, baseUrl: server.url, longPoll: 1000, ...options }),
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

platformContract({
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

platformContract({
  platform: 'stripchat',
  dialect: 'contract',
  create: (server, token, options) =>
    createStripchat({ token, broadcaster, eventsUrl: `${server.url}/events/stripchat`, ...options }),
  mistakes: [() => createStripchat({ token: '' }), () => createStripchat({ token: 'x', interval: 5 })],
  payload: { type: 'tip', amount: 25, user: { username: 'ada' } },
});

platformContract({
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
