import { describe, expect, it, onTestFinished } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { createStripchat, type StripchatOptions } from '../../src/stripchat/index.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { until } from '../support/polled.ts';
import { inTurn, page, testRoom, watched } from '../support/room.ts';
import { json, type Route } from '../support/server.ts';

const tip = (amount: number) => ({ type: 'tip', amount, user: { username: 'loud_lin' } });

async function stripchat(route: Route, options: Partial<StripchatOptions> = {}) {
  const room = await testRoom(route);
  const client = createStripchat({
    ...room.common,
    eventsUrl: `${room.server.url}/v1/events`,
    token: 'not-a-secret-token',
    ...options,
  });
  onTestFinished(() => client.close());
  return { ...room, client };
}

describe('the Stripchat contract', () => {
  it('SC-1 XS-4 is asked with the token as bearer, the content type, and no query', async () => {
    const { client, server } = await stripchat(() => page([]));
    watched(client.tips());
    await server.arrived(1);
    expect(server.arrivals[0]).toMatchObject({
      method: 'GET',
      url: '/v1/events',
      headers: { authorization: 'Bearer not-a-secret-token', 'content-type': 'application/json' },
    });
  });

  it('SC-1 is asked at its own address by default', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const fetch = async (request: Request) => {
      resolve(request.url);
      return Response.json({}, { status: 401 });
    };
    const client = createStripchat({ token: 'not-a-secret-token', fetch, logger: false });
    onTestFinished(() => client.close());
    watched(client.tips());
    expect(await promise).toBe('https://api.stripchat.com/v1/events');
  });

  it('SC-6 ends with AUTH when the token is invalid or has expired', async () => {
    const { client, server, clock } = await stripchat(() => json({}, 401));
    const { errors, said } = watched(client.tips());
    await until(() => said.includes('ended'));
    await clock.advance(seconds(600));
    expect(server.arrivals).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'AUTH', fatal: true });
    expect(errors[0]?.message).toMatch(/^stripchat events: 401, the token is invalid or has expired/);
  });

  it('SC-7 EV-19 ends with PERMISSION when access is forbidden', async () => {
    const { client, server, clock } = await stripchat(() => json({}, 403));
    const { errors, said } = watched(client.tips());
    await until(() => said.includes('ended'));
    await clock.advance(seconds(600));
    expect(server.arrivals).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'PERMISSION', fatal: true });
    expect(errors[0]?.message).toMatch(/access is forbidden/);
  });

  it('SC-8 EV-19 says what the upstream says: 5xx backs off like a timeout, other 4xx goes on at the usual pace', async () => {
    const { client, server, clock } = await stripchat(
      inTurn(
        json({ message: 'the tips are out' }, 500),
        { status: 503, body: '<h1>Sorry</h1>' },
        json({ error: 'teapot' }, 418),
        page([tip(1)]),
      ),
    );
    const { errors, seen } = watched(client.tips());
    for (const [index, wait] of [5, 10, 5].entries()) {
      await until(() => errors.length === index + 1);
      await clock.advance(seconds(wait) - 1);
      expect(server.arrivals).toHaveLength(index + 1);
      await clock.advance(1);
    }
    await until(() => seen.length === 1);
    expect(errors.map(({ code }) => code)).toEqual(['SERVER', 'UNAVAILABLE', 'HTTP']);
    expect(errors[0]?.message).toContain('the tips are out');
    expect(errors[1]?.message).toContain('Sorry');
    expect(errors[1]?.message).not.toContain('<');
    expect(errors[2]?.message).toContain('teapot');
  });

  it('SC-9 waits 10 s after each failed connection', async () => {
    const { client, server, clock } = await stripchat(() => 'reset');
    const { errors } = watched(client.tips());
    for (const count of [1, 2]) {
      await until(() => errors.length === count);
      await clock.advance(seconds(10) - 1);
      expect(server.arrivals).toHaveLength(count);
      await clock.advance(1);
    }
  });

  it('SC-10 never sends two requests together: they are 0.6 s apart at least', async () => {
    const { client, server, clock } = await stripchat(() => page([]));
    const asked = Promise.all([client.verify(), client.verify(), client.verify()]);
    await server.arrived(1);
    await clock.advance(599);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await server.arrived(2);
    await clock.advance(599);
    expect(server.arrivals).toHaveLength(2);
    await clock.advance(1);
    await asked;
    expect(server.arrivals).toHaveLength(3);
  });

  it('SC-11 is asked every 5 s by default', async () => {
    const { client, server, clock } = await stripchat(() => page([]));
    watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(5) - 1);
    expect(server.arrivals).toHaveLength(1);
    await clock.advance(1);
    await server.arrived(2);
  });

  it('SC-13 waits 5 and 10 s after timeouts, 30 s after a 429 that does not say when', async () => {
    const { client, server, clock } = await stripchat(inTurn('silence', 'silence', json({}, 429), page([])));
    const { errors } = watched(client.tips());
    await server.arrived(1);
    await clock.advance(seconds(10 + 5));
    await server.arrived(2);
    await clock.advance(seconds(10 + 10));
    await server.arrived(3);
    await until(() => errors.length === 3);
    await clock.advance(seconds(30) - 1);
    expect(server.arrivals).toHaveLength(3);
    await clock.advance(1);
    await server.arrived(4);
    expect(errors.map(({ code }) => code)).toEqual(['TIMEOUT', 'TIMEOUT', 'RATE_LIMITED']);
  });

  it('SC-12 gives other types to events(), and none of them to tips()', async () => {
    const others = [
      { type: 'follow', user: { username: 'loud_lin' } },
      { type: 'goal', amount: 5 },
    ];
    const { client } = await stripchat(inTurn(page([...others, tip(5)]), 'silence'));
    const events = watched(client.events());
    const tips = watched(client.tips());
    await until(() => events.seen.length === 3);
    expect(events.seen).toEqual([...others, tip(5)]);
    expect(tips.seen.map(({ amount }) => amount)).toEqual([5]);
  });

  it('core-10 is CONFIG without options, or with a token that is none', () => {
    for (const options of [undefined, null, { token: 5 }])
      expect(() => createStripchat(options as never), String(options)).toThrow(
        expect.objectContaining({ code: 'CONFIG' }),
      );
  });

  it('core-10 names the option that is no address', () => {
    const token = 'not-a-secret-token';
    expect(() => createStripchat({ token, eventsUrl: 'nope' })).toThrow('eventsUrl');
    expect(() => createStripchat({ token, baseUrl: 'nope' })).toThrow('baseUrl');
  });

  it('is CONFIG without a token', () => {
    // @ts-expect-error The token is missing.
    expect(() => createStripchat({})).toThrow('stripchat: the option token is missing or empty');
    expect(() => createStripchat({ token: '' })).toThrow(/token is missing/);
  });
});

