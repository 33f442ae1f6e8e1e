import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../../src/core/limiter.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import { appToken } from '../../../src/twitch/index.ts';
import { settle, testClock } from '../../support/clock.ts';
import { gate, json, type Reply } from '../../support/server.ts';
import { personal, proxied, token } from './helix.ts';

const helixError = (status: number, headers: Reply['headers'] = {}): Reply =>
  json({ error: 'E', status, message: 'because' }, status, headers);

describe('the rate limit', () => {
  it('lets 20 go at once and then 10 a second, whoever asks; nobody gets a 429, everybody waits', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock, rate: undefined });
    const answers = Array.from({ length: 45 }, (_, id) => ask(`/users?id=${id}`, { token: `${token}-${id}` }));
    await helix.arrived(20);
    await settle(10);
    expect(helix.arrivals).toHaveLength(20);
    await clock.advance(99);
    expect(helix.arrivals).toHaveLength(20);
    await clock.advance(1);
    await helix.arrived(21);
    await clock.advance(1000);
    await helix.arrived(31);
    await settle(10);
    expect(helix.arrivals).toHaveLength(31);
    await clock.advance(1400);
    await helix.arrived(45);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('is of each token with per: token', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock, rate: { perSecond: 1, burst: 2, per: 'token' } });
    const answers = ['a', 'b', 'c'].flatMap((one) =>
      [1, 2, 3].map((id) => ask(`/users?id=${id}`, { token: token + one })),
    );
    await helix.arrived(6);
    await settle(10);
    expect(helix.arrivals).toHaveLength(6);
    await clock.advance(1000);
    await helix.arrived(9);
    await Promise.all(answers);
  });

  it('TW-13 whoever would wait longer than the deadline is told at once, in the words that clients know', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock, rate: { perSecond: 1, burst: 1 }, deadline: 2500 });
    // Once its token is known, what comes first waits first.
    await ask('/users?foo=1');
    const answers = [1, 2, 3, 4].map((id) => ask(`/users?id=${id}`));
    const late = await answers[3];
    expect([late?.status, await late?.text(), late?.headers.get('retry-after')]).toEqual([
      503,
      'rate limit context error\n',
      '3',
    ]);
    await clock.advance(1000);
    await helix.arrived(2);
    await clock.advance(1000);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 503]);
  });

  it('does not count what is kept, /healthz and what is refused', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock, rate: { perSecond: 1, burst: 1 } });
    await (await ask('/users?id=1')).arrayBuffer();
    for (let turn = 0; turn < 50; turn += 1) {
      expect((await ask('/users?id=1')).status).toBe(200);
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/users?foo=1')).status).toBe(400);
    }
    expect(helix.arrivals).toHaveLength(1);
  });

  it('one token that Twitch holds back holds back no other', async () => {
    const clock = testClock();
    const { ask } = await proxied(
      (arrival) =>
        arrival.headers.authorization?.endsWith('slow')
          ? helixError(429, {
              date: new Date(clock.now()).toUTCString(),
              'ratelimit-remaining': '0',
              'ratelimit-reset': `${clock.now() / 1000 + 60}`,
            })
          : personal(arrival, undefined as never),
      { clock },
    );
    const slow = await ask('/users?id=1', { token: `${token}-slow` });
    expect([slow.status, slow.headers.get('ratelimit-remaining')]).toEqual([429, '0']);
    expect((await ask('/users?id=1')).status).toBe(200);
  });

  it('a limiter that several proxies share is theirs together', async () => {
    const clock = testClock();
    const limiter = createLimiter({ clock });
    const [one, two] = [
      await proxied(undefined, { clock, limiter, rate: { perSecond: 1, burst: 1 } }),
      await proxied(undefined, { clock, limiter, rate: { perSecond: 1, burst: 1 } }),
    ];
    await one.ask('/users?id=1');
    const second = two.ask('/users?id=1');
    await settle(10);
    expect(two.helix.arrivals).toHaveLength(0);
    await clock.advance(1000);
    expect((await second).status).toBe(200);
  });
});

