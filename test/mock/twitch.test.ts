import { describe, expect, it, onTestFinished } from 'vitest';
import { read } from '../../src/core/reader.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import { createMockServer, type MockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { twitchAuth } from '../../src/twitch/auth-endpoints.ts';
import { twitch } from '../../src/twitch/endpoints.ts';
import { appToken, createTwitch } from '../../src/twitch/index.ts';
import { settle, testClock } from '../support/clock.ts';

const mock = async (options: MockServerOptions = {}): Promise<MockServer> => {
  const server = await createMockServer({ port: 0, seed: 7, strict: true, platforms: ['twitch'], ...options });
  onTestFinished(server.close);
  return server;
};

/** A question to Helix, with a token of mira that may do everything unless told otherwise. */
const helix = async (
  { url, twitch: controls }: MockServer,
  path: string,
  { token = controls.issue({ login: 'mira', scopes }).accessToken, clientId = controls.clientId } = {},
) => {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(clientId && { 'client-id': clientId }) };
  const answer = await fetch(`${url}/twitch/helix${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const scopes = ['moderator:read:chatters', 'user:read:moderated_channels', 'user:read:email'];

describe("the mock's Helix", () => {
  it('answers what the endpoints themselves expect', async () => {
    const server = await mock();
    const { id } = server.twitch.user('mira');
    for (const [endpoint, query] of [
      [twitch.endpoints.users, 'login=mira&login=ada'],
      [twitch.endpoints.chatters, `broadcaster_id=${id}&moderator_id=${id}&first=2`],
      [twitch.endpoints.moderatedChannels, `user_id=${id}`],
    ] as const) {
      const { body } = await helix(server, `${endpoint.path}?${query}`);
      expect(() => read<unknown>(endpoint.response, body)).not.toThrow();
    }
  });

  it('TW-10 tells how many are in a chat in all, and ends a list with an empty pagination', async () => {
    const server = await mock();
    const { id } = server.twitch.user('mira');
    const path = `/chat/chatters?broadcaster_id=${id}&moderator_id=${id}`;
    const { body } = await helix(server, `${path}&first=5`);
    expect(body.data).toHaveLength(5);
    expect(body.total).toBeGreaterThan(5);
    const { body: rest } = await helix(server, `${path}&after=${encodeURIComponent(body.pagination.cursor)}`);
    expect(rest.pagination).toEqual({});
    expect(rest.data.length + 5).toBe(body.total);
  });

  it("gives the token's own user where nobody is named, with the address only where the scope is there", async () => {
    const server = await mock();
    expect((await helix(server, '/users')).body.data).toEqual([
      expect.objectContaining({ login: 'mira', email: 'mira@mail.example' }),
    ]);
    const token = server.twitch.issue({ login: 'mira' }).accessToken;
    expect((await helix(server, '/users', { token })).body.data[0]).not.toHaveProperty('email');
  });

  it('refuses as production does: every 401, 403 and 400 in its own words', async () => {
    const server = await mock();
    const { twitch: controls } = server;
    const { id } = controls.user('mira');
    const ada = controls.issue({ login: 'ada', scopes }).accessToken;
    const other = controls.issue({ login: 'mira', clientId: 'another', scopes }).accessToken;
    const app = controls.issue().accessToken;
    const none = controls.issue({ login: 'mira' }).accessToken;
    const chat = `/chat/chatters?broadcaster_id=${id}&moderator_id=${id}`;
    const cases: [string, { token?: string; clientId?: string }, number, string][] = [
      ['/users?login=mira', { token: '' }, 401, 'OAuth token is missing'],
      ['/users?login=mira', { clientId: '' }, 401, 'Must provide a valid Client-ID or OAuth token'],
      ['/users?login=mira', { token: 'not-a-secret-gone' }, 401, 'Invalid OAuth token'],
      ['/users?login=mira', { token: other }, 401, 'Client ID and OAuth token do not match'],
      ['/users', { token: app }, 400, 'Must provide an ID, Login or OAuth Token'],
      [`/users?${'id=1&'.repeat(101)}`, {}, 400, 'were malformed'],
      ['/chat/chatters?moderator_id=1', {}, 400, 'Missing required parameter "broadcaster_id"'],
      [chat, { token: app }, 401, 'Missing scope: moderator:read:chatters'],
      [chat, { token: none }, 401, 'Missing scope: moderator:read:chatters'],
      [chat, { token: ada }, 401, 'The ID in moderator_id must match the user ID'],
      [
        `/chat/chatters?broadcaster_id=${id}&moderator_id=${controls.user('ada').id}`,
        { token: ada },
        403,
        "is not one of the broadcaster's moderators",
      ],
      [
        `${chat}&first=1001`,
        {},
        400,
        'The parameter "first" was malformed: the value must be less than or equal to 1000',
      ],
      [`${chat}&first=0`, {}, 400, 'greater than or equal to 1'],
      [`${chat}&after=nonsense`, {}, 400, 'invalid cursor'],
      [`${chat}&after=__`, {}, 400, 'invalid cursor'],
      [`${chat}&after=a%3Db`, {}, 400, 'invalid cursor'],
      ['/moderation/channels', {}, 400, 'Missing required parameter "user_id"'],
      [`/moderation/channels?user_id=${id}&first=101`, {}, 400, 'less than or equal to 100'],
    ];
    for (const [path, options, status, words] of cases) {
      const answer = await helix(server, path, options);
      expect([answer.status, answer.body.status], path).toEqual([status, status]);
      expect(answer.body.message).toContain(words);
      expect(answer.body.error).toBeTypeOf('string');
    }
  });

  it('says what is left with every answer, and refuses with 429 when nothing is: a bucket for each token', async () => {
    const clock = testClock();
    const server = await mock({ rateLimits: true, clock });
    const { switches, issue } = server.twitch;
    switches.bucket = { points: 2, perSecond: 1 };
    const [mira, ada] = ['mira', 'ada'].map((login) => issue({ login }).accessToken);
    const left = async (token = ''): Promise<(number | string | null)[]> => {
      const { status, headers } = await helix(server, '/users?login=mira', { token });
      return [status, ...['limit', 'remaining', 'reset'].map((name) => headers.get(`ratelimit-${name}`))];
    };
    const now = clock.now() / 1000;
    expect(await left(mira)).toEqual([200, '2', '1', `${now + 1}`]);
    expect(await left(mira)).toEqual([200, '2', '0', `${now + 2}`]);
    expect(await left(mira)).toEqual([429, '2', '0', `${now + 2}`]);
    expect(await left(ada)).toEqual([200, '2', '1', `${now + 1}`]);
    await clock.advance(1000);
    expect(await left(mira)).toEqual([200, '2', '0', `${now + 3}`]);
    switches.headers = false;
    expect(await left(ada)).toEqual([200, null, null, null]);
  });

  it('without strict any token is good, and may do everything', async () => {
    const server = await mock({ strict: false });
    const client = createTwitch({
      clientId: 'any',
      token: 'any',
      baseUrl: `${server.url}/twitch/helix`,
      logger: false,
    });
    const { id } = server.twitch.user('mira');
    expect((await client.chatters({ broadcasterId: id, moderatorId: id })).total).toBeGreaterThan(5);
    await client.close();
  });

  it('the same seed gives the same people', async () => {
    const people = async (seed: number) => [...(await mock({ seed })).twitch.state.users.values()];
    expect(await people(3)).toEqual(await people(3));
    expect(await people(3)).not.toEqual(await people(4));
  });
});

describe("the mock's id.twitch.tv", () => {
  const form = async ({ url }: MockServer, fields: Record<string, string>) => {
    const answer = await fetch(`${url}/twitch/oauth2/token`, { method: 'POST', body: new URLSearchParams(fields) });
    return { status: answer.status, body: await answer.json() };
  };

  it('gives app tokens, without refresh token and scope, to who knows the secret', async () => {
    const server = await mock();
    const { clientId: client_id, clientSecret: client_secret } = server.twitch;
    const grant_type = 'client_credentials';
    const { body } = await form(server, { client_id, client_secret, grant_type });
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 4_999_199, token_type: 'bearer' });
    expect(() => read<unknown>(twitchAuth.endpoints.appToken.response, body)).not.toThrow();
    expect(await form(server, { client_id, client_secret: 'x', grant_type })).toEqual({
      status: 403,
      body: { status: 403, message: 'invalid client secret' },
    });
    expect(await form(server, { client_id: 'x', client_secret, grant_type })).toEqual({
      status: 400,
      body: { status: 400, message: 'invalid client' },
    });
  });

  it('renews a user token, and uses the refresh token up unless told otherwise', async () => {
    const server = await mock();
    const { clientId: client_id, clientSecret: client_secret, issue, switches } = server.twitch;
    const { refreshToken: refresh_token = '' } = issue({ login: 'mira', scopes });
    const ask = { client_id, client_secret, grant_type: 'refresh_token' };
    const { body } = await form(server, { ...ask, refresh_token });
    expect(body).toMatchObject({ scope: scopes, token_type: 'bearer', expires_in: 14_400 });
    expect(await form(server, { ...ask, client_secret: 'another', refresh_token: body.refresh_token })).toEqual({
      status: 403,
      body: { status: 403, message: 'invalid client secret' },
    });
    expect((await helix(server, '/users', { token: body.access_token })).body.data[0].login).toBe('mira');
    expect(await form(server, { ...ask, refresh_token })).toEqual({
      status: 400,
      body: { status: 400, message: 'Invalid refresh token' },
    });
    switches.rotates = false;
    for (let turn = 0; turn < 2; turn += 1)
      expect((await form(server, { ...ask, refresh_token: body.refresh_token })).status).toBe(200);
  });

  it('validates with OAuth and nothing else', async () => {
    const clock = testClock();
    const server = await mock({ clock });
    const { twitch: controls, url } = server;
    const validate = async (authorization?: string) => {
      const answer = await fetch(`${url}/twitch/oauth2/validate`, { headers: authorization ? { authorization } : {} });
      return answer.json();
    };
    const user = controls.issue({ login: 'mira', scopes: ['bits:read'], seconds: 100 }).accessToken;
    expect(await validate(`OAuth ${user}`)).toEqual({
      client_id: controls.clientId,
      login: 'mira',
      user_id: controls.user('mira').id,
      scopes: ['bits:read'],
      expires_in: 100,
    });
    expect(await validate(`OAuth ${controls.issue().accessToken}`)).toEqual({
      client_id: controls.clientId,
      scopes: [],
      expires_in: 4_999_199,
    });
    expect(await validate(`Bearer ${user}`)).toEqual({ status: 401, message: 'missing authorization token' });
    expect(await validate('OAuth nonsense')).toEqual({ status: 401, message: 'invalid access token' });
    await clock.advance(seconds(100));
    expect(await validate(`OAuth ${user}`)).toEqual({ status: 401, message: 'invalid access token' });
  });

  it('is found by a client whose Helix is here', async () => {
    const server = await mock();
    const { clientId, clientSecret } = server.twitch;
    const baseUrl = server.env.TWITCH_BASE_URL;
    expect(baseUrl).toBe(`${server.url}/twitch/helix`);
    const client = createTwitch({ clientId, auth: appToken({ clientSecret }), baseUrl, logger: false });
    expect((await client.users({ logins: ['mira'] })).items).toHaveLength(1);
    await client.close();
  });
});

describe("the mock's proxy", () => {
  const ask = async (
    { url, twitch: { issue } }: MockServer,
    path: string,
    token = issue({ login: 'mira', scopes }).accessToken,
  ) => {
    const answer = await fetch(`${url}/twitch${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    return { status: answer.status, cache: answer.headers.get('x-cache'), text: await answer.text() };
  };

  it('TW-22 has the four routes; users and moderated channels say MISS, then HIT as long as they are kept', async () => {
    const clock = testClock();
    const server = await mock({ clock });
    const { id } = server.twitch.user('mira');
    expect(await ask(server, '/healthz', '')).toEqual({ status: 200, cache: null, text: 'ok' });
    for (const [path, ttl] of [
      [`/users?id=${id}`, minutes(5)],
      [`/moderated-channels?user_id=${id}`, minutes(1)],
    ] as const) {
      expect((await ask(server, path)).cache).toBe('MISS');
      await clock.advance(ttl - 1);
      expect((await ask(server, path)).cache).toBe('HIT');
      await clock.advance(1);
      expect((await ask(server, path)).cache).toBe('MISS');
    }
    expect(await ask(server, `/chatters?broadcaster_id=${id}&moderator_id=${id}`)).toMatchObject({
      status: 200,
      cache: null,
    });
  });

  it('TW-22 sweeps out what is over, lets requests wait beyond 20 at once, and logs what it does', async () => {
    const clock = testClock();
    const server = await mock({ clock });
    const { proxy, user } = server.twitch;
    const { id } = user('mira');
    const waiting = Array.from({ length: 22 }, () => ask(server, `/chatters?broadcaster_id=${id}&moderator_id=${id}`));
    let done = 0;
    const count = (): void => {
      done += 1;
    };
    for (const one of waiting) one.then(count);
    while (done < 20) await settle();
    await settle(20);
    expect(done).toBe(20);
    await clock.advance(100);
    await clock.advance(100);
    expect((await Promise.all(waiting)).every(({ status }) => status === 200)).toBe(true);
    await clock.advance(seconds(5));
    await ask(server, `/users?id=${id}`);
    await ask(server, `/users?id=${id}`);
    expect(proxy.kept).toBe(1);
    await clock.advance(minutes(5));
    await ask(server, '/moderated-channels?user_id=1', 'not-a-secret-gone');
    expect(proxy.kept).toBe(0);
    const line = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (?:(GET|cache|twitch API error:) (\S+))/;
    const said = proxy.lines.map((text) => line.exec(text)?.slice(1).join(' '));
    expect(said).not.toContain(undefined);
    expect(said).toEqual(
      expect.arrayContaining(['GET /chatters', 'cache MISS', 'cache HIT', 'GET /users', 'twitch API error: 401']),
    );
  });

  it('TW-23 answers 401 without a token, 400 without what is required, and what is chosen', async () => {
    const server = await mock();
    expect(await ask(server, '/users?id=1', '')).toMatchObject({ status: 401 });
    for (const path of ['/chatters?broadcaster_id=1', '/moderated-channels', `/users?${'id=1&'.repeat(101)}`]) {
      const { status, text } = await ask(server, path);
      expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ error: 'Bad Request', status: 400 })]);
    }
    expect(await ask(server, '/users?id=1', 'not-a-secret-gone')).toMatchObject({
      status: 401,
      text: 'twitch API error: 401 Unauthorized\n',
    });
    server.twitch.switches.limiterFails = true;
    expect(await ask(server, '/users?id=2')).toMatchObject({ status: 500, text: 'rate limit context error\n' });
  });
});
