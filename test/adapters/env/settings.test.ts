import { expect, test } from 'vitest';
import { camsodaSettings, chaturbateSettings, stripchatSettings } from '../../../src/adapters/env/settings.ts';
import { type Env, variables } from '../../../src/adapters/env/variables.ts';

const chaturbate = (env: Env) => chaturbateSettings(variables(env, 'CHATURBATE'));
const stripchat = (env: Env) => stripchatSettings(variables(env, 'STRIPCHAT'));
const camsoda = (env: Env) => camsodaSettings(variables(env, 'CAMSODA'));

const events = { CHATURBATE_EVENTS_URL: 'https://events.example.com/events/{broadcaster}' };

test('EV-41 a platform that is switched off is not started, whatever else is set', () => {
  expect(
    chaturbate({ CHATURBATE_ENABLED: 'false', CHATURBATE_USERNAME: 'me', CHATURBATE_TOKEN: 'not-a-secret' }),
  ).toBeUndefined();
  expect(stripchat({ STRIPCHAT_ENABLED: 'false', STRIPCHAT_TOKEN: 'not-a-secret' })).toBeUndefined();
  expect(camsoda({ CAMSODA_ENABLED: 'false', CAMSODA_API_KEY: 'not-a-secret' })).toBeUndefined();
});

test('a platform of which nothing is said is not started', () => {
  expect([chaturbate({}), stripchat({}), camsoda({})]).toEqual([undefined, undefined, undefined]);
  expect(stripchat({ STRIPCHAT_TOKEN: '', STRIPCHAT_POLL_INTERVAL: '5' })).toBeUndefined();
});

test('EV-39 addresses, credentials and intervals come from the environment, seconds become milliseconds', () => {
  expect(
    chaturbate({
      ...events,
      CHATURBATE_API_KEY: 'not-a-secret',
      CHATURBATE_BROADCASTER: 'room',
      CHATURBATE_POLL_INTERVAL: '7.5',
    }),
  ).toEqual({ eventsUrl: events.CHATURBATE_EVENTS_URL, apiKey: 'not-a-secret', broadcaster: 'room', interval: 7500 });
  expect(chaturbate({ CHATURBATE_USERNAME: 'me', CHATURBATE_TOKEN: 'not-a-secret' })).toEqual({
    username: 'me',
    token: 'not-a-secret',
  });
  expect(stripchat({ STRIPCHAT_TOKEN: ' not-a-secret ', STRIPCHAT_EVENTS_URL: 'https://a.example/events' })).toEqual({
    token: 'not-a-secret',
    eventsUrl: 'https://a.example/events',
  });
  expect(stripchat({ STRIPCHAT_TOKEN: 'not-a-secret', STRIPCHAT_BROADCASTER: 'room' })).toEqual({
    token: 'not-a-secret',
    broadcaster: 'room',
  });
  expect(
    camsoda({ CAMSODA_BROADCASTER: 'room', CAMSODA_API_KEY: 'not-a-secret', CAMSODA_POLL_INTERVAL: '10' }),
  ).toEqual({
    broadcaster: 'room',
    apiKey: 'not-a-secret',
    interval: 10_000,
  });
});

test.each(['http://127.0.0.1:5000/events', 'http://localhost:5000/events', 'http://[::1]:5000/events'])(
  'the mock at %s asks for no credential',
  (address) => {
    expect(chaturbate({ CHATURBATE_EVENTS_URL: address })).toMatchObject({ eventsUrl: address });
    expect(stripchat({ STRIPCHAT_EVENTS_URL: address })).toMatchObject({ eventsUrl: address });
    expect(camsoda({ CAMSODA_EVENTS_URL: address })).toMatchObject({ eventsUrl: address });
  },
);

