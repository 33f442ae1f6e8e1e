import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { json as answer } from '../../src/mock/answer.ts';
import { appToken, createTwitch } from '../../src/twitch/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json } from '../support/server.ts';
import { hostTwitch } from './host.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a token', () => {
  it('TW-7 is a text, a function that looks it up, or a provider, and goes as Bearer beside the client id', async () => {
    const { client, controls, asked } = await hostTwitch();
    const { accessToken } = controls.issue({ login: 'mira' });
    for (const token of [accessToken, () => accessToken, { get: async () => accessToken }])
      await client({ token }).users({ logins: ['mira'] });
    expect(asked()).toHaveLength(3);
    for (const { headers } of asked())
      expect(headers).toMatchObject({ authorization: `Bearer ${accessToken}`, 'client-id': controls.clientId });
  });

  it('TW-12 TW-35 that is refused is renewed once for everybody, and each call is repeated once', async () => {
    const { client, controls, asked } = await hostTwitch();
    const good = controls.issue({ login: 'mira', scopes: ['user:read:moderated_channels'] }).accessToken;
    const refresh = vi.fn(async () => {
      await pause(5);
      return good;
    });
    const twitch = client({ token: { get: () => 'not-a-secret-stale', refresh } });
    const { id } = controls.user('mira');
    const ids = ['1', '2', '3'];
    await Promise.all([...ids.map((one) => twitch.users({ ids: [one] })), twitch.moderatedChannels({ userId: id })]);
    await twitch.users({ ids: ['4'] });
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(asked()).toHaveLength(9);
  });

  it('TW-35 that is refused again fails with AUTH, and is not renewed a third time', async () => {
    const { client, asked } = await hostTwitch();
    let made = 0;
    const refresh = (): string => {
      made += 1;
      return `not-a-secret-${made}`;
    };
    const error = await failure(client({ token: { get: () => 'not-a-secret-0', refresh } }).users({ ids: ['1'] }));
    expect(error).toMatchObject({ code: 'AUTH', status: 401, fatal: true });
    expect(error.message).toMatch(/renew the token.*Invalid OAuth token/);
    expect(made).toBe(1);
    expect(asked()).toHaveLength(2);
  });

  it('TW-35 a 401 without a known word is renewed, too', async () => {
    const { client, controls, asked } = await hostTwitch();
    const good = controls.issue({ login: 'mira' }).accessToken;
    controls.next('/users', answer(401, { error: 'Unauthorized', status: 401, message: 'something new' }));
    const token = { get: () => 'not-a-secret-stale', refresh: () => good };
    expect((await client({ token }).users({ logins: ['mira'] })).items).toHaveLength(1);
    expect(asked()).toHaveLength(2);
  });

  it('TW-12 without a way to renew it, 401 is AUTH and says to renew the token', async () => {
    const { client, asked } = await hostTwitch();
    const error = await failure(client({ token: 'not-a-secret-gone' }).users({ ids: ['1'] }));
    expect(error).toMatchObject({ code: 'AUTH', endpoint: 'users' });
    expect(error.message).toContain('renew the token');
    expect(asked()).toHaveLength(1);
  });

  it('TW-34 a 401 that no new token cures makes none, and says which it is', async () => {
    const { client, controls, asked } = await hostTwitch();
    const refresh = vi.fn(() => 'not-a-secret-new');
    const ofMira = (scopes: string[]) => {
      const { accessToken } = controls.issue({ login: 'mira', scopes });
      return { token: { get: () => accessToken, refresh } };
    };
    const id = controls.user('mira').id;
    const other = controls.issue({ login: 'mira', clientId: 'another' }).accessToken;
    for (const [ask, code, reason, words] of [
      [
        () => client(ofMira([])).moderatedChannels({ userId: id }),
        'PERMISSION',
        'missing_scope',
        'user:read:moderated_channels',
      ],
      [
        () => client(ofMira([])).chatters({ broadcasterId: id, moderatorId: id }),
        'PERMISSION',
        'missing_scope',
        'moderator:read:chatters',
      ],
      [
        () => client(ofMira(['user:read:moderated_channels'])).moderatedChannels({ userId: '1' }),
        'PERMISSION',
        'wrong_user',
        'the token belongs to another user',
      ],
      [
        () => client(ofMira(['moderator:read:chatters'])).chatters({ broadcasterId: id, moderatorId: '1' }),
        'PERMISSION',
        'wrong_user',
        'give the moderator id of its own user',
      ],
      [
        () => client({ token: { get: () => other, refresh } }).users({ ids: [id] }),
        'AUTH',
        'client_id',
        'made for another app',
      ],
    ] as const) {
      const error = await failure(ask());
      expect(error).toMatchObject({ code, status: 401, attempts: 1, problem: { reason } });
      expect(error.message).toContain(words);
    }
    expect(refresh).not.toHaveBeenCalled();
    expect(asked()).toHaveLength(5);
  });

  it('TW-34 a 403 says that the user does not moderate this channel', async () => {
    const { client, controls } = await hostTwitch();
    const { accessToken: token } = controls.issue({ login: 'ada', scopes: ['moderator:read:chatters'] });
    const call = client({ token }).chatters({
      broadcasterId: controls.user('mira').id,
      moderatorId: controls.user('ada').id,
    });
    expect(await failure(call)).toMatchObject({
      code: 'PERMISSION',
      status: 403,
      message: expect.stringContaining('does not moderate this channel'),
    });
  });
});

