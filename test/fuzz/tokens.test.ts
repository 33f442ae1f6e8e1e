import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../src/adapters/twitch-proxy/visit.ts';
import { createTikTok } from '../../src/tiktok/index.ts';
import { createTipping } from '../../src/tipping/index.ts';
import { sessionOf } from '../../src/tipping/tokens.ts';
import { appToken, createTwitch, createTwitchProxyClient, userToken } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { isPlain, json, orOurs, text, tries } from './setting.ts';

const odd = fc.oneof(
  json(),
  text(),
  fc.double(),
  fc.constantFrom(undefined, -1, 0, Number.POSITIVE_INFINITY, Number.MAX_VALUE),
);

/** A token that says something of itself, true or not. */
const jwt = fc.oneof(
  text(),
  json(['exp', 'iat']).map((claims) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`),
  fc
    .record({ exp: odd, iat: odd })
    .map((claims) => `h.${Buffer.from(JSON.stringify(claims) ?? '').toString('base64url')}.s`),
);

const said = fc.record({
  access_token: fc.oneof(jwt, odd),
  refresh_token: odd,
  expires_in: odd,
  token_type: odd,
  scope: odd,
  scopes: odd,
  user: odd,
  client_id: odd,
  login: odd,
  user_id: odd,
  session_id: odd,
});

const canary = 'not-a-secret-password';

describe('whatever comes in the place of tokens', () => {
  it('TP-5 is a session whose end is a time that can be written down', () => {
    fc.assert(
      fc.property(jwt, odd, odd, (access_token, refresh_token, expires_in) => {
        const session = sessionOf(
          { access_token, refresh_token: refresh_token as never, expires_in: expires_in as never },
          1e12,
          'one',
          'before',
        );
        expect(session.renewAt <= session.expiresAt && session.expiresAt >= 1e12 && session.expiresAt < 8.64e15).toBe(
          true,
        );
        expect(typeof session.refresh).toBe('string');
      }),
      tries(1500),
    );
  });

  it('signs somebody in, or fails with an error of ours that shows neither password nor token', async () => {
    await fc.assert(
      fc.asyncProperty(said, fc.constantFrom(200, 201, 400, 401), async (answer, status) => {
        const fetch = async () => new Response(JSON.stringify({ ...answer, echo: canary }), { status });
        const common = { logger: false, retry: 0, clock: testClock(), fetch, baseUrl: 'http://127.0.0.1:1' } as const;
        const errors: unknown[] = [];
        const attempt = (run: () => Promise<unknown>): Promise<unknown> =>
          orOurs(() =>
            run().catch((error: unknown) => {
              errors.push(JSON.stringify(error), String((error as Error).stack));
              throw error;
            }),
          );
        const tipping = createTipping(common);
        await attempt(() => tipping.auth.login({ email: 'ada@example.com', password: canary }));
        await attempt(() => tipping.auth.refresh({ refreshToken: canary }));
        await attempt(() => tipping.wallet.balance());
        await tipping.close();
        const tiktok = createTikTok({ ...common, login: { username: 'ada', password: canary } });
        await attempt(() => tiktok.live.sessions());
        await tiktok.close();
        for (const auth of [appToken({ clientSecret: canary }), userToken({ refreshToken: canary })]) {
          const twitch = createTwitch({ ...common, clientId: 'yourclientid', auth });
          await attempt(() => twitch.users({ ids: ['1'] }));
          await attempt(() => twitch.verify());
          await twitch.close();
        }
        expect(errors.join('\n')).not.toContain(canary);
      }),
      tries(30),
    );
  });

  it('a function that gives anything for a token is used, or AUTH', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, fc.anything()), fc.boolean(), async (token, throws) => {
        const client = createTwitchProxyClient({
          baseUrl: 'http://127.0.0.1:1',
          logger: false,
          retry: 0,
          fetch: async () => new Response('{"data":[]}'),
          token: () => {
            if (throws) throw token;
            return token as never;
          },
        });
        const got = await orOurs(() => client.users({ ids: ['1'] }));
        expect(isPlain(got)).toBe(true);
        await client.close();
      }),
      tries(150),
    );
  });

  it('of an Authorization header is a token of harmless characters, or none', () => {
    fc.assert(
      fc.property(text(), fc.constantFrom('', 'Bearer ', 'bearer  '), (token, kind) => {
        expect(tokenOf(kind + token) ?? 'x').toMatch(/^[\w.~+/=-]+$/);
      }),
      tries(500),
    );
  });
});
