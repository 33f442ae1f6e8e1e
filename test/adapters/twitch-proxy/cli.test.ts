import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../src/adapters/twitch-proxy/settings.ts';
import { createTwitchProxyClient } from '../../../src/twitch/index.ts';
import { gate, json, startServer } from '../../support/server.ts';
import { needed, runCommand } from './command.ts';
import { personal, token } from './helix.ts';

const bearer = { authorization: `Bearer ${token}` };

describe('the environment', () => {
  it('has the documented defaults', () => {
    const { rate, port, cors, auth } = settingsOf(needed);
    expect({ rate, port, cors, auth }).toEqual({ rate: { perSecond: undefined, per: 'proxy' } });
  });

  it('says what it is told', () => {
    expect(
      settingsOf({
        ...needed,
        APP_PORT: '9000',
        APP_HOST: '127.0.0.1',
        RATE_LIMIT_REQUESTS_PER_SECOND: '2.5',
        RATE_LIMIT_PER_TOKEN: 'true',
        APP_TOKEN_FOR_USERS: 'true',
        CORS_ORIGINS: 'https://a.example, https://b.example',
        CACHE_MEGABYTES: '8',
        TWITCH_API_URL: 'http://127.0.0.1:1/helix',
      }),
    ).toMatchObject({
      clientId: 'someclient',
      port: 9000,
      host: '127.0.0.1',
      rate: { perSecond: 2.5, per: 'token' },
      auth: { kind: 'app' },
      cors: { origins: ['https://a.example', 'https://b.example'] },
      cacheBytes: 8 * 2 ** 20,
      baseUrl: 'http://127.0.0.1:1/helix',
    });
  });

  it.each([
    ['TWITCH_CLIENT_ID', ''],
    ['TWITCH_CLIENT_SECRET', ' '],
    ['APP_PORT', '80a'],
    ['APP_PORT', '65536'],
    ['APP_PORT', '-1'],
    ['RATE_LIMIT_REQUESTS_PER_SECOND', '0'],
    ['RATE_LIMIT_REQUESTS_PER_SECOND', 'ten'],
    ['RATE_LIMIT_PER_TOKEN', 'yes'],
    ['APP_TOKEN_FOR_USERS', '1'],
    ['CACHE_MEGABYTES', '0'],
    ['TWITCH_API_URL', 'api.twitch.tv'],
  ])('with %s=%j is a letter that names the variable and not its value', async (name, value) => {
    const { said } = await Promise.resolve()
      .then(() => settingsOf({ ...needed, [name]: value }))
      .then(
        () => ({ said: undefined }),
        (error) => ({ said: error }),
      );
    expect(said).toMatchObject({ code: 'CONFIG', message: expect.stringContaining(name) });
    if (value.trim().length > 1) expect(said.message).not.toContain(value);
  });
});

