import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anilibria } from '../../src/anilibria/endpoints.ts';
import { camsoda } from '../../src/camsoda/endpoints.ts';
import { chaturbate } from '../../src/chaturbate/endpoints.ts';
import { openWith } from '../../src/core/connection.ts';
import { listEndpoints, type Platform } from '../../src/core/endpoint.ts';
import { createPace } from '../../src/core/pace.ts';
import { createTokens } from '../../src/core/tokens.ts';
import { stripchat } from '../../src/stripchat/endpoints.ts';
import { tiktok } from '../../src/tiktok/endpoints.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import { twitchAuth } from '../../src/twitch/auth-endpoints.ts';
import { twitch } from '../../src/twitch/endpoints.ts';
import { twitchProxy } from '../../src/twitch/proxy-endpoints.ts';
import { body, isPlain, orOurs, text, tries } from './setting.ts';

const platforms: readonly Platform<object>[] = [
  chaturbate,
  stripchat,
  camsoda,
  twitch,
  twitchAuth,
  twitchProxy,
  tiktok,
  anilibria,
  tipping,
];

/** Every name that an answer may have, read from a list of what the seven say. */
const fields = [
  'events',
  'nextUrl',
  'items',
  'results',
  'pagination',
  'cursor',
  'total',
  'page',
  'pages',
  'limit',
  'meta',
  'has_more',
  'next_cursor',
  'names',
  'ru',
  'episodes',
  'player',
  'access_token',
  'refresh_token',
  'expires_in',
  'scopes',
  'user',
  'username',
  'login',
  'status',
  'session_id',
  'active_sessions',
  'token_balance',
  'tips',
  'tokens',
  'stream',
  'sfu',
  'ice_servers',
];

const secret = 'not-a-secret-token';
const headerName = fc.constantFrom(
  'x-request-id',
  'retry-after',
  'ratelimit-remaining',
  'x-ratelimit-reset',
  'date',
  'content-type',
  'location',
  'link',
  'deprecation',
);
const headers = fc.array(fc.tuple(headerName, fc.oneof(text(), fc.constant(secret))), { maxLength: 4 }).map((pairs) => {
  const made = new Headers();
  for (const [name, said] of pairs) {
    try {
      made.set(name, said);
    } catch {
      // No server can send it.
    }
  }
  return made;
});
const status = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.constantFrom(201, 304, 302, 400, 401, 403, 404, 422, 429, 500, 502, 503) },
);

describe.each(
  platforms.map(
    (platform) =>
      [platform.name === 'twitch' && platform === twitchAuth ? 'id.twitch.tv' : platform.name, platform] as const,
  ),
)('%s', (_, platform) => {
  const endpoints = listEndpoints(platform.endpoints);

  it('every call answers any answer with a plain value, or fails with a TipstreamError that shows no credential', async () => {
    const answer = { status: 200, headers: new Headers(), text: '' };
    const connection = openWith(
      { ...platform, strictHttps: false },
      {
        baseUrl: 'http://127.0.0.1:1',
        logger: false,
        limiter: false,
        fetch: async () => {
          const empty = answer.status === 304;
          return new Response(empty ? null : answer.text, { status: answer.status, headers: answer.headers });
        },
      },
      { credential: secret },
      { makeTokens: createTokens, makeLimiter: createPace },
    );
    onTestFinished(connection.close);
    expect(endpoints.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...endpoints),
        status,
        headers,
        fc.oneof(
          body(fields),
          body(fields).map((said) => said.replaceAll('x', secret)),
        ),
        async (endpoint, code, said, words) => {
          Object.assign(answer, { status: code, headers: said, text: words });
          // What is asked is no matter here.
          const bare = { ...endpoint, path: '/asked', params: undefined, query: undefined, body: undefined };
          let failure: unknown;
          const got = await orOurs(() =>
            connection.send(bare, undefined as never).catch((error: unknown) => {
              failure = error;
              throw error;
            }),
          );
          if (got) expect(isPlain(got.data)).toBe(true);
          else
            expect(
              `${JSON.stringify(failure)} ${String((failure as Error).stack)} ${JSON.stringify(Reflect.get(Object(Reflect.get(Object(failure), 'problem')), 'details') ?? '')}`,
            ).not.toContain(secret);
        },
      ),
      tries(150),
    );
  });
});
