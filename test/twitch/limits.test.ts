import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/core/limiter.ts';
import { seconds } from '../../src/core/time.ts';
import { appToken } from '../../src/twitch/index.ts';
import { settle, type TestClock, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { until } from '../support/polled.ts';
import { type Arrival, json, type Reply } from '../support/server.ts';
import { type Hosted, hostTwitch } from './host.ts';

const auth = appToken({ clientSecret: 'not-a-secret-client' });
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`);
const idsOf = (arrivals: readonly Arrival[]): (string | null)[] => arrivals.map(({ query }) => query.get('id'));
const limited = { error: 'Too Many Requests', status: 429, message: 'Request limit exceeded' };

/** Lets time go on, in steps and whenever `quiet`, until everything is answered. */
async function finish<T>(clock: TestClock, calls: Promise<T>[], step = 50, quiet = () => true): Promise<T[]> {
  let open = true;
  const all = Promise.all(calls).finally(() => {
    open = false;
  });
  all.catch(() => {});
  for (let steps = 0; open && steps < 5000; steps += 1) {
    await settle(8);
    await until(quiet);
    if (open) await clock.advance(step);
  }
  return all;
}

/** Counts what a client sends and is refused. */
function watched(client: ReturnType<Hosted['client']>) {
  const seen = { underWay: 0, refused: 0 };
  client.on('request', () => {
    seen.underWay += 1;
  });
  client.on('response', ({ status, code }) => {
    seen.underWay -= 1;
    if (status === 429 || code === 'RATE_LIMITED') seen.refused += 1;
  });
  return seen;
}

describe('200 users calls at once against 10 a second with bursts of 20', () => {
  it.each([
    ['with rate headers', true],
    ['without any rate header', false],
  ])(
    'TW-16 TW-41 TW-44 get no 429, arrive in order and share one app token, %s',
    async (_how, headers) => {
      const clock = testClock();
      const twitch = await hostTwitch({ clock });
      Object.assign(twitch.controls.switches, { bucket: { points: 20, perSecond: 10 }, headers });
      const sent: (string | null)[] = [];
      const client = twitch.client({
        auth,
        fetch(request, init) {
          const { searchParams } = new URL(request.url);
          if (searchParams.has('id')) sent.push(searchParams.get('id'));
          return fetch(request, init);
        },
      });
      const seen = watched(client);
      const began = clock.now();
      const calls = ids(200).map((id) => client.users({ ids: [id] }));
      await until(() => twitch.asked().length > 0);
      await finish(clock, calls, 50, () => seen.underWay === 0);
      expect(seen.refused).toBe(0);
      expect(sent).toEqual(ids(200));
      // Each of the first 20 has a connection of its own, and the network promises nothing about their order.
      const arrived = idsOf(twitch.asked());
      expect(arrived.slice(0, 20).sort()).toEqual(ids(20).sort());
      expect(arrived.slice(20)).toEqual(ids(200).slice(20));
      expect(twitch.asked('/oauth2')).toHaveLength(1);
      // 20 at once and 180 at 10 a second.
      expect(clock.now() - began).toBeGreaterThanOrEqual(seconds(18));
      expect(clock.now() - began).toBeLessThan(seconds(20));
    },
    30_000,
  );

  it.each([true, false])(
    'TW-41 TW-44 in real time, 20 times as fast, rate headers: %s',
    async (headers) => {
      const twitch = await hostTwitch();
      Object.assign(twitch.controls.switches, { bucket: { points: 20, perSecond: 200 }, headers });
      const client = twitch.client({ auth, rate: { limit: 200 } });
      const seen = watched(client);
      await Promise.all(ids(200).map((id) => client.users({ ids: [id] })));
      expect(seen.refused).toBe(0);
      expect(twitch.asked('/oauth2')).toHaveLength(1);
      expect(twitch.asked()).toHaveLength(200);
    },
    20_000,
  );
});

describe('where another limiter stalls', () => {
  it('TW-41 answers without rate headers: ten calls at once are all answered', async () => {
    const twitch = await hostTwitch();
    twitch.controls.switches.headers = false;
    const client = twitch.client();
    await Promise.all(ids(10).map((id) => client.users({ ids: [id] })));
    expect(twitch.asked()).toHaveLength(10);
    expect(client.rateLimits()).toEqual({ helix: { limit: 10, remaining: expect.any(Number), waiting: 0 } });
  });

  it('TW-42 a first call that is lost on its way: the nine behind it run', async () => {
    const twitch = await hostTwitch({}, ({ query }) => (query.get('id') === '0' ? 'reset' : undefined));
    const client = twitch.client({ retry: 0 });
    const [first, ...others] = ids(10).map((id) => client.users({ ids: [id] }));
    expect(await failure(first ?? others[0] ?? Promise.resolve())).toMatchObject({ code: 'NETWORK' });
    await Promise.all(others);
    expect(twitch.asked()).toHaveLength(10);
  });

  it('TW-43 TW-14 a 429 without a reset: everybody waits a second, and nothing loops', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock }, () => json(limited, 429));
    const client = twitch.client();
    const calls = ids(10).map((id) => failure(client.users({ ids: [id] })));
    await until(() => twitch.asked().length === 10);
    await settle(20);
    const first = 10;
    for (let step = 0; step < 19; step += 1) {
      await clock.advance(50);
      await settle(4);
    }
    expect(twitch.asked()).toHaveLength(first);
    for (const error of await finish(clock, calls)) expect(error.code).toBe('RATE_LIMITED');
    expect(twitch.asked()).toHaveLength(30);
  });
});

describe('buckets', () => {
  it('TW-36 each user token has one of its own, the app token another, and a shared limiter keeps them apart', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock });
    const limiter = createLimiter();
    const [mira, again, ada] = ['mira', 'mira', 'ada'].map((login) => twitch.controls.issue({ login }).accessToken);
    const clients = [
      twitch.client({ token: mira, limiter }),
      twitch.client({ token: mira, limiter }),
      twitch.client({ token: ada, limiter }),
      twitch.client({ auth, limiter }),
      twitch.client({ token: again }),
    ];
    const calls = clients.flatMap((client, n) => ids(15).map((id) => client.users({ ids: [`${n}${id}`] })));
    await until(() => twitch.asked().length === 65);
    await settle(20);
    const sent = clients.map((_, n) => idsOf(twitch.asked()).filter((id) => id?.startsWith(`${n}`)).length);
    expect([(sent[0] ?? 0) + (sent[1] ?? 0), ...sent.slice(2)]).toEqual([20, 15, 15, 15]);
    await finish(clock, calls);
  });

  it('TW-37 what the headers say is heeded, in any case of letters, and shown', async () => {
    const clock = testClock();
    const reset = clock.now() / 1000 + 30;
    const date = new Date(clock.now()).toUTCString();
    const says = { 'RateLimit-LIMIT': '800', 'ratelimit-Remaining': '2', 'RATELIMIT-reset': `${reset}`, date };
    const twitch = await hostTwitch({ clock }, () => json({ data: [] }, 200, says));
    const client = twitch.client();
    await client.users({ ids: ['0'] });
    expect(client.rateLimits()).toEqual({
      helix: { limit: 800, remaining: 2, resetAt: clock.now() + seconds(30), waiting: 0 },
    });
    const { meta } = await client.users.withMeta({ ids: ['1'] });
    expect(meta.rateLimit).toEqual({ limit: 800, remaining: 2, resetAt: clock.now() + seconds(30) });
    const calls = ids(5).map((id) => client.users({ ids: [`a${id}`] }));
    await settle(60);
    // Two were left, and one has gone since.
    expect(twitch.asked()).toHaveLength(3);
    await finish(clock, calls);
  });

  it('TW-38 an empty bucket gets points back one by one: nobody waits for the reset who need not', async () => {
    const clock = testClock();
    let left = 1;
    const twitch = await hostTwitch({ clock }, () => {
      left = Math.max(0, left - 1);
      const date = new Date(clock.now()).toUTCString();
      const reset = `${clock.now() / 1000 + 60}`;
      return json({ data: [] }, 200, { 'ratelimit-remaining': `${left}`, 'ratelimit-reset': reset, date });
    });
    const client = twitch.client();
    await client.users({ ids: ['0'] });
    const began = clock.now();
    await finish(clock, [client.users({ ids: ['1'] }), client.users({ ids: ['2'] })]);
    expect(clock.now() - began).toBeLessThanOrEqual(seconds(1));
    expect(clock.now() - began).toBeGreaterThanOrEqual(200);
  });

  const refusing = async (clock: TestClock, headers: Record<string, string>, times = 1) => {
    let left = times;
    const answer = (): Reply => {
      const date = new Date(clock.now()).toUTCString();
      left -= 1;
      return left >= 0 ? json(limited, 429, { date, ...headers }) : json({ data: [] }, 200, { date });
    };
    const twitch = await hostTwitch({ clock }, () => answer() as ReturnType<typeof json>);
    const client = twitch.client();
    const refusal = new Promise<void>((resolve) => client.on('response', () => resolve()));
    return { twitch, client, refusal };
  };

  it.each([
    ['Ratelimit-Reset', (now: number) => ({ 'ratelimit-remaining': '0', 'ratelimit-reset': `${now / 1000 + 7}` }), 7],
    ['Retry-After', () => ({ 'retry-after': '4' }), 4],
    ['neither', () => ({}), 1],
    [
      'a reset that has passed',
      (now: number) => ({ 'ratelimit-remaining': '0', 'ratelimit-reset': `${now / 1000 - 9}` }),
      1,
    ],
  ] as const)('TW-14 TW-37 after a 429, %s decides how long everybody waits', async (_what, headers, wait) => {
    const clock = testClock();
    const { twitch, client, refusal } = await refusing(clock, headers(clock.now()));
    const first = client.users({ ids: ['0'] });
    await refusal;
    const second = client.users({ ids: ['1'] });
    await settle(20);
    await clock.advance(seconds(wait) - 10);
    await settle(20);
    expect(twitch.asked()).toHaveLength(1);
    await finish(clock, [first, second]);
    expect(twitch.asked()).toHaveLength(3);
  });

  it('TW-14 a wait beyond the deadline fails at once and says how long it is', async () => {
    const clock = testClock();
    const { twitch, client } = await refusing(clock, { 'retry-after': '90' });
    const error = await failure(client.users({ ids: ['0'] }));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: seconds(90), retryable: true });
    expect(twitch.asked()).toHaveLength(1);
  });

  it('TW-39 a 429 with points left is another limit: not repeated, and nobody else waits', async () => {
    const clock = testClock();
    const { twitch, client } = await refusing(clock, {
      'ratelimit-remaining': '799',
      'ratelimit-reset': `${clock.now() / 1000 + 1}`,
    });
    expect(await failure(client.users({ ids: ['0'] }))).toMatchObject({ code: 'RATE_LIMITED', attempts: 1 });
    await client.users({ ids: ['1'] });
    expect(twitch.asked()).toHaveLength(2);
  });

  it('TW-39 what is left of another limit, by a header of its own, holds nobody back', async () => {
    const clips = { 'ratelimit-helixclipscreation-limit': '60', 'ratelimit-helixclipscreation-remaining': '0' };
    const twitch = await hostTwitch({ clock: testClock() }, () => json({ data: [] }, 200, clips));
    const client = twitch.client();
    for (const id of ids(5)) await client.users({ ids: [id] });
    expect(client.rateLimits()).toEqual({ helix: { limit: 10, remaining: 15, waiting: 0 } });
  });

  it('TW-40 fewer than 100 calls are under way, however slow the answers are', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock }, () => 'silence');
    const client = twitch.client({ retry: 0 });
    let most = 0;
    const under = new Set<string>();
    client.on('request', ({ url }) => {
      under.add(url ?? '');
      most = Math.max(most, under.size);
    });
    client.on('response', ({ url }) => under.delete(url ?? ''));
    const calls = ids(400).map((id) => failure(client.users({ ids: [id] })));
    await finish(clock, calls, 250);
    expect(most).toBeGreaterThanOrEqual(20);
    expect(most).toBeLessThan(100);
  }, 30_000);
});

describe('what else keeps the peace', () => {
  it.each([502, 503, 504])('TW-19 a %i is asked again with jitter, three requests at most', async (status) => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock }, () => json({ message: 'down' }, status));
    const [error] = await finish(clock, [failure(twitch.client().users({ ids: ['0'] }))]);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', attempts: 3 });
    expect(twitch.asked()).toHaveLength(3);
  });

  it('TW-20 a host that is down is left alone after five calls, and one call tries it', async () => {
    const clock = testClock();
    let down = true;
    const twitch = await hostTwitch({ clock }, () => (down ? json({}, 503) : undefined));
    const client = twitch.client({ retry: 0 });
    for (let call = 0; call < 5; call += 1) await failure(client.users({ ids: ['0'] }));
    expect(await failure(client.users({ ids: ['0'] }))).toMatchObject({ code: 'CIRCUIT_OPEN', sent: 'no' });
    expect(twitch.asked()).toHaveLength(5);
    down = false;
    await clock.advance(seconds(30));
    expect((await client.users({ logins: ['mira'] })).items).toHaveLength(1);
  });

  it('TW-20 requests, answers, rate limits and kept answers are told', async () => {
    const twitch = await hostTwitch();
    const client = twitch.client();
    const told: string[] = [];
    client.on('request', ({ endpoint }) => told.push(`request ${endpoint}`));
    client.on('response', ({ status }) => told.push(`response ${status}`));
    client.on('ratelimit', ({ rate, limit }) => told.push(`ratelimit ${rate} ${limit}`));
    client.on('cache', ({ result }) => told.push(`cache ${result}`));
    await client.users({ logins: ['mira'] });
    await client.users({ logins: ['mira'] });
    expect(told).toEqual(['request users', 'ratelimit helix 800', 'response 200', 'cache MISS', 'cache HIT']);
  });

  it('TW-21 nothing is said about compression that fetch does not say', async () => {
    const twitch = await hostTwitch();
    await twitch.client().users({ logins: ['mira'] });
    const plain = await fetch(`${twitch.server.url}/anything`);
    await plain.text();
    const [ours, theirs] = [twitch.asked()[0], twitch.asked('/anything')[0]].map(
      (one) => one?.headers['accept-encoding'],
    );
    expect(ours).toBe(theirs);
  });

  it('TW-26 neither Helix call gives a tip', async () => {
    const twitch = await hostTwitch();
    expect((await twitch.client().users({ logins: ['mira'] })).items[0]).not.toHaveProperty('amount');
  });
});
