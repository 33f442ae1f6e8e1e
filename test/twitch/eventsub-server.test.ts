import { describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/core/time.ts';
import { createMockServer } from '../../src/mock/index.ts';
import { seededRandom } from '../../src/mock/random.ts';
import type { StreamGap } from '../../src/stream/event-stream.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { createTwitch } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';

/** A mock server, and a client that watches mira's channel over real sockets. */
async function watched(every = Number.POSITIVE_INFINITY, clock: Clock = systemClock) {
  const server = await createMockServer({ port: 0, seed: 5, platforms: ['twitch'], every, strict: true, clock });
  onTestFinished(server.close);
  const { twitch: mock } = server;
  const { accessToken: token } = mock.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
  const twitch = createTwitch({
    clientId: mock.clientId,
    token,
    baseUrl: `${server.url}/twitch/helix`,
    clock,
    random: () => 0,
    logger: false,
  });
  onTestFinished(twitch.close);
  const stream = twitch.tips();
  const tips: TipEvent[] = [];
  const gaps: StreamGap[] = [];
  const states: string[] = [];
  const errors: string[] = [];
  stream.on('gap', (gap) => gaps.push(gap));
  stream.on('status', ({ state }) => states.push(state));
  stream.on('error', ({ message }) => errors.push(message));
  stream.subscribe((tip) => void tips.push(tip));
  await stream.ready();
  return { mock, twitch, tips, gaps, states, errors };
}

describe('EventSub over real sockets', () => {
  it('ES-22 ES-8 an evening of the mock server comes as tips', async () => {
    const clock = testClock();
    const { tips, gaps } = await watched(1000, clock);
    for (let second = 0; tips.length <= 15 && second < 200; second += 1) await clock.advance(1000);
    expect(new Set(tips.map(({ unit }) => unit))).toEqual(new Set(['bit', 'subscription']));
    expect(tips.every(({ channel, platform }) => channel === 'mira' && platform === 'twitch')).toBe(true);
    expect(gaps).toEqual([]);
  });

  it('ES-16 a socket that is dropped and handed over fifty times counts nothing twice and loses nothing unsaid', async () => {
    const { mock, tips, gaps, states } = await watched();
    const random = seededRandom('fifty drops');
    const given = new Map<number, number>();
    let drops = 0;
    while (drops < 50) {
      for (let turns = random() * 20; turns > 0; turns -= 1) {
        given.set(given.size + 1, Date.now());
        mock.eventsub.happen(mock.eventsub.what.cheer(given.size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (states.at(-1) !== 'live') continue;
      if (random() < 0.3) mock.eventsub.handOver();
      if (random() < 0.2) mock.eventsub.resend(2);
      if (random() < 0.6) {
        const before = mock.eventsub.connections;
        mock.eventsub.drop();
        drops += 1;
        // What was dropped may be where a hand-over had just led: the old connection is live until there is another.
        await until(() => states.at(-1) !== 'live' || mock.eventsub.connections > before);
      }
    }
    await until(() => states.at(-1) === 'live');
    const last = given.size + 1;
    let at = 0;
    // The old connection may count as live until a hand-over that was dropped has a successor.
    await until(() => {
      if (Date.now() - at > 5) {
        at = Date.now();
        given.set(given.size + 1, at);
        mock.eventsub.happen(mock.eventsub.what.cheer(given.size));
      }
      return tips.some(({ amount }) => amount >= last);
    });
    const amounts = tips.map(({ amount }) => amount);
    expect(new Set(amounts).size).toBe(amounts.length);
    // What was given behind the newest that came may be on its way.
    const newest = Math.max(...amounts);
    const missing = [...given].filter(([bits]) => bits < newest && !amounts.includes(bits));
    const unsaid = missing.filter(([, at]) => !gaps.some(({ from = 0, to }) => at >= from && at <= to));
    expect(unsaid).toEqual([]);
    expect(gaps.length).toBeGreaterThan(20);
    expect(missing.length).toBeLessThan(given.size);
  });

  it('ES-10 a hand-over closes the old connection with 1000 and says nothing', async () => {
    const clock = testClock();
    const { mock, tips, gaps, errors, states } = await watched(Number.POSITIVE_INFINITY, clock);
    const [session] = mock.eventsub.sessions.values();
    const old = session?.peer;
    const codes: number[] = [];
    old?.onClose((code) => codes.push(code));
    mock.eventsub.handOver();
    await until(() => mock.eventsub.connections === 2 && session?.peer !== old);
    mock.eventsub.happen(mock.eventsub.what.cheer(1));
    await until(() => tips.length === 1);
    await clock.advance(500);
    await until(() => codes.length === 1);
    expect([codes, gaps, errors, states]).toEqual([[1000], [], [], ['connecting', 'live']]);
  });
});