describe('whoever goes', () => {
  it('while waiting for a turn gives it to the next, and nothing is asked for it', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(undefined, { clock, rate: { perSecond: 1, burst: 1 } });
    await ask('/users?id=1');
    const leaving = new AbortController();
    const gone = ask('/users?id=2', { signal: leaving.signal });
    const next = ask('/users?id=3');
    await settle(10);
    leaving.abort();
    expect((await gone).status).toBe(499);
    await clock.advance(1000);
    expect((await next).status).toBe(200);
    expect(helix.arrivals.map(({ url }) => url)).toEqual(['/helix/users?id=1', '/helix/users?id=3']);
  });

  it('leaves the answer to whoever asked the same; only the last one ends the request', async () => {
    const open = gate();
    const { ask, helix } = await proxied(async (arrival) => {
      await open.opened;
      return personal(arrival, undefined as never);
    });
    const leaving = new AbortController();
    const first = ask('/users?id=1', { signal: leaving.signal });
    await helix.arrived(1);
    const second = ask('/users?id=1');
    await settle(10);
    leaving.abort();
    expect((await first).status).toBe(499);
    expect(helix.aborted).toBe(0);
    open.open();
    expect((await second).status).toBe(200);
    expect(helix.arrivals).toHaveLength(1);

    const alone = new AbortController();
    const silent = await proxied(() => 'silence');
    const last = silent.ask('/users?id=9', { signal: alone.signal });
    await silent.helix.arrived(1);
    alone.abort();
    expect((await last).status).toBe(499);
    for (let turn = 0; silent.helix.aborted === 0 && turn < 1000; turn += 1) await settle(1);
    expect(silent.helix.aborted).toBe(1);
  });
});

describe('a Twitch that fails', () => {
  it.each<[string, Reply | 'reset']>([
    ['502', helixError(502)],
    ['503', helixError(503)],
    ['504', helixError(504)],
    ['reset', 'reset'],
  ])('TW-19 with %s is asked again, three times at most, and then the caller hears it', async (what, reply) => {
    const { ask, helix } = await proxied(({ nth }) => (nth < 3 || nth > 3 ? reply : json({ data: [] })));
    expect((await ask('/users?id=1')).status).toBe(200);
    expect(helix.arrivals).toHaveLength(3);
    const answer = await ask('/users?id=2');
    expect([answer.status, (await answer.json()).status]).toEqual([Number(what) || 502, Number(what) || 502]);
    expect(helix.arrivals).toHaveLength(7);
  });

  it('with a 500 or a 404 is not asked again', async () => {
    const { ask, helix } = await proxied(({ nth }) => helixError(nth === 1 ? 500 : 404));
    expect([(await ask('/users?id=1')).status, (await ask('/users?id=1')).status]).toEqual([500, 404]);
    expect(helix.arrivals).toHaveLength(2);
  });

  it('TW-14 with a 429 that ends soon is waited for; one that ends too late is passed on', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(
      (arrival) =>
        arrival.nth === 2
          ? personal(arrival, undefined as never)
          : helixError(429, { 'retry-after': arrival.nth === 1 ? '2' : '60' }),
      { clock },
    );
    const answer = ask('/users?id=1');
    await helix.arrived(1);
    await settle(10);
    await clock.advance(1999);
    expect(helix.arrivals).toHaveLength(1);
    await clock.advance(1);
    expect((await answer).status).toBe(200);
    const late = await ask('/users?id=2');
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60']);
  });

  it('TW-20 five times in a row is left alone for 30 s; then one request tries', async () => {
    const clock = testClock();
    let well = false;
    const { ask, helix } = await proxied(
      (arrival) => (well ? personal(arrival, undefined as never) : helixError(500)),
      { clock },
    );
    for (const id of [1, 2, 3, 4, 5]) expect((await ask(`/users?id=${id}`)).status).toBe(500);
    const open = await ask('/users?id=6');
    expect([open.status, open.headers.get('retry-after')]).toEqual([503, '30']);
    expect(helix.arrivals).toHaveLength(5);
    well = true;
    await clock.advance(30_000);
    expect((await ask('/users?id=6')).status).toBe(200);
    expect((await ask('/users?id=7')).status).toBe(200);
  });

  it('four hundreds never trip it, and circuit: false has none', async () => {
    const refusing = await proxied(() => helixError(401));
    for (let turn = 0; turn < 9; turn += 1) expect((await refusing.ask('/users?id=1')).status).toBe(401);
    const failing = await proxied(() => helixError(500), { circuit: false });
    for (let turn = 0; turn < 9; turn += 1) expect((await failing.ask('/users?id=1')).status).toBe(500);
  });

  it('and says nothing is a 504 at the deadline; what is not HTTP or too large is a 502', async () => {
    const clock = testClock();
    const silent = await proxied(() => 'silence', { clock, timeout: 1000, retry: 0 });
    const answer = silent.ask('/users?id=1');
    await silent.helix.arrived(1);
    await clock.advance(1000);
    expect([(await answer).status, (await (await answer).json()).status]).toEqual([504, 504]);
    const large = await proxied(() => ({ body: Buffer.alloc(10 * 2 ** 20 + 1, 32) }), { retry: 0 });
    expect((await large.ask('/users?id=1')).status).toBe(502);
    const moved = await proxied(() => ({ status: 302, headers: { location: 'http://elsewhere.example/' } }), {
      retry: 0,
    });
    expect((await moved.ask('/users?id=1')).status).toBe(502);
    await large.helix.close();
    expect((await large.ask('/users?id=2')).status).toBe(502);
  });
});