describe('an app token', () => {
  const auth = appToken({ clientSecret: 'not-a-secret-client' });

  it('TW-44 is asked for with a form, once for everybody, when it is first needed', async () => {
    const { client, asked } = await hostTwitch();
    const twitch = client({ auth });
    await Promise.all(['1', '2', '3', '4', '5'].map((id) => twitch.users({ ids: [id] })));
    const [request, ...more] = asked('/oauth2');
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      url: '/twitch/oauth2/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      client_id: 'mockclientid',
      client_secret: 'not-a-secret-client',
      grant_type: 'client_credentials',
    });
    expect(new Set(asked().map(({ headers }) => headers.authorization)).size).toBe(1);
  });

  it('TW-44 is renewed a minute before it expires, and no sooner', async () => {
    const clock = testClock();
    const { client, asked } = await hostTwitch({ clock });
    const twitch = client({ auth, cache: false });
    await twitch.users({ ids: ['1'] });
    await clock.advance(seconds(4_999_199) - seconds(61));
    await twitch.users({ ids: ['1'] });
    expect(asked('/oauth2')).toHaveLength(1);
    await clock.advance(seconds(1));
    await twitch.users({ ids: ['1'] });
    expect(asked('/oauth2')).toHaveLength(2);
    expect(asked()).toHaveLength(3);
  });

  it('TW-12 TW-44 that was revoked is made anew, once for everybody', async () => {
    const { client, controls, asked } = await hostTwitch();
    const twitch = client({ auth });
    await twitch.users({ ids: ['1'] });
    for (const token of controls.state.tokens.keys()) controls.revoke(token);
    await Promise.all(['2', '3', '4'].map((id) => twitch.users({ ids: [id] })));
    expect(asked('/oauth2')).toHaveLength(2);
  });

  it('TW-33 a wrong secret or client is AUTH with a sentence, remembered for a moment, and not asked again by everybody', async () => {
    const { client, asked } = await hostTwitch();
    const wrong = client({ auth: appToken({ clientSecret: 'not-a-secret-wrong' }) });
    expect(await failure(wrong.users({ ids: ['1'] }))).toMatchObject({
      code: 'AUTH',
      status: 403,
      endpoint: 'appToken',
      message: expect.stringContaining('the client secret is refused'),
    });
    expect(await failure(client({ auth, clientId: 'nobody' }).users({ ids: ['1'] }))).toMatchObject({
      code: 'AUTH',
      message: expect.stringContaining('clientId is wrong'),
    });
    expect(asked()).toHaveLength(0);
  });

  it('TW-19 TW-44 is asked for again after a lost connection and a 503', async () => {
    let broken = 2;
    const { client, asked } = await hostTwitch({}, ({ path }) => {
      if (!path.endsWith('/token') || !broken) return undefined;
      broken -= 1;
      return broken ? 'reset' : json({ status: 503, message: 'later' }, 503);
    });
    expect((await client({ auth }).users({ logins: ['mira'] })).items).toHaveLength(1);
    expect(asked('/oauth2')).toHaveLength(3);
  });

  it('whoever leaves does not take the token from the others, and the deadline of a call covers it', async () => {
    const clock = testClock();
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { client, server, asked } = await hostTwitch({ clock });
    const held = client({
      auth,
      fetch: async (request, init) => {
        if (request.url.endsWith('/token')) await opened;
        return fetch(request, init);
      },
    });
    const controller = new AbortController();
    const leaving = failure(held.users({ ids: ['1'] }, { signal: controller.signal }));
    const short = failure(held.users({ ids: ['2'] }, { deadline: 5000 }));
    const staying = held.users({ logins: ['mira'] });
    await settle(20);
    controller.abort();
    expect((await leaving).code).toBe('ABORTED');
    await clock.advance(5000);
    expect((await short).code).toBe('TIMEOUT');
    open();
    expect((await staying).items).toHaveLength(1);
    expect(asked('/oauth2')).toHaveLength(1);
    expect(server.arrivals).toHaveLength(2);
  });

  it('TW-44 in a page is CONFIG, and so is no secret', () => {
    expect(() => appToken({ clientSecret: '' })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    vi.stubGlobal('document', {});
    try {
      expect(() => appToken({ clientSecret: 'not-a-secret-client' })).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(/^twitch: .*page.*server/) }),
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('XS-8 secret and token are in no error, log or telemetry', async () => {
    const told: unknown[] = [];
    const write = (line: string): void => void told.push(line);
    const logger = { debug: write, info: write, warn: write, error: write, body: (text: string) => text };
    for (const [path, status] of [
      ['/token', 500],
      ['/token', 403],
      ['/users', 500],
      ['/users', 401],
    ] as const) {
      const { client } = await hostTwitch({}, (arrival) =>
        arrival.path.endsWith(path)
          ? json({ status, message: `no ${arrival.body} ${arrival.headers.authorization ?? ''}` }, status)
          : undefined,
      );
      const twitch = client({ auth, logger, retry: 0, telemetry: (event) => void told.push(event) });
      const error = await failure(twitch.users({ ids: ['1'] }));
      told.push(error.stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true }));
    }
    expect(inspect(told, { depth: 9 })).not.toMatch(/not-a-secret/);
  });
});

