import { expect, it } from 'vitest';
import { minutes, seconds, sleep } from '../../src/core/time.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { createTwitch, type TwitchOptions, userToken } from '../../src/twitch/index.ts';
import { type EventSubRoom, eventSubRoom } from './eventsub-room.ts';

type Fetch = (request: Request, init?: RequestInit) => Promise<Response>;

/** A Helix that is slow, and fails in `share()` of the requests: some of those were acted on all the same. */
function failing({ options, clock }: EventSubRoom, random: () => number, share: () => number): Fetch {
  const ask = options.fetch as Fetch;
  const refusal = (status: number, message: string, headers = {}): Response =>
    new Response(JSON.stringify({ error: 'E', status, message }), { status, headers });
  const ways: readonly ((request: Request, signal?: AbortSignal) => Promise<Response>)[] = [
    async () => {
      throw new TypeError('fetch failed');
    },
    async (request) => {
      await ask(request);
      throw new TypeError('fetch failed');
    },
    async (request, signal) => {
      await ask(request);
      await sleep(clock, seconds(20), signal);
      return ask(request);
    },
    async () => new Response('<html>bad gateway</html>', { status: 502 }),
    async () => refusal(500, 'x'),
    async (request) => {
      await ask(request);
      return new Response('{}', { status: 503 });
    },
    async (request) => {
      await ask(request);
      return new Response('');
    },
    async () => refusal(409, 'subscription already exists'),
    async () => refusal(429, 'number of websocket transports limit exceeded', { 'ratelimit-remaining': '799' }),
  ];
  return async (request, { signal } = {}) => {
    await sleep(clock, random() * (random() < share() ? 3000 : 100), signal ?? undefined);
    const way = random() < share() ? ways[Math.floor(random() * ways.length)] : undefined;
    return way ? way(request, signal ?? undefined) : ask(request);
  };
}

/** An evening of cheers, numbered by their bits, in which sockets, tokens and Helix fail together. */
async function storm(seed: string) {
  const random = seededRandom(seed);
  const room = await eventSubRoom({
    seed,
    latency: () => 1 + random() * 150,
    options: { random: seededRandom(seed, 'client') },
  });
  const { mock, clock, pass } = room;
  const { eventsub } = mock;
  const { switches } = eventsub;
  let bad = 0;
  let current = '';
  const sign = (): string => {
    current = mock.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] }).accessToken;
    return current;
  };
  const refresh = async (): Promise<string> => {
    await sleep(clock, random() * 2000);
    return sign();
  };
  const { token: _, ...rest } = room.options;
  const auth = userToken({ accessToken: sign(), refresh });
  const twitch = createTwitch({ ...rest, auth, fetch: failing(room, random, () => bad) } as TwitchOptions);
  const seen = room.watch(twitch.tips({ broadcasterId: mock.user('mira').id }));
  await pass(seconds(3));
  const given = new Map<number, number>();
  const run = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      given.set(given.size + 1, clock.now());
      eventsub.happen(eventsub.what.cheer(given.size));
      await clock.advance(500);
    }
  };
  const blows: readonly (() => void | Promise<void>)[] = [
    eventsub.drop,
    eventsub.freeze,
    () => eventsub.close([4000, 4002, 4003, 4004, 4007, 1001, 1008, 1011][Math.floor(random() * 8)] ?? 4000),
    () => eventsub.handOver(),
    async () => {
      eventsub.handOver();
      await clock.advance(random() * 300);
      eventsub.handOver();
    },
    () => {
      eventsub.handOver();
      clock.after(1 + random() * 400, eventsub.drop);
    },
    () => eventsub.resend(5),
    () => eventsub.handOver('wss://elsewhere.example/ws'),
    () => mock.revoke(current, { keep: true }),
  ];
  for (let blow = 0; blow < 12; blow += 1) {
    bad = random() < 0.5 ? random() * 0.7 : 0;
    switches.renames = random() < 0.3;
    switches.linger = random() < 0.3 ? seconds(30) : 0;
    switches.refusesHandOver = random() < 0.2;
    await run(random() * seconds(random() < 0.3 ? 40 : 6));
    await blows[Math.floor(random() * blows.length)]?.();
    await run(500);
  }
  bad = 0;
  switches.refusesHandOver = false;
  await run(minutes(3));
  await pass(seconds(1));
  const state = seen.states().at(-1);
  const closing = twitch.close();
  await clock.advance(seconds(10));
  await closing;
  return { seen, given, state };
}

it('ES-15 ES-16 in an evening in which sockets, tokens and Helix fail together, nothing counts twice, all that is missing is a gap, and it ends live', async () => {
  let gaps = 0;
  for (const seed of ['one', 'two', 'three', 'four', 'five', 'six']) {
    const { seen, given, state } = await storm(seed);
    const amounts = seen.events.map(({ amount }) => amount);
    expect(new Set(amounts).size, seed).toBe(amounts.length);
    const got = new Set(amounts);
    const missing = [...given].filter(([bits]) => !got.has(bits));
    const unsaid = missing.filter(([, at]) => !seen.gaps.some(({ from = Number.NaN, to }) => at >= from && at <= to));
    expect([seed, unsaid, state]).toEqual([seed, [], 'live']);
    expect(seen.errors.filter(({ fatal, code }) => fatal || code === 'PERMISSION')).toEqual([]);
    expect(amounts.length).toBeGreaterThan(given.size / 4);
    gaps += seen.gaps.length;
  }
  expect(gaps).toBeGreaterThan(20);
});
