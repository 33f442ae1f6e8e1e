import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import Keyv from 'keyv';
import { describe, expect, it } from 'vitest';
import { stamp } from '../../../src/adapters/twitch-proxy/lines.ts';
import { settle, testClock } from '../../support/clock.ts';
import { pathOf } from '../../support/engines.ts';
import { json, startServer } from '../../support/server.ts';
import { root } from '../../support/source.ts';
import { personal, proxied, token } from './helix.ts';

describe('the log', () => {
  it('TW-22 has a line for every request, every look into the cache and every failure of Twitch, as they are known', async () => {
    const clock = testClock();
    const { ask, lines } = await proxied(
      (arrival) =>
        arrival.nth < 3
          ? personal(arrival, undefined as never)
          : json({ error: 'Too Many Requests', status: 429, message: 'slow' }, 429),
      { clock, retry: 0, from: () => '10.0.0.7:51234' },
    );
    await ask('/users?id=1');
    await ask('/users?id=1');
    await ask('/chatters?broadcaster_id=1&moderator_id=2');
    await ask('/users?id=2');
    await ask('/healthz');
    const at = stamp(clock.now());
    expect(at).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    expect(lines).toEqual(
      [
        'cache MISS /users',
        'GET /users from 10.0.0.7:51234 in 0ms',
        'cache HIT /users',
        'GET /users from 10.0.0.7:51234 in 0ms',
        'GET /chatters from 10.0.0.7:51234 in 0ms',
        'cache MISS /users',
        'twitch API error: 429 Too Many Requests - {"error":"Too Many Requests","status":429,"message":"slow"}',
        'GET /users from 10.0.0.7:51234 in 0ms',
        'GET /healthz from 10.0.0.7:51234 in 0ms',
      ].map((line) => `${at} ${line}`),
    );
  });

  it('holds no token, no name that was asked for, and no line that somebody else wrote', async () => {
    const { ask, lines } = await proxied(
      () => ({ status: 500, body: `bad ${token}\n2026/01/01 00:00:00 GET /users` }),
      { retry: 0 },
    );
    await ask('/users?login=somebody&id=12345');
    await ask('/metrics%0a2026/01/01');
    await ask('/users?id=1', { token: 'not a token\u00a0' });
    expect(lines.join('\n')).not.toMatch(/not-a-secret|somebody|12345/);
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
  });

  it('that throws disturbs no request', async () => {
    const { ask } = await proxied(undefined, {
      logger: {
        info: () => {
          throw new Error('full');
        },
      },
    });
    expect((await ask('/users?id=1')).status).toBe(200);
  });
});

describe('pages', () => {
  const origin = 'https://overlay.example.com';

  it('of the origins that are named may ask and read; X-Cache and the rate limit are exposed', async () => {
    const { ask, helix } = await proxied(undefined, { cors: { origins: [origin] } });
    const before = await ask('/users?id=1', {
      method: 'OPTIONS',
      token: null,
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(before.status).toBe(204);
    expect(Object.fromEntries(before.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'Authorization',
    });
    expect(helix.arrivals).toHaveLength(0);
    for (const cache of ['MISS', 'HIT']) {
      const answer = await ask('/users?id=1', { headers: { origin } });
      expect(answer.headers.get('x-cache')).toBe(cache);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')).toBe(
        'X-Cache, Ratelimit-Limit, Ratelimit-Remaining, Ratelimit-Reset, Retry-After',
      );
      expect(answer.headers.get('vary')).toContain('Origin');
    }
    expect((await ask('/users', { token: null, headers: { origin } })).headers.get('access-control-allow-origin')).toBe(
      origin,
    );
  });

  it('of other origins may not, and of none without the option', async () => {
    const { ask } = await proxied(undefined, { cors: { origins: [origin] } });
    for (const other of ['https://overlay.example.com.evil.example', 'http://overlay.example.com', 'null']) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await ask('/users?id=1', { method, headers: { origin: other } });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('vary')).toContain('Origin');
      }
    }
    const closed = await proxied();
    expect(
      (await closed.ask('/users?id=1', { headers: { origin } })).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const open = await proxied(undefined, { cors: { origins: '*' } });
    expect((await open.ask('/users?id=1', { headers: { origin } })).headers.get('access-control-allow-origin')).toBe(
      '*',
    );
  });
});

