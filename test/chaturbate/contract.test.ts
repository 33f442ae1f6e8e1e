import { describe, expect, it, onTestFinished } from 'vitest';
import { type ChaturbateContractOptions, createChaturbate } from '../../src/chaturbate/index.ts';
import { seconds } from '../../src/core/time.ts';
import { until } from '../support/polled.ts';
import { inTurn, page, testRoom, watched } from '../support/room.ts';
import { json, type Route } from '../support/server.ts';

const tip = (tokens: number) => ({ method: 'tip', tip: { tokens, from_username: 'quiet_ada' } });

async function contract(route: Route, options: Partial<ChaturbateContractOptions> = {}) {
  const room = await testRoom(route);
  const client = createChaturbate({
    ...room.common,
    eventsUrl: `${room.server.url}/events/{broadcaster}`,
    broadcaster: 'mira',
    apiKey: 'not-a-secret-key',
    ...options,
  });
  onTestFinished(() => client.close());
  return { ...room, client };
}

describe('the Chaturbate contract', () => {
  it('CB-1 asks at the template, the broadcaster encoded', async () => {
    const { client, server } = await contract(() => page([]), { broadcaster: 'mira & co/ä' });
    watched(client.tips());
    await server.arrived(1);
    expect(server.arrivals[0]).toMatchObject({ method: 'GET', url: '/events/mira%20%26%20co%2F%C3%A4' });
  });

  it('CB-1 uses a template without the placeholder as it is, query and slash included', async () => {
    const room = await testRoom(() => page([]));
    const client = createChaturbate({
      ...room.common,
      eventsUrl: `${room.server.url}/events/chaturbate/?room=a%20b`,
      apiKey: 'k',
    });
    onTestFinished(() => client.close());
    watched(client.tips());
    await room.server.arrived(1);
    expect(room.server.arrivals[0]?.url).toBe('/events/chaturbate/?room=a%20b');
  });

  it('CB-1 is CONFIG when the template wants a broadcaster and none is given', () => {
    const eventsUrl = 'https://relay.test/events/{broadcaster}';
    expect(() => createChaturbate({ eventsUrl, apiKey: 'k' })).toThrow(/\{broadcaster\}; give the option broadcaster/);
    expect(() => createChaturbate({ eventsUrl: encodeURI(eventsUrl), apiKey: 'k' })).toThrow(/broadcaster/);
  });

  it('CB-2 XS-4 sends the key in its header, the content type beside it, and neither in the address', async () => {
    const { client, server } = await contract(() => page([]));
    watched(client.tips());
    await server.arrived(1);
    expect(server.arrivals[0]?.headers).toMatchObject({
      'x-api-key': 'not-a-secret-key',
      'content-type': 'application/json',
    });
    expect(server.arrivals[0]?.url).not.toContain('not-a-secret');
  });

  it('CB-3 takes a missing or null list for an empty one, and goes on', async () => {
    const { client, server, clock } = await contract(inTurn(json({}), page(null), page([tip(5)])));
    const { seen, errors } = watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(5));
    await clock.advance(seconds(5));
    await until(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ amount: 5, tipper: 'quiet_ada', channel: 'mira' });
    expect(errors).toEqual([]);
  });

  it('reports an answer that is no page as SCHEMA and asks again', async () => {
    const { client, clock, server } = await contract(inTurn(json([1]), json({ events: 'none' }), page([tip(5)])));
    const { seen, errors } = watched(client.tips());
    await until(() => errors.length === 1);
    await clock.advance(seconds(5));
    await until(() => errors.length === 2);
    await clock.advance(seconds(5));
    await until(() => seen.length === 1);
    expect(errors.map(({ code }) => code)).toEqual(['SCHEMA', 'SCHEMA']);
    expect(server.arrivals).toHaveLength(3);
  });

  it('CB-12 waits 5, 10, 20, 40, 60 s after timeouts, and 5 s again after a success', async () => {
    const silent: Route = (arrival) => (arrival.nth === 7 ? page([]) : 'silence');
    const { client, server, clock } = await contract(silent);
    watched(client.tips());
    for (const [index, wait] of [5, 10, 20, 40, 60, 60, undefined, 5].entries()) {
      await server.arrived(index + 1);
      if (wait === undefined) {
        await clock.advance(seconds(5));
        continue;
      }
      await clock.advance(seconds(10));
      await clock.advance(seconds(wait) - 1);
      expect(server.arrivals).toHaveLength(index + 1);
      await clock.advance(1);
    }
    await server.arrived(9);
  });

  it('CB-13 waits 10 s after each failed connection', async () => {
    const { client, server, clock } = await contract(() => 'reset');
    const { errors } = watched(client.tips());
    for (const count of [1, 2, 3]) {
      await until(() => errors.length === count);
      expect(server.arrivals).toHaveLength(count);
      await clock.advance(seconds(10) - 1);
      expect(server.arrivals).toHaveLength(count);
      await clock.advance(1);
    }
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['NETWORK']));
  });

  it('CB-14 EV-18 ends with AUTH that names the key, asks no more, and is logged as an error', async () => {
    const { client, server, clock, lines } = await contract(() => json({}, 401));
    const { errors, said } = watched(client.tips());
    await until(() => said.includes('ended'));
    await clock.advance(seconds(600));
    expect(server.arrivals).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: 'AUTH',
      fatal: true,
      message: 'chaturbate events: 401, the API key was refused; look at apiKey',
    });
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  it('CB-15 waits as long as Retry-After says after a 429, and 30 s where it says nothing', async () => {
    const { client, server, clock } = await contract(
      inTurn(json({}, 429, { 'retry-after': '45' }), json({}, 429), page([])),
    );
    const { errors } = watched(client.tips());
    await until(() => errors.length === 1);
    await clock.advance(seconds(45) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await until(() => errors.length === 2);
    await clock.advance(seconds(30) - 1);
    expect(server.arrivals).toHaveLength(2);
    await clock.advance(1);
    await server.arrived(3);
    expect(errors.map(({ code }) => code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('CB-16 asks every 5 s by default and reads what is left', async () => {
    const { client, server, clock } = await contract(() =>
      json({ events: [] }, 200, { 'x-ratelimit-remaining': '97' }),
    );
    watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(5) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await server.arrived(2);
    await until(() => client.rateLimits().contract?.remaining !== undefined);
    expect(client.rateLimits().contract).toMatchObject({ remaining: 97 });
  });

  it('CB-18 follows a next address of the same origin with the key, and tells one event twice only once', async () => {
    const { client, server, clock } = await contract((arrival) =>
      page([{ id: 'e-1', ...tip(5) }], { nextUrl: `${server.url}/next/${arrival.nth}?a=b` }),
    );
    const { seen } = watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(5));
    await server.arrived(2);
    expect(server.arrivals[1]).toMatchObject({ url: '/next/1?a=b', headers: { 'x-api-key': 'not-a-secret-key' } });
    await clock.advance(seconds(5));
    await server.arrived(3);
    expect(server.arrivals[2]?.url).toBe('/next/2?a=b');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.id).toBe('chaturbate:mira:e-1');
  });

  it('CB-18 does not follow a next address to another origin, says so, and goes on where it was', async () => {
    const trap = await testRoom(() => page([]));
    const { client, server, clock } = await contract(
      inTurn(page([tip(5)], { nextUrl: `${trap.server.url}/events/mira` }), page([tip(6)])),
    );
    const { seen, errors } = watched(client.tips());
    await until(() => seen.length === 1);
    await clock.advance(seconds(5));
    await until(() => errors.length === 1);
    await clock.advance(seconds(5));
    await until(() => seen.length === 2);
    expect(errors[0]).toMatchObject({ code: 'UPSTREAM', fatal: false });
    expect(errors[0]?.message).toMatch(/another origin/);
    expect(server.arrivals.map(({ url }) => url)).toEqual(['/events/mira', '/events/mira']);
    expect(trap.server.arrivals).toEqual([]);
  });

  it('CB-19 has no default address, and never calls the placeholder of the documents', () => {
    let asked = 0;
    const fetch = () => {
      asked += 1;
      return Promise.reject(new Error('asked'));
    };
    // @ts-expect-error The address is missing.
    expect(() => createChaturbate({ apiKey: 'k', fetch })).toThrow(/eventsUrl is missing/);
    for (const host of ['events.example.com', 'example.com', 'EVENTS.EXAMPLE.COM:443', 'x.example.org'])
      expect(() =>
        createChaturbate({ apiKey: 'k', eventsUrl: `https://${host}/events/{broadcaster}`, broadcaster: 'b', fetch }),
      ).toThrow(/placeholder of a document/);
    expect(asked).toBe(0);
  });

  it('core-10 is CONFIG without options', () => {
    expect(() => createChaturbate(undefined as never)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it('is CONFIG beside the Events API, and without either', () => {
    // @ts-expect-error It is the one or the other.
    expect(() => createChaturbate({ username: 'mira', token: 't', eventsUrl: 'https://a.test', apiKey: 'k' })).toThrow(
      /or eventsUrl and apiKey/,
    );
    // @ts-expect-error It is the one or the other.
    expect(() => createChaturbate({})).toThrow(/give username and token/);
    // @ts-expect-error The key is missing.
    expect(() => createChaturbate({ eventsUrl: 'https://a.test' })).toThrow(/apiKey is missing/);
    // @ts-expect-error The token is missing.
    expect(() => createChaturbate({ username: 'mira' })).toThrow(/token is missing/);
  });

  it('XS-8 keeps no key that the upstream puts into a next address, and follows it with the one of today', async () => {
    const writes: string[] = [];
    const checkpoint = {
      get: () => undefined,
      set: (...all: unknown[]) => void writes.push(JSON.stringify(all)),
      delete() {},
    };
    let key = 'not-a-secret-key';
    const { client, server, clock } = await contract(
      ({ nth }) =>
        page([tip(nth)], {
          nextUrl: `/events/mira/${encodeURIComponent('not-a-secret-key')}/?i=${nth}&k=not-a-secret-key`,
        }),
      { checkpoint, apiKey: () => key },
    );
    const { seen } = watched(client.tips());
    await until(() => seen.length === 1 && writes.join().includes('i=1'));
    key = 'not-a-secret-successor';
    await clock.advance(seconds(5));
    await server.arrived(2);
    expect(server.arrivals[1]?.url).toBe('/events/mira/not-a-secret-successor/?i=1&k=not-a-secret-successor');
    expect(writes.join()).not.toContain('not-a-secret');
  });
});
