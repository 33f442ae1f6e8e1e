import { describe, expect, it, onTestFinished } from 'vitest';
import { type ChaturbateOptions, createChaturbate } from '../../src/chaturbate/index.ts';
import { hours, seconds } from '../../src/core/time.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { until } from '../support/polled.ts';
import { inTurn, page, testRoom, watched } from '../support/room.ts';
import { gate, json, type Route } from '../support/server.ts';

const token = 'not-a-secret-token';

/** A tip `ago` milliseconds before the clock of the tests begins, and its id. */
const tip = (ago: number, tokens = 5, name = 'quiet_ada', isAnon = false) => ({
  method: 'tip',
  id: `${Date.UTC(2026, 0, 1, 20) - ago}-${tokens}`,
  object: { broadcaster: 'mira', tip: { tokens, isAnon, message: '' }, user: { username: name, gender: 'f' } },
});

const date = { date: new Date(Date.UTC(2026, 0, 1, 20)).toUTCString() };
const idle = (nextUrl: string) => json({ status: 'waited too long for events', nextUrl, events: [] }, 400, date);

async function eventsApi(route: Route, options: Partial<ChaturbateOptions> = {}) {
  const room = await testRoom(route);
  const make = (more: Partial<ChaturbateOptions> = {}) => {
    const client = createChaturbate({
      ...room.common,
      baseUrl: room.server.url,
      username: 'mira',
      token,
      ...options,
      ...more,
    });
    onTestFinished(() => client.close());
    return client;
  };
  const next = (query: string, account = `mira/${token}`) => `${room.server.url}/events/${account}/?${query}`;
  return { ...room, make, client: make(), next };
}

