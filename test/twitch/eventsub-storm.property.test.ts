import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { eventSubRoom } from './eventsub-room.ts';

/** The longest that a frame is under way; each takes a time of its own. */
const latency = 150;
/** Silence is noticed after that. */
const patience = seconds(12);

type Blow = 'drop' | 'freeze' | 'close' | 'hand-over' | 'bad hand-over' | 'broken hand-over' | 'resend' | 'busy';

/** An evening of cheers, numbered by their bits, through which a socket is dropped again and again. */
async function storm(seed: string, blows: number, kinds: readonly Blow[], tick = 500) {
  const random = seededRandom(seed);
  const room = await eventSubRoom({
    seed,
    latency: () => 1 + random() * (latency - 1),
    options: { random: seededRandom(seed, 'client') },
  });
  const { mock, clock, pass } = room;
  const { eventsub } = mock;
  const seen = room.watch(room.twitch.tips({ broadcasterId: mock.user('mira').id }));
  await pass(1000);
  /** When each was given, and whether anybody could hear of it. */
  const given = new Map<number, number>();
  /** When nobody was subscribed, as Twitch sees it. */
  const outages: { from: number; to: number }[] = [];
  let deaf: number | undefined;
  const cheer = (): void => {
    const bits = given.size + 1;
    given.set(bits, clock.now());
    eventsub.happen(eventsub.what.cheer(bits));
  };
  const look = (): void => {
    const heard = [...eventsub.sessions.values()].some(
      ({ id, peer }) =>
        peer.open &&
        !frozen.has(peer) &&
        [...eventsub.subscriptions.values()].filter(({ session, status }) => session === id && status === 'enabled')
          .length === 5,
    );
    if (!heard) deaf ??= clock.now();
    else if (deaf !== undefined) {
      outages.push({ from: deaf, to: clock.now() });
      deaf = undefined;
    }
  };
  const frozen = new Set<unknown>();
  const run = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= tick) {
      cheer();
      for (let part = 0; part < tick; part += 50) {
        look();
        await clock.advance(Math.min(50, tick - part));
      }
    }
  };
  const strike: Record<Blow, () => void> = {
    drop: eventsub.drop,
    freeze() {
      for (const { peer } of eventsub.sessions.values()) frozen.add(peer);
      eventsub.freeze();
    },
    close: () => eventsub.close([4000, 4002, 4004, 4005, 4006, 4007, 1001][Math.floor(random() * 7)] ?? 4000),
    'hand-over': () => eventsub.handOver(),
    'bad hand-over'() {
      eventsub.switches.refusesHandOver = true;
      eventsub.handOver();
    },
    'broken hand-over'() {
      eventsub.handOver();
      clock.after(1 + random() * 60, eventsub.drop);
    },
    resend: () => eventsub.resend(1 + Math.floor(random() * 5)),
    busy: () => eventsub.refuse({ status: 429, message: 'number of websocket transports limit exceeded', times: 7 }),
  };
  let drops = 0;
  for (let blow = 0; blow < blows; blow += 1) {
    // Most of them while it is live, some while it is on its way.
    for (let waited = 0; random() < 0.995 && seen.states().at(-1) !== 'live' && waited < 240; waited += 1)
      await run(tick);
    await run(random() * seconds(8));
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'drop';
    if (seen.states().at(-1) === 'live' && /drop|freeze|close|broken/.test(kind)) drops += 1;
    strike[kind]();
    if (random() < 0.2) strike[kinds[Math.floor(random() * kinds.length)] ?? 'drop']();
    await run(tick);
    eventsub.switches.refusesHandOver = false;
  }
  eventsub.accept();
  await run(minutes(4));
  await pass(seconds(1));
  look();
  return { seen, given, outages, room, drops };
}

type Storm = Awaited<ReturnType<typeof storm>>;

/** Nothing twice, and nothing missing outside of what was said to be a gap. */
function check({ seen, given, outages }: Storm): void {
  const amounts = seen.events.map(({ amount }) => amount);
  expect(new Set(amounts).size).toBe(amounts.length);
  const got = new Set(amounts);
  const missing = [...given].filter(([bits]) => !got.has(bits));
  const unsaid = missing.filter(([, at]) => !seen.gaps.some(({ from = Number.NaN, to }) => at >= from && at <= to));
  expect(unsaid).toEqual([]);
  for (const { from = Number.NaN, to } of seen.gaps) {
    // The true outages that it covers. Where a hand-over failed there is none: the old connection is let go, and that is said.
    const inside = outages.filter((one) => one.to >= from - patience && one.from <= to);
    const length = inside.reduce((sum, one) => sum + one.to - one.from, 0);
    expect(to - from).toBeLessThanOrEqual(length + patience * Math.max(1, inside.length) + 6 * latency + 100);
  }
  expect(seen.states().at(-1)).toBe('live');
  expect(seen.errors.every(({ fatal }) => !fatal)).toBe(true);
}

describe('a storm of reconnects', () => {
  it('ES-16 counts nothing twice, and what is missing lies in gaps that are no longer than the outage and 1.2 keepalives', async () => {
    const whole = await storm('fifty', 100, [
      'drop',
      'drop',
      'hand-over',
      'close',
      'freeze',
      'bad hand-over',
      'broken hand-over',
      'resend',
      'busy',
    ]);
    check(whole);
    expect(whole.drops).toBeGreaterThanOrEqual(50);
    expect(whole.seen.events.length).toBeGreaterThan(whole.given.size / 2);
  });

  it('ES-16 holds for any storm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.subarray<Blow>(
          ['drop', 'hand-over', 'close', 'freeze', 'bad hand-over', 'broken hand-over', 'resend', 'busy'],
          { minLength: 1 },
        ),
        async (seed, kinds) => check(await storm(seed, 8, kinds)),
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('ES-16 says no gap in an evening without drops, or of hand-overs and messages that come twice', async () => {
    for (const kinds of [[], ['hand-over'], ['hand-over', 'resend']] as Blow[][]) {
      const { seen, given } = await storm(`calm ${kinds}`, kinds.length ? 20 : 3, kinds.length ? kinds : ['resend']);
      expect(seen.gaps).toEqual([]);
      expect(seen.events.map(({ amount }) => amount)).toEqual([...given.keys()]);
      expect(seen.errors).toEqual([]);
    }
  });
});