describe('tipstream-twitch-proxy', () => {
  it('TW-22 prints the documented line, answers, and logs requests with who sent them', async () => {
    const helix = await startServer(personal);
    const { said, out } = runCommand({ ...needed, TWITCH_API_URL: helix.url, RATE_LIMIT_REQUESTS_PER_SECOND: '10' });
    const port = await said(/listening on :(\d+)/);
    expect(out()).toMatch(
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d twitch-api listening on :\d+ \(rate: 10 req\/s, burst: 20\)\n$/,
    );
    const url = `http://127.0.0.1:${port}`;
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
    for (const cache of ['MISS', 'HIT', 'HIT'])
      expect((await fetch(`${url}/users?id=1`, { headers: bearer })).headers.get('x-cache')).toBe(cache);
    const head = await fetch(`${url}/users?id=1`, { method: 'HEAD', headers: bearer });
    expect([head.headers.get('x-cache'), Number(head.headers.get('content-length')) > 50, await head.text()]).toEqual([
      'HIT',
      true,
      '',
    ]);
    expect(
      (await fetch(`${url}/users?id=1`, { headers: { authorization: 'Bearer other' } })).headers.get('x-cache'),
    ).toBe('MISS');
    expect((await fetch(`${url}/users?id=1`, { method: 'POST', headers: bearer, body: 'x' })).status).toBe(405);
    await said(/ POST \/users from /);
    expect(out()).toMatch(/\n\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d GET \/users from 127\.0\.0\.1:\d+ in \d+ms\n/);
    expect(out()).toMatch(/cache MISS \/users\n/);
    expect(out()).toMatch(/cache HIT \/users\n/);
    expect(out()).not.toContain('not-a-secret');
  });

  it('TW-1 is a proxy to the client', async () => {
    const helix = await startServer(({ query }) =>
      json({ data: query.getAll('id').map((id) => ({ id, login: id, display_name: id })) }),
    );
    const { said } = runCommand({ ...needed, TWITCH_API_URL: helix.url });
    const proxy = createTwitchProxyClient({
      baseUrl: `http://127.0.0.1:${await said(/listening on :(\d+)/)}`,
      token,
      logger: false,
    });
    expect(await proxy.health()).toBe(true);
    const ids = Array.from({ length: 250 }, (_, id) => `${id}`);
    expect((await proxy.users({ ids })).items.map(({ id }) => id)).toEqual(ids);
    expect((await proxy.users.withMeta({ ids })).meta.cache).toBe('HIT');
    expect(helix.arrivals).toHaveLength(3);
  });

  it('ends by SIGTERM when what is open is answered, takes nothing new, and exits with 0', async () => {
    const open = gate();
    const helix = await startServer(async (arrival) => {
      await open.opened;
      return personal(arrival, undefined as never);
    });
    const { said, child, ended } = runCommand({ ...needed, TWITCH_API_URL: helix.url });
    const url = `http://127.0.0.1:${await said(/listening on :(\d+)/)}`;
    const answer = fetch(`${url}/users?id=1`, { headers: bearer });
    await helix.arrived(1);
    child.kill('SIGTERM');
    for (;;) {
      const refused = await fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      );
      if (refused) break;
    }
    open.open();
    expect((await answer).status).toBe(200);
    expect(await ended).toBe(0);
  });

  it('without its settings, or with a port that is taken, says what to do and exits with 1', async () => {
    const bare = runCommand({});
    expect(await bare.ended).toBe(1);
    expect(bare.error()).toBe(
      'tipstream-twitch-proxy: environment: TWITCH_CLIENT_ID is missing; it stands in the developer console of Twitch\n\ntipstream-twitch-proxy --help says what there is.\n',
    );
    const taken = await startServer(() => json({}));
    const second = runCommand({ ...needed, APP_HOST: '127.0.0.1', APP_PORT: new URL(taken.url).port });
    expect(await second.ended).toBe(1);
    expect(second.error()).toContain('the port is taken; set APP_PORT to another');
  });

  it('tells what there is with --help', async () => {
    const { ended, out } = runCommand({}, undefined, ['--help']);
    expect(await ended).toBe(0);
    for (const name of [...Object.keys(needed), 'APP_PORT', 'RATE_LIMIT_REQUESTS_PER_SECOND'])
      expect(out()).toContain(name);
  });

  it('keeps its log when nobody reads it, and goes on', async () => {
    const helix = await startServer(personal);
    const { said, child } = runCommand({ ...needed, TWITCH_API_URL: helix.url });
    const url = `http://127.0.0.1:${await said(/listening on :(\d+)/)}`;
    child.stdout.pause();
    for (let turn = 0; turn < 2000; turn += 1)
      await (await fetch(`${url}/users?id=1`, { headers: bearer })).arrayBuffer();
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
    child.stdout.resume();
    await said(/healthz/);
  });
});

describe('raw requests', () => {
  /** Writes bytes and gives back everything that is answered. */
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let said = '';
      socket.on('data', (data) => {
        said += data;
      });
      socket.on('close', () => resolve(said));
      // What is too long is not read to its end.
      socket.on('error', () => resolve(said));
    });

  it('that forge a header, name another host, or bring a body reach nothing but their own answer', async () => {
    const helix = await startServer(personal);
    const { said } = runCommand({ ...needed, TWITCH_API_URL: helix.url });
    const port = Number(await said(/listening on :(\d+)/));
    const end = `\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
    expect(await raw(port, `GET http://elsewhere.example/users?id=1 HTTP/1.1${end}`)).toMatch(/^HTTP\/1.1 404 /);
    expect(await raw(port, `GET /users?id=1%0d%0aX-Evil:%201 HTTP/1.1${end}`)).toMatch(/^HTTP\/1.1 200 /);
    expect(helix.arrivals[0]?.url).toBe('/users?id=1%0D%0AX-Evil%3A+1');
    expect(helix.arrivals[0]?.headers['x-evil']).toBeUndefined();
    expect(await raw(port, `GET /users?id=2 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\u0000b\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400 /,
    );
    expect(
      await raw(
        port,
        `GET /users?id=3 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 5\r\n\r\nhello`,
      ),
    ).toMatch(/^HTTP\/1.1 413 /);
    expect(await raw(port, `GET /${'x'.repeat(9000)} HTTP/1.1${end}`)).toMatch(/^HTTP\/1.1 414 /);
    expect(await raw(port, `GET /${'x'.repeat(90_000)} HTTP/1.1${end}`)).toMatch(/^(HTTP\/1.1 431 |$)/);
    expect(helix.arrivals).toHaveLength(1);
  });

  it('that go while their answer is on its way end the request to Twitch', async () => {
    const helix = await startServer(() => 'silence');
    const { said } = runCommand({ ...needed, TWITCH_API_URL: helix.url });
    const leaving = new AbortController();
    const gone = fetch(`http://127.0.0.1:${await said(/listening on :(\d+)/)}/users?id=1`, {
      headers: bearer,
      signal: leaving.signal,
    });
    await helix.arrived(1);
    leaving.abort();
    await gone.catch(() => {});
    while (!helix.aborted) await new Promise((resolve) => setImmediate(resolve));
    expect(helix.aborted).toBe(1);
  });
});
