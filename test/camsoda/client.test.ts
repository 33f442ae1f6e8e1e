import { describe, expect, it, onTestFinished } from 'vitest';
import { type CamsodaOptions, createCamsoda } from '../../src/camsoda/index.ts';
import { seconds } from '../../src/core/time.ts';
import { fixture } from '../support/fixtures.ts';
import { until } from '../support/polled.ts';
import { inTurn, soon, testRoom, watched } from '../support/room.ts';
import { json, type Route } from '../support/server.ts';

const apiKey = 'not-a-secret/key&';
const page = (events: unknown) => json({ success: true, events });
const tip = (amount: number) => ({ type: 'tip', amount, user: 'fond_grace', timestamp: 1767225600 });

async function camsoda(route: Route, options: Partial<CamsodaOptions> = {}) {
  const room = await testRoom(route);
  const seen: string[] = [];
  const client = createCamsoda({
    ...room.common,
    telemetry: (event) => seen.push(JSON.stringify(event)),
    eventsUrl: `${room.server.url}/external/events`,
    broadcaster: 'mira & co',
    apiKey,
    ...options,
  });
  onTestFinished(() => client.close());
  return { ...room, client, telemetry: seen };
}

describe('the Camsoda contract', () => {
  it('CS-1 XS-4 is asked with broadcaster and key in the query, encoded', async () => {
    const { client, server } = await camsoda(() => page([]));
    watched(client.tips());
    await server.arrived(1);
    expect(server.arrivals[0]?.path).toBe('/external/events');
    expect([...(server.arrivals[0]?.query ?? [])]).toEqual([
      ['broadcaster', 'mira & co'],
      ['api_key', apiKey],
    ]);
    expect(server.arrivals[0]?.url).toContain('not-a-secret%2Fkey%26');
  });

  it('XS-8 keeps no key of a next address, and follows it with the one of today', async () => {
    const kept = new Map<string, unknown>();
    const checkpoint = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => void kept.delete(key),
    };
    let key = apiKey;
    const { client, server, clock } = await camsoda(
      (arrival) =>
        json({
          success: true,
          events: [tip(arrival.nth)],
          nextUrl: `${server.url}/next?i=${arrival.nth}&api_key=${encodeURIComponent(apiKey)}&api%5Fkey=again`,
        }),
      { checkpoint, apiKey: () => key },
    );
    const { seen } = watched(client.tips());
    await until(() => seen.length === 1 && JSON.stringify([...kept]).includes('/next'));
    key = 'not-a-secret-successor';
    await clock.advance(seconds(10));
    await server.arrived(2);
    expect(server.arrivals[1]?.url).toBe('/next?i=1&api_key=not-a-secret-successor');
    expect(JSON.stringify([...kept])).toContain('"/next?i=');
    expect(JSON.stringify([...kept])).not.toMatch(/not-a-secret|again/);
  });

  it('CS-1 is asked at its own address by default', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const fetch = async (request: Request) => {
      resolve(request.url);
      return Response.json({}, { status: 401 });
    };
    const client = createCamsoda({ broadcaster: 'mira', apiKey: 'not-a-secret-key', fetch, logger: false });
    onTestFinished(() => client.close());
    watched(client.tips());
    expect(await promise).toBe('https://api.camsoda.com/external/events?broadcaster=mira&api_key=not-a-secret-key');
  });

  it('CS-2 shows *** for the key wherever the address is shown', async () => {
    const { client, lines, telemetry, clock } = await camsoda(inTurn(json({ message: `key ${apiKey}` }, 500), 'reset'));
    const { errors } = watched(client.tips());
    await until(() => errors.length === 1);
    await clock.advance(seconds(5));
    await until(() => errors.length === 2);
    const shown = JSON.stringify([errors, lines, telemetry]);
    expect(shown).toContain('api_key=***');
    expect(shown).not.toMatch(/not-a-secret(\/|%2F)key/);
  });

  it('CS-3 CS-15 reports a success that is none as UPSTREAM, delivers nothing of it, and goes on', async () => {
    const { client, clock } = await camsoda(
      inTurn(
        json({ success: false, message: 'closed for tonight', events: [tip(1)] }),
        json({ events: [tip(2)] }),
        page([tip(3)]),
      ),
    );
    const { errors, seen, gaps } = watched(client.tips());
    for (const count of [1, 2]) {
      await until(() => errors.length === count);
      await clock.advance(seconds(10));
    }
    await until(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ amount: 3, channel: 'mira & co' });
    expect(errors.map(({ code }) => code)).toEqual(['UPSTREAM', 'UPSTREAM']);
    expect(errors[0]?.message).toMatch(/success is not true \(upstream: closed for tonight\)/);
    expect(gaps).toEqual([]);
  });

  it('CS-4 says nothing of a page without events', async () => {
    const { client, clock, lines, server } = await camsoda(
      inTurn(page([]), json({ success: true }), json({ success: true, events: null }), page([tip(1)])),
    );
    const { seen, errors } = watched(client.tips());
    await soon(clock, () => seen.length === 1);
    expect(server.arrivals).toHaveLength(4);
    expect(errors).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('info'))).toEqual([]);
  });

  it('CS-10 waits 5 s after the first timeout, then 10 s', async () => {
    const { client, server, clock } = await camsoda(() => 'silence');
    watched(client.tips());
    for (const [index, wait] of [5, 10].entries()) {
      await server.arrived(index + 1);
      await clock.advance(seconds(10 + wait) - 1);
      expect(server.arrivals).toHaveLength(index + 1);
      await clock.advance(1);
    }
    await server.arrived(3);
  });

  it('CS-11 counts by itself: sixty may leave together, the next one waits for its minute', async () => {
    const { client, server, clock } = await camsoda(() => page([]));
    const asked = Promise.all(Array.from({ length: 61 }, () => client.verify()));
    await server.arrived(60);
    await clock.advance(seconds(59));
    expect(server.arrivals).toHaveLength(60);
    await clock.advance(seconds(1));
    await server.arrived(61);
    await asked;
  });

  it('CS-12 is asked every 10 s by default', async () => {
    const { client, server, clock } = await camsoda(() => page([]));
    watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(10) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await server.arrived(2);
  });

  it.each([
    [401, 'AUTH', true],
    [403, 'PERMISSION', true],
    [429, 'RATE_LIMITED', false],
    [500, 'SERVER', false],
  ] as const)('CS-13 takes %i for %s', async (status, code, fatal) => {
    const { client, server, clock } = await camsoda(() => json({}, status));
    const { errors } = watched(client.tips());
    await until(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ code, fatal });
    await clock.advance(seconds(status === 429 ? 30 : 5) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await until(() => server.arrivals.length === (fatal ? 1 : 2));
  });

  it('core-10 is CONFIG without options', () => {
    expect(() => createCamsoda(undefined as never)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it('is CONFIG without a broadcaster or a key', () => {
    // @ts-expect-error The broadcaster is missing.
    expect(() => createCamsoda({ apiKey })).toThrow('camsoda: the option broadcaster is missing or empty');
    expect(() => createCamsoda({ broadcaster: 'mira', apiKey: '' })).toThrow(/apiKey is missing/);
  });

  it('EV-45 reads frames that a relay brings, one or many', async () => {
    const { client } = await camsoda(() => page([]));
    const push = client.push();
    const { seen } = watched(push);
    const frame = fixture('camsoda/tips', 'frame');
    await push.feed(frame);
    await push.feed([frame, [28, 'offline']]);
    await push.feed(`${JSON.stringify(frame)}\n[39,12]`);
    expect(seen.map(({ amount, channel }) => [amount, channel])).toEqual([
      [30, 'mira & co'],
      [30, 'mira & co'],
      [30, 'mira & co'],
    ]);
  });
});
