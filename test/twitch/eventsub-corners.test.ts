import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import type { MockSubscription } from '../../src/mock/twitch/eventsub-frames.ts';
import { createTwitch, toTip } from '../../src/twitch/index.ts';
import { eventSubRoom } from './eventsub-room.ts';

const scopes = ['bits:read', 'channel:read:subscriptions', 'channel:read:charity'];
const charity = 'channel.charity_campaign.donate';
const made = (asked: readonly string[], type: string) => asked.filter((one) => one === `POST ${type}`).length;

/** A room whose stream of bits is live. */
const bits = async (options = {}) => {
  const room = await eventSubRoom({ scopes, options });
  const seen = room.watch(room.twitch.tips({ include: ['bits'] }));
  await room.pass(100);
  expect(seen.states()).toEqual(['connecting', 'live']);
  return { ...room, seen };
};

describe('a subscription that is asked for later', () => {
  it('ES-10 ES-15 and refused for now, is asked for again over the connection that takes over, and the time without it is a gap', async () => {
    const { mock, twitch, watch, pass, seen, clock } = await bits();
    mock.eventsub.refuse({ status: 429, message: 'busy', type: charity });
    const gifts = watch(twitch.tips({ include: ['charity'] }));
    await pass(seconds(1));
    expect(seen.states().at(-1)).toBe('unsubscribed');
    const at = clock.now();
    mock.eventsub.handOver();
    await pass(100);
    mock.eventsub.accept();
    await pass(seconds(5));
    mock.eventsub.happen(mock.eventsub.what.donate(500, 'EUR'));
    await pass(50);
    expect(gifts.events).toMatchObject([{ amount: 5, unit: 'EUR' }]);
    expect(gifts.gaps).toMatchObject([{ reason: 'unsubscribed' }]);
    expect(gifts.gaps[0]?.from).toBeGreaterThanOrEqual(at);
  });

  it('ES-15 is not there because one that was taken away on the same session still is listed', async () => {
    const { mock, twitch, watch, pass, asked } = await bits();
    const all = mock.eventsub.subscriptions as Map<string, MockSubscription>;
    const [mine] = [...all.values()];
    if (!mine) throw new Error('nothing is subscribed');
    all.set('gone', { ...mine, id: 'gone', type: charity, status: 'authorization_revoked' });
    mock.eventsub.refuse({ status: 409, message: 'subscription already exists', type: charity, times: 1 });
    const gifts = watch(twitch.tips({ include: ['charity'] }));
    await pass(seconds(3));
    expect(made(asked, charity)).toBe(2);
    mock.eventsub.happen(mock.eventsub.what.donate(500, 'EUR'));
    await pass(50);
    expect(gifts.events).toHaveLength(1);
  });

  it.each([
    ['the same cursor again and again', (_: number) => ({ data: [{}], pagination: { cursor: 'same' } }), 2],
    ['no subscription and new cursors', (n: number) => ({ data: [], pagination: { cursor: `c-${n}` } }), 1],
    ['subscriptions without an end', (n: number) => ({ data: [{}], pagination: { cursor: `c-${n}` } }), 10],
  ])('ES-15 is looked up in no list that never ends: %s', async (_, page, pages) => {
    let lists = 0;
    const given = await eventSubRoom({ scopes });
    const own = given.options.fetch as (request: Request) => Promise<Response>;
    const fetch = async (request: Request): Promise<Response> => {
      if (request.method !== 'GET' || !request.url.includes('/eventsub/')) return own(request);
      lists += 1;
      return Response.json(page(lists));
    };
    const twitch = createTwitch({ ...given.options, fetch } as never);
    given.mock.eventsub.refuse({ status: 409, message: 'exists', type: 'channel.cheer', times: 1 });
    const seen = given.watch(twitch.tips({ include: ['bits'] }));
    await given.pass(seconds(3));
    expect(lists).toBe(pages);
    expect(seen.states().at(-1)).toBe('live');
    await twitch.close();
  });
});

describe('an answer without a subscription in it', () => {
  it.each(['', '{}', '{"data":[]}', '{"data":null}', '<html>welcome to the hotel</html>'])(
    'ES-15 is none, whatever its status: %j is asked for again',
    async (text) => {
      const given = await eventSubRoom({ scopes });
      const own = given.options.fetch as (request: Request) => Promise<Response>;
      let lies = 2;
      const fetch = async (request: Request): Promise<Response> => {
        if (request.method !== 'POST' || !(await request.clone().text()).includes('channel.cheer')) return own(request);
        return lies-- > 0 ? new Response(text, { status: 202 }) : own(request);
      };
      const twitch = createTwitch({ ...given.options, fetch } as never);
      const seen = given.watch(twitch.tips());
      await given.pass(100);
      expect(seen.states()).toEqual(['connecting', 'unsubscribed']);
      await given.pass(seconds(5));
      expect(seen.states().at(-1)).toBe('live');
      given.mock.eventsub.happen(given.mock.eventsub.what.cheer(1));
      await given.pass(50);
      expect(seen.events).toHaveLength(1);
      await twitch.close();
    },
  );
});