describe('createTwitch', () => {
  it.each([
    ['no client id', { token: 'x' }, 'clientId is missing'],
    ['no token', { clientId: 'x' }, 'either token or auth'],
    ['both', { clientId: 'x', token: 'y', auth: appToken({ clientSecret: 'z' }) }, 'either token or auth'],
    ['a token of chat', { clientId: 'x', token: 'oauth:abc' }, 'only what follows "oauth:"'],
    ['a token that is a number', { clientId: 'x', token: 7 }, 'no text, function or provider'],
    ['a timeout in seconds', { clientId: 'x', token: 'y', timeout: 5 }, 'seconds(5)'],
    ['a rate of nothing', { clientId: 'x', token: 'y', rate: { limit: 0 } }, 'more than 0'],
    ['no https', { clientId: 'x', token: 'y', baseUrl: 'http://helix.invalid.test/helix' }, 'https'],
  ])('with %s is CONFIG, with a sentence', (_what, options, words) => {
    expect(() => createTwitch(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(words) }),
    );
  });

  it('close ends calls, their tokens and everything that waits', async () => {
    const clock = testClock();
    const { client, server } = await hostTwitch({ clock }, () => 'silence');
    const twitch = client({ auth: appToken({ clientSecret: 'not-a-secret-client' }) });
    const calls = [failure(twitch.users({ ids: ['1'] })), failure(twitch.verify())];
    await server.arrived(1);
    await twitch.close();
    for (const call of calls) expect((await call).code).toBe('ABORTED');
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('a copy of Helix never gets the credentials of the original to carry: tokens are made beside it', async () => {
    const urls: string[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      urls.push(request.url);
      return Response.json(request.url.endsWith('/token') ? { access_token: 'not-a-secret-app' } : { data: [] });
    };
    const auth = appToken({ clientSecret: 'not-a-secret-client' });
    for (const baseUrl of [
      undefined,
      'https://api.twitch.tv/helix/',
      'https://copy.example/api/helix/',
      'https://copy.example',
      'https://copy.example/mock',
    ])
      await createTwitch({ clientId: 'x', auth, baseUrl, fetch, logger: false }).users({ ids: ['1'] });
    expect(urls.filter((url) => url.endsWith('/token'))).toEqual([
      'https://id.twitch.tv/oauth2/token',
      'https://id.twitch.tv/oauth2/token',
      'https://copy.example/api/oauth2/token',
      'https://copy.example/oauth2/token',
      'https://copy.example/mock/oauth2/token',
    ]);
    const other = createTwitch({ clientId: 'x', auth, authUrl: 'https://id.example/auth', fetch, logger: false });
    await other.users({ ids: ['1'] });
    expect(urls.at(-2)).toBe('https://id.example/auth/token');
  });
});

describe('verify', () => {
  it('TW-45 asks with OAuth and no client id, and says whose token it is', async () => {
    const { client, asked } = await hostTwitch();
    const { ok, message } = await client().verify();
    expect({ ok, message }).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^twitch: the token of mira works/),
    });
    const [request] = asked('/validate');
    expect(request?.headers.authorization).toMatch(/^OAuth not-a-secret-/);
  });

  it('TW-45 says in a sentence which scope is missing, and for what', async () => {
    const { client, controls } = await hostTwitch();
    const nothing = controls.issue({ login: 'mira' }).accessToken;
    expect(await client({ token: nothing }).verify()).toEqual({
      ok: false,
      message:
        'twitch: the token of mira is not enough; it lacks moderator:read:chatters (for chatters), user:read:moderated_channels (for moderatedChannels), bits:read (for bits), channel:read:subscriptions (for subscriptions and gifts)',
    });
    const token = controls.issue({ login: 'mira', scopes: ['moderator:read:chatters'] }).accessToken;
    const { ok, message } = await client({ token }).verify();
    expect(ok).toBe(true);
    expect(message).toMatch(
      /^twitch: the token of mira works; it lacks user:read:moderated_channels \(for moderatedChannels\)/,
    );
    expect(message).not.toContain('moderator:read:chatters');
    expect(await client({ token }).verify({ scopes: ['moderator:read:chatters'] })).toEqual({
      ok: true,
      message: 'twitch: the token of mira works',
    });
    expect(await client({ token }).verify({ scopes: ['moderator:read:chatters', 'moderation:read'] })).toMatchObject({
      ok: false,
      message: expect.stringContaining('it lacks moderation:read'),
    });
  });

  it('TW-45 says so of a token that is no more, of one of another app, and of an app token', async () => {
    const { client, controls } = await hostTwitch();
    expect(await client({ token: 'not-a-secret-gone' }).verify()).toMatchObject({
      ok: false,
      message: expect.stringContaining('renew the token'),
    });
    const token = controls.issue({ login: 'mira', clientId: 'another' }).accessToken;
    expect(await client({ token }).verify()).toMatchObject({
      ok: false,
      message: expect.stringContaining('another app'),
    });
    const auth = appToken({ clientSecret: controls.clientSecret });
    expect(await client({ auth }).verify()).toEqual({
      ok: true,
      message: 'twitch: the app token works for users(), everything else needs the token of a user',
    });
    expect(await client({ auth }).verify({ scopes: ['bits:read'] })).toMatchObject({ ok: false });
    const wrong = client({ auth: appToken({ clientSecret: 'not-a-secret-wrong' }) });
    expect(await wrong.verify()).toMatchObject({ ok: false, message: expect.stringContaining('client secret') });
  });

  it('throws what says nothing about the credential', async () => {
    const { client } = await hostTwitch({}, () => 'reset');
    expect(await failure(client({ retry: 0 }).verify())).toMatchObject({ code: 'NETWORK' });
  });
});