describe('metrics', () => {
  it('TW-20 count requests, times, hits and what Twitch answered, as Prometheus reads them', async () => {
    const clock = testClock();
    const { ask, lines } = await proxied(
      (arrival) => (arrival.nth === 1 ? { status: 503 } : personal(arrival, undefined as never)),
      { clock, rate: undefined },
    );
    const first = ask('/users?id=1');
    while (!lines.some((line) => line.includes('error: 503'))) await settle(1);
    await clock.advance(0);
    await first;
    await ask('/users?id=1');
    await ask('/users?id=1');
    await ask('/users?foo=1');
    await ask('/nowhere', { token: null });
    const answer = await ask('/metrics', { token: null });
    const text = await answer.text();
    for (const line of [
      '# TYPE twitch_proxy_requests_total counter',
      'twitch_proxy_requests_total{route="users",status="200"} 3',
      'twitch_proxy_requests_total{route="users",status="400"} 1',
      'twitch_proxy_requests_total{route="other",status="404"} 1',
      '# TYPE twitch_proxy_request_duration_seconds histogram',
      'twitch_proxy_request_duration_seconds_bucket{route="users",le="+Inf"} 4',
      'twitch_proxy_request_duration_seconds_count{route="users"} 4',
      'twitch_proxy_cache_requests_total{route="users",result="hit"} 2',
      'twitch_proxy_cache_requests_total{route="users",result="miss"} 1',
      'twitch_proxy_cache_hit_ratio{route="users"} 0.6667',
      'twitch_proxy_upstream_requests_total{status="503"} 1',
      'twitch_proxy_upstream_requests_total{status="200"} 1',
      'twitch_proxy_upstream_retries_total 1',
      'twitch_proxy_waiting_requests 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(
      text
        .split('\n')
        .filter((line) => line && !/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? [\d.]+)$/.test(line)),
    ).toEqual([]);
    const below = [...text.matchAll(/_bucket\{route="users",le="([^"]+)"\} (\d+)/g)].map(([, , count]) =>
      Number(count),
    );
    expect(below).toEqual([...below].sort((a, b) => a - b));
    expect(text).not.toMatch(/not-a-secret/);
  });

  it('are not there with metrics: false', async () => {
    const { ask } = await proxied(undefined, { metrics: false });
    expect((await ask('/metrics')).status).toBe(404);
  });
});

describe('a program that asked', () => {
  it('ends by itself: no timer and no connection holds it', async () => {
    const code = `
      import { twitchProxyHandler } from 'tipstream/twitch-proxy';
      const handler = twitchProxyHandler({ clientId: 'someclient', baseUrl: process.argv[1], logger: false });
      const ask = () => handler(new Request('http://proxy/users?id=1', { headers: { authorization: 'Bearer x' } }));
      const answers = [await ask(), await ask()];
      console.log(answers.map(({ headers }) => headers.get('x-cache')).join());`;
    const helix = await startServer(personal);
    const args = ['--conditions=tipstream-source', '--input-type=module', '--eval', code, helix.url];
    const { stdout } = await promisify(execFile)(pathOf('Node 24'), args, { cwd: root, timeout: 15_000 });
    expect(stdout).toBe('MISS,HIT\n');
  });
});