describe('the Events API of Chaturbate', () => {
  it('XS-4 is asked with the account in the path and a hold of 30 s, and with nothing else', async () => {
    const { client, server } = await eventsApi(() => 'silence');
    watched(client.tips());
    await server.arrived(1);
    expect(server.arrivals[0]).toMatchObject({ method: 'GET', url: `/events/mira/${token}/?timeout=30` });
    expect(server.arrivals[0]?.headers).not.toHaveProperty('content-type');
  });

  it('takes the testbed for testbed: true, and the real one else', async () => {
    for (const [testbed, host] of [
      [true, 'events.testbed.cb.dev'],
      [false, 'eventsapi.chaturbate.com'],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<string>();
      const fetch = async (request: Request) => {
        resolve(request.url);
        return Response.json({}, { status: 401 });
      };
      const client = createChaturbate({ username: 'mira', token: 'a/b', testbed, fetch, logger: false });
      watched(client.tips());
      expect(await promise).toBe(`https://${host}/events/mira/a%2Fb/?timeout=30`);
      await client.close();
    }
  });

  it('CB-18 follows the next address as it came, and asks again at once after events', async () => {
    const { client, server, next } = await eventsApi((arrival) =>
      arrival.nth < 4
        ? page([tip(-arrival.nth)], { nextUrl: next(`i=x%20${arrival.nth}&timeout=45&z=%7E`) })
        : 'silence',
    );
    const { seen } = watched(client.tips({ backlog: 'deliver' }));
    await server.arrived(4);
    expect(server.arrivals.slice(1).map(({ url }) => url)).toEqual(
      [1, 2, 3].map((n) => `/events/mira/${token}/?i=x%20${n}&timeout=45&z=%7E`),
    );
    expect(seen).toHaveLength(3);
  });

  it('takes HTTP 400 with a next address for an idle hold, and another 400 for a failure', async () => {
    const { client, server, clock, next } = await eventsApi(
      inTurn(
        async () => idle(next('i=1&timeout=30')),
        async () => json({ status: 'bad request' }, 400, date),
        async () => page([tip(0)]),
      ),
    );
    const { seen, errors } = watched(client.tips({ backlog: 'deliver' }));
    await server.arrived(1);
    await clock.advance(seconds(5));
    await server.arrived(2);
    expect(server.arrivals[1]?.url).toContain('?i=1&timeout=30');
    await until(() => errors.length === 1);
    await clock.advance(seconds(5));
    await until(() => seen.length === 1);
    expect(server.arrivals[2]?.url).toContain('?i=1&timeout=30');
    expect(errors[0]).toMatchObject({ code: 'VALIDATION', fatal: false });
    expect(errors[0]?.message).toContain('bad request');
  });

  it('waits the interval after an early empty answer, and not after one that was held for half its hold', async () => {
    const doors = [gate(), gate()];
    const { client, server, clock, next } = await eventsApi(
      async (arrival) => {
        await doors[arrival.nth - 1]?.opened;
        return arrival.nth < 3 ? idle(next(`i=${arrival.nth}&timeout=30`)) : 'silence';
      },
      { interval: seconds(20) },
    );
    watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(15));
    doors[0]?.open();
    await server.arrived(2);
    doors[1]?.open();
    await clock.advance(seconds(20) - 1);
    expect(server.arrivals).toHaveLength(2);
    await clock.advance(1);
    await server.arrived(3);
  });

  it.each([
    ['no next address', 1, () => undefined],
    ['the same next address', 2, (next: (query: string) => string) => next('i=1&timeout=30')],
    ['a hold below a second', 2, (next: (query: string) => string, nth: number) => next(`i=${nth}&timeout=0.001`)],
  ])('EV-25 waits the interval after an answer with %s, whatever it holds', async (_, atOnce, nextOf) => {
    const { client, server, clock, next } = await eventsApi((arrival) =>
      page([tip(-arrival.nth)], { nextUrl: nextOf(next, arrival.nth) }),
    );
    const { seen } = watched(client.tips({ backlog: 'deliver' }));
    await until(() => seen.length === atOnce);
    for (let turn = atOnce; turn < atOnce + 3; turn += 1) {
      await clock.advance(seconds(5) - 1);
      expect(server.arrivals).toHaveLength(turn);
      await clock.advance(1);
      await until(() => seen.length === turn + 1);
    }
  });

  it('EV-14 gives a hold ten seconds more than it takes: the first its own, the others that of the next address', async () => {
    const { client, server, clock, next } = await eventsApi(
      inTurn(async () => page([tip(0)], { nextUrl: next('i=1&timeout=70') }), 'silence'),
      { longPoll: seconds(20) },
    );
    const { errors } = watched(client.tips());
    await server.arrived(2);
    expect(server.arrivals[0]?.url).toContain('?timeout=20');
    await clock.advance(seconds(80) - 1);
    expect(errors).toEqual([]);
    await clock.advance(1);
    await until(() => errors.length === 1);
    expect(errors[0]?.code).toBe('TIMEOUT');
  });

  it('is CONFIG with a hold that the API does not know, or that was meant in seconds', () => {
    for (const longPoll of [30, -1, seconds(91), Number.NaN])
      expect(() => createChaturbate({ username: 'mira', token, longPoll })).toThrow(/seconds\(1\) to seconds\(90\)/);
    for (const longPoll of [0, seconds(1), seconds(90)])
      expect(createChaturbate({ username: 'mira', token, longPoll })).toHaveProperty('tips');
  });

  it('skips what was given before a cold start, by the clock of the server', async () => {
    const events = [tip(hours(1), 1), tip(seconds(1), 2), tip(-seconds(1), 3)];
    const { client, server, next } = await eventsApi(
      inTurn(async () => json({ events, nextUrl: next('i=1&timeout=30') }, 200, date), 'silence'),
    );
    const { seen } = watched(client.tips());
    await server.arrived(2);
    expect(seen.map(({ amount }) => amount)).toEqual([3]);
  });

  it('marks it instead on request', async () => {
    const events = [tip(hours(1), 1), tip(-seconds(1), 3)];
    const { client, server, next } = await eventsApi(
      inTurn(async () => json({ events, nextUrl: next('i=1&timeout=30') }, 200, date), 'silence'),
      { backlog: 'mark' },
    );
    const { seen } = watched(client.tips());
    await server.arrived(2);
    expect(seen.map(({ meta }) => meta?.backlog)).toEqual([true, undefined]);
  });

  it('CB-14 ends with AUTH that names the scope, without a credential in the error', async () => {
    const { client, server, clock } = await eventsApi(() => json({ detail: `no access for ${token}` }, 401));
    const { errors, said } = watched(client.tips());
    await until(() => said.includes('ended'));
    await clock.advance(seconds(600));
    expect(server.arrivals).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'AUTH', fatal: true });
    expect(errors[0]?.message).toMatch(
      /^chaturbate events: 401, the token was refused; make a new one with the scope "Events API"/,
    );
    expect(JSON.stringify(errors[0])).not.toContain(token);
  });

  it('goes on with a new token where the old one stopped, and its checkpoint holds neither', async () => {
    const store = memoryStore();
    const kept = new Map<string, unknown>();
    const checkpoint = {
      get: store.get,
      set: (key: string, value: unknown) => {
        kept.set(key, value);
        return store.set(key, value);
      },
      delete: store.delete,
    };
    const { make, server, next } = await eventsApi(
      inTurn(async () => page([tip(0)], { nextUrl: next('i=7&timeout=30') }), 'silence'),
      { checkpoint },
    );
    const first = make();
    watched(first.tips());
    await server.arrived(2);
    await first.close();
    const second = make({ token: 'not-a-secret-successor' });
    watched(second.tips());
    await server.arrived(3);
    expect(server.arrivals[2]?.url).toBe('/events/mira/not-a-secret-successor/?i=7&timeout=30');
    expect(kept.size).toBe(1);
    expect(JSON.stringify([...kept.values()])).not.toMatch(/not-a-secret|mira/);
    expect([...kept.keys()].join()).toMatch(/^tipstream:chaturbate:127\.0\.0\.1:\d+:mira$/);
    expect(JSON.stringify([...kept])).toContain('/events/{username}/{token}/?i=7&timeout=30');
  });

  it('knows the token wherever the next address has it', async () => {
    const kept = new Map<string, unknown>();
    const checkpoint = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => void kept.set(key, value),
      delete: (key: string) => void kept.delete(key),
    };
    const { make, server } = await eventsApi(
      inTurn(async () => page([tip(0)], { nextUrl: `${server.url}/batch/${token}?page=2` }), 'silence'),
      { checkpoint },
    );
    const first = make();
    watched(first.tips());
    await server.arrived(2);
    expect(server.arrivals[1]?.url).toBe(`/batch/${token}?page=2`);
    await first.close();
    watched(make({ token: 'not-a-secret-successor' }).tips());
    await server.arrived(3);
    expect(server.arrivals[2]?.url).toBe('/batch/not-a-secret-successor?page=2');
    expect(JSON.stringify([...kept])).not.toContain('not-a-secret');
  });

  it('CB-18 keeps what only looks like a credential in the next address', async () => {
    const { client, server, next } = await eventsApi(
      inTurn(
        async () => page([tip(0)], { nextUrl: next('next_token=abc&key=k1&at=/events/a/b&s=***&timeout=30') }),
        'silence',
      ),
    );
    watched(client.tips());
    await server.arrived(2);
    expect(server.arrivals[1]?.url).toBe(
      `/events/mira/${token}/?next_token=abc&key=k1&at=/events/a/b&s=***&timeout=30`,
    );
  });

  it('is verified without a hold, and without a step forward', async () => {
    const { client, server, next } = await eventsApi(
      inTurn(async () => idle(next('i=9&timeout=0')), json({}, 401), 'silence'),
    );
    expect(await client.verify()).toEqual({ ok: true, message: 'chaturbate: the credential works' });
    expect(await client.verify()).toMatchObject({ ok: false, message: expect.stringContaining('Events API') });
    watched(client.tips());
    await server.arrived(3);
    expect(server.arrivals.map(({ query }) => query.toString())).toEqual(['timeout=0', 'timeout=0', 'timeout=30']);
  });

  it('asks for the token anew each time', async () => {
    let count = 0;
    const { client, server, next } = await eventsApi(
      (arrival) =>
        arrival.nth < 3
          ? page([tip(0, arrival.nth)], { nextUrl: next(`i=${arrival.nth}`, 'mira/not-a-secret-1') })
          : 'silence',
      {
        token: () => {
          count += 1;
          return `not-a-secret-${count}`;
        },
      },
    );
    watched(client.tips());
    await server.arrived(3);
    const used = server.arrivals.map(({ path }) => path.split('/')[3]);
    expect(new Set(used).size).toBe(3);
  });
});

