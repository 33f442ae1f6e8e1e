import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createMockServer, type MockServer } from '../../src/mock/index.ts';
import { isLeftOut } from '../support/engines.ts';
import { bringPrograms, hosts, type Ran } from './hosts.ts';

const app = inject('app');
beforeAll(() => bringPrograms(app));

/** The upstreams that the program talks to, and what it is told of them. */
async function upstreams() {
  const evening = await createMockServer({
    port: 0,
    seed: 7,
    platforms: ['camsoda'],
    pace: Number.POSITIVE_INFINITY,
  });
  const others = await createMockServer({
    port: 0,
    seed: 7,
    platforms: ['twitch', 'tipping'],
    every: Number.POSITIVE_INFINITY,
  });
  const { clientId, issue } = others.twitch;
  const { accessToken: token } = issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
  others.fail('status:503', { platform: 'twitch' });
  others.fail('latency:60000', { platform: 'tipping' });
  const options = {
    twitch: { clientId, token, baseUrl: `${others.addresses.twitch}/helix` },
    camsoda: {
      eventsUrl: `${evening.url}/events/camsoda`,
      broadcaster: 'someone',
      apiKey: 'not-a-secret-key',
    },
    tipping: { baseUrl: `${others.addresses.tipping}/v1` },
    told: `${evening.url}/live`,
  };
  return { evening, others, options };
}

/** Two people give once the program said that it listens. */
async function cheerWhenLive(evening: MockServer, { twitch: { eventsub } }: MockServer): Promise<void> {
  await vi.waitFor(() => expect(evening.requests.map(({ path }) => path)).toContain('/live'), {
    timeout: 60_000,
    interval: 50,
  });
  for (const bits of [100, 250]) eventsub.happen(eventsub.what.cheer(bits));
}

for (const [engine, host, inside = ''] of hosts) {
  describe.skipIf(isLeftOut(engine))(`the packed package on ${engine}${inside}`, () => {
    let evening: MockServer;
    let others: MockServer;
    let ran: Ran;

    beforeAll(async () => {
      const made = await upstreams();
      ({ evening, others } = made);
      const cheered = cheerWhenLive(evening, others);
      cheered.catch(() => {});
      ran = await host(app, made.options);
      if (ran.said.socket) await cheered;
    }, 120_000);
    afterAll(() => Promise.all([evening?.close(), others?.close()]));

    // A page asks first whether it may ask.
    const asked = (where: string) =>
      others.requests.filter(({ method, path }) => method !== 'OPTIONS' && path.includes(where));

    it('a call is asked once and answered', () => {
      expect(ran.said.call).toEqual({ logins: ['noor'] });
      expect(asked('/users?login=noor').map(({ status }) => status)).toEqual([200]);
    });

    it('a retry: what failed once is asked once more', () => {
      expect(ran.said.retry).toEqual({ attempts: 2, logins: ['mira'] });
      expect(asked('/users?login=mira').map(({ status }) => status)).toEqual([503, 200]);
    });

    it('a stream brings the tips of the evening, in order', () => {
      const script = evening.script(3).map(({ amount }) => ({ platform: 'camsoda', amount, id: expect.any(String) }));
      expect(ran.said.stream).toEqual(script);
    });

    it('a tip that was kept passes its schema, and what is no tip does not', () => {
      expect(ran.said.schema).toEqual({ right: [0, 0, 0], wrong: 8 });
    });

    it('a socket opens, goes live and brings tips', () => {
      const cheers = [100, 250].map((amount) => ({ platform: 'twitch', amount }));
      expect(ran.said.socket).toEqual({ cheers, states: expect.arrayContaining(['connecting', 'live']) });
      expect(others.twitch.eventsub.connections).toBe(1);
    });

    it('an abort ends a request under way at once, and it is not asked again', () => {
      expect(ran.said.abort).toEqual({ code: 'ABORTED', ms: expect.any(Number) });
      expect((ran.said.abort as { ms: number }).ms).toBeLessThan(20_000);
      expect(asked('/tipping/v1/streams')).toHaveLength(1);
    });

    it('a clean exit: no socket stays open, and a process ends by itself and says nothing of it', async () => {
      await vi.waitFor(() => expect(others.twitch.eventsub.sessions.size).toBe(0), { timeout: 10_000 });
      if (!ran.exit) return;
      expect(ran.exit).toMatchObject({ code: 0, stderr: '' });
      expect(ran.exit.msAfterLastWord).toBeLessThan(10_000);
    });
  });
}