describe('gzip', () => {
  const long = () => json({ data: [{ id: '1', description: 'x'.repeat(5000) }] });

  it('TW-21 is for whoever takes it and for what is long enough, kept or new', async () => {
    const { ask } = await proxied(long);
    const plain = await (await ask('/users?id=1')).text();
    for (const accept of ['gzip', 'deflate, gzip;q=0.5', '*']) {
      const answer = await ask('/users?id=1', { headers: { 'accept-encoding': accept } });
      expect([answer.headers.get('content-encoding'), answer.headers.get('x-cache')]).toEqual(['gzip', 'HIT']);
      expect(gunzipSync(new Uint8Array(await answer.arrayBuffer())).toString()).toBe(plain);
    }
    const fresh = await ask('/chatters?broadcaster_id=1&moderator_id=2', { headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(new Uint8Array(await fresh.arrayBuffer())).toString()).toBe(plain);
    for (const accept of ['br', 'gzip;q=0', 'identity, gzip; q=0.0', 'xgzip', '']) {
      const answer = await ask('/users?id=1', { headers: { 'accept-encoding': accept } });
      expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual([null, plain]);
    }
  });

  it('is not for what is short, nor with gzip: false', async () => {
    const short = await proxied();
    const off = await proxied(long, { gzip: false });
    for (const { ask } of [short, off])
      for (let turn = 0; turn < 2; turn += 1)
        expect(
          (await ask('/users?id=1', { headers: { 'accept-encoding': 'gzip' } })).headers.get('content-encoding'),
        ).toBeNull();
  });
});

describe('a shared cache', () => {
  it('is any Keyv: what one proxy asked the other has, its keys hold no token, and another token has nothing of it', async () => {
    const map = new Map<string, string>();
    const store = () => new Keyv({ store: map });
    const [one, two] = [await proxied(undefined, { cache: store() }), await proxied(undefined, { cache: store() })];
    const place = { baseUrl: `${one.helix.url}/helix` };
    const other = await proxied(undefined, { cache: store(), ...place });
    const first = await (await one.ask('/users?id=1')).text();
    const hit = await other.ask('/users?id=1');
    expect([hit.headers.get('x-cache'), await hit.text()]).toEqual(['HIT', first]);
    expect((await other.ask('/users?id=1', { token: `${token}-2` })).headers.get('x-cache')).toBe('MISS');
    expect((await two.ask('/users?id=1')).headers.get('x-cache')).toBe('MISS');
    expect([...map.keys()].join()).toMatch(/[0-9a-f]{64}/);
    expect(JSON.stringify([...map])).not.toContain(token);
  });

  it('keeps as long as the memory does', async () => {
    const clock = testClock();
    const kept = new Map<string, unknown>();
    const times: unknown[] = [];
    const cache = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown, ttl?: number) => {
        times.push(ttl);
        kept.set(key, value);
      },
      delete: (key: string) => kept.delete(key),
    };
    const { ask } = await proxied(undefined, { cache, clock });
    await ask('/users?id=1');
    await ask('/moderated-channels?user_id=1');
    expect(times).toEqual([300_000, 60_000]);
    await clock.advance(299_999);
    expect((await ask('/users?id=1')).headers.get('x-cache')).toBe('HIT');
    await clock.advance(1);
    expect((await ask('/users?id=1')).headers.get('x-cache')).toBe('MISS');
  });

  it('that says nothing for a second is passed over', async () => {
    const clock = testClock();
    const silent = () => new Promise(() => {});
    const { ask, helix } = await proxied(undefined, { clock, cache: { get: silent, set: silent, delete: silent } });
    const answer = ask('/users?id=1');
    /** The store alone is waited for. */
    const held = async () => {
      while (clock.pending !== 1) await settle(1);
    };
    await held();
    await clock.advance(999);
    expect(helix.arrivals).toHaveLength(0);
    await clock.advance(1);
    await helix.arrived(1);
    await held();
    await clock.advance(1000);
    expect((await answer).status).toBe(200);
  });

  it.each([
    ['fails', () => Promise.reject(new Error(`redis://:${token}@host is down`))],
    ['holds something else', () => ({ v: 1, body: 7, until: Number.POSITIVE_INFINITY })],
    ['holds a text', () => 'strange'],
    ['holds what is over', () => ({ v: 1, body: '{}', until: 1 })],
  ])('that %s is passed over', async (_what, get) => {
    const { ask, lines } = await proxied(undefined, { cache: { get, set: get, delete: get } });
    const answer = await ask('/users?id=1');
    expect([answer.status, answer.headers.get('x-cache')]).toEqual([200, 'MISS']);
    expect(lines.join()).not.toContain(token);
  });
});