describe('a redirect in place of a subscription', () => {
  it('ES-15 is no refusal: somebody on the way made it, and the subscription is asked for again', async () => {
    const given = await eventSubRoom({ scopes });
    const own = given.options.fetch as (request: Request) => Promise<Response>;
    let redirects = 2;
    const fetch = async (request: Request): Promise<Response> => {
      if (request.method !== 'POST' || redirects-- <= 0) return own(request);
      return new Response('', { status: 302, headers: { location: 'https://hotel.example/' } });
    };
    const twitch = createTwitch({ ...given.options, fetch } as never);
    const seen = given.watch(twitch.tips());
    await given.pass(seconds(5));
    expect(seen.states().at(-1)).toBe('live');
    expect(seen.errors).toEqual([]);
    given.mock.eventsub.happen(given.mock.eventsub.what.gift(3));
    given.mock.eventsub.happen(given.mock.eventsub.what.cheer(1));
    await given.pass(50);
    expect(seen.events).toHaveLength(2);
    await twitch.close();
  });
});

describe('what a hostile upstream says', () => {
  it('ES-12 ES-7 is repeated by no letter: neither a token, nor a line of its own, nor a book', async () => {
    const { mock, pass, seen, clock, options } = await bits();
    const secret = String(options.token);
    const text = `evil\n[twitch] forged \u001b[31m${secret} ${'x'.repeat(100_000)}`;
    const metadata = {
      message_id: 'r',
      message_type: 'revocation',
      message_timestamp: new Date(clock.now()).toISOString(),
    };
    const subscription = { type: text, status: text, version: '1', condition: {} };
    mock.eventsub.write({ metadata, payload: { subscription } });
    await pass(50);
    expect(seen.errors.map(({ code, message }) => [code, message])).toEqual([
      ['UPSTREAM', 'twitch eventsub: no unknown: Twitch took the subscription away (unknown)'],
    ]);
    expect(seen.states().at(-1)).toBe('live');
    for (const message of [`no ${secret}`, text.slice(0, 300)])
      mock.eventsub.refuse({ status: 400, message, type: 'channel.subscribe', times: 1 });
    mock.eventsub.drop();
    await pass(seconds(5));
    expect(JSON.stringify(seen)).not.toContain(secret);
    for (const { message } of seen.errors) expect(message).toMatch(/^\P{Cc}{1,400}$/u);
  });
});

describe('a notification', () => {
  const tip = (event: object, type = 'channel.subscription.gift') =>
    toTip({ type, event: { broadcaster_user_login: 'mira', tier: '1000', total: 1, ...event } }, { id: '1' });

  it.each([
    ['its id alone', { user_id: '274598607', user_login: 'somebody', user_name: 'Somebody' }],
    ['its id as a number', { user_id: 274598607, user_login: 'somebody', user_name: 'Somebody' }],
    ['its login alone', { user_id: '5', user_login: 'AnAnonymousGifter', user_name: 'Somebody' }],
  ])('ES-6 of the stand-in account, told by %s, names nobody', (_, who) => {
    const seen = tip(who);
    expect(seen).toMatchObject({ tipper: 'Anonymous', anonymous: true });
    expect(JSON.stringify(seen)).not.toMatch(/somebody|274598607/i);
  });

  it('ES-1 ES-20 without the id of its header says so in the log, as what is sent again would count twice', async () => {
    const warned: string[] = [];
    const logger = { warn: (text: string) => void warned.push(text), error() {} };
    const { twitch, mock } = await eventSubRoom({ options: { logger } });
    const tips = twitch.push();
    const ids: string[] = [];
    tips.subscribe(({ id }) => void ids.push(id));
    const [[type, event] = []] = mock.eventsub.what.cheer(100);
    const body = { subscription: { type }, event };
    await tips.feed({ ...body, message_id: 'm-1' });
    expect(warned).toEqual([]);
    await tips.feed(body);
    expect(ids).toHaveLength(2);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('put its header beside');
  });

  it('ES-3 of a subscription that does not say whether it was given is reported, and not passed over', () => {
    for (const is_gift of ['true', 1, 'yes', null, undefined])
      expect(() => tip({ user_login: 'grace', is_gift }, 'channel.subscribe')).toThrow(/wrong type for is_gift/);
    expect(tip({ user_login: 'grace', is_gift: true }, 'channel.subscribe')).toBe(undefined);
  });
});
