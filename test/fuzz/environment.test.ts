import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clientsFromEnv, tipsFromEnv } from '../../src/adapters/env.ts';
import { rateOf } from '../../src/adapters/twitch-proxy/options.ts';
import { settingsOf } from '../../src/adapters/twitch-proxy/settings.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { text, tries } from './setting.ts';

const platforms = ['CHATURBATE', 'STRIPCHAT', 'CAMSODA', 'TWITCH', 'APP', 'RATE_LIMIT', 'CORS', 'CACHE'];
const names = [
  'USERNAME',
  'TOKEN',
  'EVENTS_URL',
  'API_KEY',
  'BROADCASTER',
  'BROADCASTER_ID',
  'BROADCASTER_LOGIN',
  'CLIENT_ID',
  'CLIENT_SECRET',
  'BASE_URL',
  'API_URL',
  'AUTH_URL',
  'POLL_INTERVAL',
  'ENABLED',
  'PORT',
  'HOST',
  'REQUESTS_PER_SECOND',
  'PER_TOKEN',
  'TOKEN_FOR_USERS',
  'ORIGINS',
  'MEGABYTES',
];
const canary = 'not-a-secret-canary';

const value = fc.oneof(
  text(),
  fc.constantFrom(
    canary,
    'true',
    'false',
    'TRUE',
    '5',
    '0',
    '0.05',
    '-1',
    '1e9',
    '127.0.0.1',
    'http://127.0.0.1:1/events',
    'https://events.example.com/{broadcaster}',
    `https://user:${canary}@events.example.com/`,
    'https://events.example.org',
    '*',
    'https://a.example,https://b.example',
  ),
  fc.constantFrom(undefined, 5, null, {}),
);
const env = fc
  .array(fc.tuple(fc.constantFrom(...platforms), fc.constantFrom(...names), value), { maxLength: 10 })
  .map((pairs) => Object.fromEntries(pairs.map(([platform, name, said]) => [`${platform}_${name}`, said])));

it('any environment makes clients, or CONFIG that names a variable and shows no value', async () => {
  await fc.assert(
    fc.asyncProperty(env, async (variables) => {
      for (const make of [
        () => clientsFromEnv(variables, { logger: false }),
        () => tipsFromEnv(variables, { logger: false }),
        () => void rateOf(settingsOf(variables).rate),
      ]) {
        try {
          await make()?.close();
        } catch (error) {
          expect(error).toSatisfy((thrown: unknown) => isTipstreamError(thrown, 'CONFIG'));
          expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(canary);
        }
      }
    }),
    tries(400),
  );
});