describe('what is pushed', () => {
  it('EV-45 needs no poll: frames, lists and lines of JSON become tips, echoes and pings do not', async () => {
    const { client, server } = await stripchat(() => page([]));
    const push = client.push({ channel: 'mira' });
    const { seen, invalid } = watched(push);
    const chat = fixture('stripchat/tips', 'chat');
    await push.feed(`{}\n${JSON.stringify(chat)}\n\n${JSON.stringify(fixture('stripchat/others', 'lovense'))}`);
    await push.feed(Object.values(fixtures('stripchat/others')));
    await push.feed(fixture('stripchat/tips', 'spent'));
    await push.feed({ events: [tip(7)] });
    await push.feed('{"type":"tip","amount":8}');
    expect(seen.map(({ amount, channel }) => [amount, channel])).toEqual([
      [42, '778899'],
      [35, 'mira'],
      [7, 'mira'],
      [8, 'mira'],
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(4);
    expect(invalid).toEqual([]);
    expect(server.arrivals).toEqual([]);
  });

  it('is a tip once, however often the same frame comes', async () => {
    const { client } = await stripchat(() => page([]));
    const push = client.push();
    const { seen } = watched(push);
    await Promise.all([push.feed(fixture('stripchat/tips', 'chat')), push.feed(fixture('stripchat/tips', 'chat'))]);
    await push.feed(fixture('stripchat/tips', 'chat'));
    expect(seen).toHaveLength(1);
    expect(push.stats().duplicates).toBe(2);
  });

  it('EV-4 is told as invalid where it cannot be read, without its content', async () => {
    const { client } = await stripchat(() => page([]));
    const push = client.push();
    const { seen, invalid } = watched(push);
    await push.feed('no JSON, {"user":"loud_lin"');
    await push.feed([{ type: 'tip', amount: 'many' }, null, tip(1)]);
    expect(seen).toHaveLength(1);
    expect(invalid).toEqual([
      { platform: 'stripchat', path: '', code: 'wrong type for event' },
      { platform: 'stripchat', path: 'amount', code: 'wrong type for amount' },
      { platform: 'stripchat', path: '', code: 'wrong type for event' },
    ]);
  });

  it('rejects when nobody watches, and can be fed again afterwards', async () => {
    const { client } = await stripchat(() => page([]));
    const push = client.push();
    const chat = fixture('stripchat/tips', 'chat');
    await expect(push.feed(chat)).rejects.toMatchObject({ code: 'CONSUMER' });
    const { seen } = watched(push);
    await push.feed(chat);
    expect(seen).toHaveLength(1);
  });

  it('resolves when the tip was taken, not before', async () => {
    const { client } = await stripchat(() => page([]));
    const push = client.push();
    const { promise, resolve } = Promise.withResolvers<void>();
    onTestFinished(push.subscribe(() => promise));
    let fed = false;
    const feeding = push.feed(tip(1)).then(() => {
      fed = true;
    });
    await until(() => push.stats().untaken === 1);
    expect(fed).toBe(false);
    resolve();
    await feeding;
  });

  it('leaves out what was given out of sight of the room, on request', async () => {
    const { client } = await stripchat(() => page([]));
    const [all, open] = [client.push(), client.push({ includePrivate: false })];
    const [everything, public_] = [watched(all), watched(open)];
    for (const stream of [all, open]) await stream.feed([fixture('stripchat/tips', 'chatBare'), tip(1)]);
    expect(everything.seen.map(({ meta }) => meta?.private)).toEqual([true, undefined]);
    expect(public_.seen.map(({ amount }) => amount)).toEqual([1]);
  });
});