describe('a token of the app', () => {
  it('answers /users without an Authorization, is made once for everybody, and renewed once it is refused', async () => {
    const server = await createMockServer({ port: 0, platforms: ['twitch'], strict: true });
    const { twitch } = server;
    const { ask } = await proxied(undefined, {
      clientId: twitch.clientId,
      auth: appToken({ clientSecret: twitch.clientSecret }),
      baseUrl: `${server.url}/twitch/helix`,
      authUrl: `${server.url}/twitch/oauth2`,
    });
    const logins = ['mira', 'noor', 'grace'];
    const made = () => server.requests.filter(({ path }) => path.includes('/oauth2/token')).length;
    const answers = await Promise.all(logins.map((login) => ask(`/users?login=${login}`, { token: null })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(made()).toBe(1);
    expect((await ask('/users?login=mira', { token: null })).headers.get('x-cache')).toBe('HIT');
    for (const { accessToken } of twitch.state.tokens.values()) twitch.revoke(accessToken);
    expect((await ask('/users?id=1&login=mira', { token: null })).status).toBe(200);
    expect(made()).toBe(2);
    for (const target of ['/chatters?broadcaster_id=1&moderator_id=2', '/moderated-channels?user_id=1'])
      expect((await ask(target, { token: null })).status).toBe(401);
    await server.close();
  });

  it('that cannot be had is a 502 that names no secret; and without the option a caller without a token is a 401', async () => {
    const { ask, lines } = await proxied(() => json({ status: 403, message: 'invalid client secret' }, 403), {
      auth: appToken({ clientSecret: 'not-a-secret-client' }),
      authUrl: 'http://127.0.0.1:9/oauth2',
      retry: 0,
    });
    const answer = await ask('/users?id=1', { token: null });
    expect(answer.status).toBe(502);
    expect((await answer.text()) + lines.join()).not.toContain('not-a-secret');
    const without = await proxied();
    expect((await without.ask('/users?id=1', { token: null })).status).toBe(401);
  });
});