test.each<[string, (env: Env) => unknown, Env, RegExp]>([
  ['a flag that is none', chaturbate, { CHATURBATE_ENABLED: 'yes' }, /CHATURBATE_ENABLED is neither true nor false/],
  ['a flag in capitals', stripchat, { STRIPCHAT_ENABLED: 'TRUE' }, /STRIPCHAT_ENABLED/],
  [
    'an interval with a unit',
    stripchat,
    { STRIPCHAT_TOKEN: 'x', STRIPCHAT_POLL_INTERVAL: '5s' },
    /STRIPCHAT_POLL_INTERVAL is no number of seconds/,
  ],
  [
    'an interval of nothing',
    camsoda,
    { CAMSODA_BROADCASTER: 'x', CAMSODA_API_KEY: 'x', CAMSODA_POLL_INTERVAL: '0' },
    /CAMSODA_POLL_INTERVAL/,
  ],
  [
    'an interval shorter than any client takes',
    stripchat,
    { STRIPCHAT_TOKEN: 'x', STRIPCHAT_POLL_INTERVAL: '0.01' },
    /STRIPCHAT_POLL_INTERVAL is no number of seconds/,
  ],
  [
    'an address that is none',
    stripchat,
    { STRIPCHAT_EVENTS_URL: 'api.example.com' },
    /STRIPCHAT_EVENTS_URL is no address/,
  ],
  ['an address of another kind', stripchat, { STRIPCHAT_EVENTS_URL: 'file:///etc/passwd' }, /STRIPCHAT_EVENTS_URL/],
  [
    'enabled without anything',
    chaturbate,
    { CHATURBATE_ENABLED: 'true' },
    /CHATURBATE_ENABLED is true, but none of CHATURBATE_USERNAME/,
  ],
  ['CB-19 a key without an address', chaturbate, { CHATURBATE_API_KEY: 'x' }, /CHATURBATE_EVENTS_URL is missing/],
  [
    'both kinds of Chaturbate',
    chaturbate,
    { ...events, CHATURBATE_TOKEN: 'x' },
    /CHATURBATE_TOKEN means.*CHATURBATE_EVENTS_URL means/,
  ],
  ['a user name without a token', chaturbate, { CHATURBATE_USERNAME: 'me' }, /CHATURBATE_TOKEN is missing/],
  ['a token without a user name', chaturbate, { CHATURBATE_TOKEN: 'x' }, /CHATURBATE_USERNAME is missing/],
  [
    'an address without its key',
    chaturbate,
    { CHATURBATE_EVENTS_URL: 'https://a.example/' },
    /CHATURBATE_API_KEY is missing/,
  ],
  [
    'a placeholder without a name',
    chaturbate,
    { ...events, CHATURBATE_API_KEY: 'x' },
    /CHATURBATE_BROADCASTER is missing/,
  ],
  [
    'a foreign address without a token',
    stripchat,
    { STRIPCHAT_EVENTS_URL: 'https://a.example/' },
    /STRIPCHAT_TOKEN is missing/,
  ],
  ['a room without a key', camsoda, { CAMSODA_BROADCASTER: 'me' }, /CAMSODA_API_KEY is missing/],
  ['a key without a room', camsoda, { CAMSODA_API_KEY: 'x' }, /CAMSODA_BROADCASTER is missing/],
])('%s is CONFIG and names the variable', (_, read, env, message) => {
  expect(() => read(env)).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }));
});

test('no message shows a value: it may be a secret in the wrong place', () => {
  const secret = 'not-a-secret-canary';
  for (const name of ['ENABLED', 'POLL_INTERVAL', 'EVENTS_URL'])
    for (const [prefix, read] of Object.entries({ CHATURBATE: chaturbate, STRIPCHAT: stripchat, CAMSODA: camsoda })) {
      const env = {
        [`${prefix}_TOKEN`]: 'x',
        [`${prefix}_USERNAME`]: 'x',
        [`${prefix}_BROADCASTER`]: 'x',
        [`${prefix}_API_KEY`]: 'x',
        [`${prefix}_${name}`]: secret,
      };
      expect(() => read(env)).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.not.stringContaining(secret) }),
      );
    }
});