describe('the events of a Chaturbate room', () => {
  const all = Object.values(fixtures('chaturbate/events'));

  it('come as they are, unknown methods included, and the anonymous without a trait', async () => {
    const anonymous = fixture('chaturbate/tips', 'eventsApiAnonymous');
    const unknown = { method: 'somethingNew', id: '1767297600999-9', object: { broadcaster: 'mira' } };
    const { client, next, server } = await eventsApi(
      inTurn(async () => page([...all, anonymous, unknown], { nextUrl: next('i=1') }), 'silence'),
      { backlog: 'deliver' },
    );
    const { seen } = watched(client.events());
    const bare = watched(client.events({ raw: true }));
    const tips = watched(client.tips());
    await server.arrived(2);
    expect(seen.slice(0, 12)).toEqual(all);
    expect(seen[12]).toMatchObject({ object: { user: { username: 'Anonymous' } } });
    expect(JSON.stringify(seen[12])).not.toContain('quiet_ada');
    expect(seen[13]).toEqual(unknown);
    expect(bare.seen).toEqual([...all, anonymous, unknown]);
    expect(tips.seen).toHaveLength(2);
    expect(server.arrivals).toHaveLength(2);
  });

  it('narrow by their method', async () => {
    const { client, next, server } = await eventsApi(
      inTurn(async () => page(all, { nextUrl: next('i=1') }), 'silence'),
      { backlog: 'deliver' },
    );
    const told: unknown[] = [];
    onTestFinished(
      client.events().subscribe((event) => {
        switch (event.method) {
          case 'tip':
            return void told.push(event.object.tip.tokens);
          case 'mediaPurchase':
            return void told.push(event.object.media.name);
          case 'privateMessage':
            return void told.push(event.object.message.fromUser);
          case 'roomSubjectChange':
            return void told.push(event.object.subject);
          case 'broadcastStart':
            return void told.push(event.object.user.username);
          default:
            return;
        }
      }),
    );
    await server.arrived(2);
    expect(told).toEqual(['mira', 'quiet_ada', 25, 'photoset1', 'An evening with Mira']);
  });
});
