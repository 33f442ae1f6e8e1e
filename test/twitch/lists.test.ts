import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { appToken } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json } from '../support/server.ts';
import { type Hosted, hostTwitch } from './host.ts';

const gather = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** Puts so many people into mira's chat. */
const crowd = ({ controls }: Hosted, count: number): { broadcasterId: string; moderatorId: string } => {
  const { state } = controls;
  const { id } = controls.user('mira');
  state.chats.set(
    id,
    Array.from({ length: count }, (_, index) => state.addUser(`guest${index}`).id),
  );
  return { broadcasterId: id, moderatorId: id };
};

describe('chatters', () => {
  it('TW-2 TW-3 TW-10 TW-27 gives a page with its total and its cursor, by both ids', async () => {
    const twitch = await hostTwitch();
    const input = crowd(twitch, 7);
    const page = await twitch.client().chatters({ ...input, first: 5 });
    expect(page).toMatchObject({ total: 7, cursor: expect.any(String), next: { after: page.cursor } });
    expect(page.items.map(({ user_login }) => user_login)).toEqual(['guest0', 'guest1', 'guest2', 'guest3', 'guest4']);
    expect(twitch.asked()[0]?.url).toBe(
      `/twitch/helix/chat/chatters?broadcaster_id=${input.broadcasterId}&moderator_id=${input.moderatorId}&first=5`,
    );
    const last = await twitch.client().chatters({ ...input, first: 5, after: page.cursor });
    expect(last).toEqual({ items: expect.any(Array), total: 7 });
  });

  it.each([
    ['TW-2', 'no broadcaster', { moderatorId: '1' }, 'broadcasterId is missing'],
    ['TW-2', 'no moderator', { broadcasterId: '1' }, 'moderatorId is missing'],
    [
      'TW-3',
      'a first of 0',
      { broadcasterId: '1', moderatorId: '1', first: 0 },
      'first must be a whole number from 1 to 1000',
    ],
    ['TW-3', 'a first of 1001', { broadcasterId: '1', moderatorId: '1', first: 1001 }, 'from 1 to 1000'],
    ['TW-3', 'a first of 1.5', { broadcasterId: '1', moderatorId: '1', first: 1.5 }, 'from 1 to 1000'],
    ['TW-24', 'an id that is a number', { broadcasterId: 1, moderatorId: '1' }, 'broadcasterId is no text'],
    [
      'TW-2',
      "the wire's word",
      { broadcaster_id: '1', moderatorId: '1' },
      'write "broadcasterId", not "broadcaster_id"',
    ],
  ])('%s %s is VALIDATION before anything is sent', async (_number, _what, input, words) => {
    const { client, server } = await hostTwitch();
    const error = await failure(client().chatters(input as never));
    expect(error).toMatchObject({ code: 'VALIDATION', sent: 'no' });
    expect(error.message).toContain(words);
    expect(server.arrivals).toHaveLength(0);
  });

  it('TW-17 are never kept', async () => {
    const twitch = await hostTwitch();
    const input = crowd(twitch, 3);
    const client = twitch.client();
    await client.chatters(input);
    expect((await client.chatters.withMeta(input)).meta.cache).toBe('MISS');
    expect(twitch.asked()).toHaveLength(2);
  });

  it('TW-9 all gives everybody, with as few requests as there can be', async () => {
    const twitch = await hostTwitch();
    const input = crowd(twitch, 2500);
    expect(await gather(twitch.client().chatters.all(input))).toHaveLength(2500);
    expect(twitch.asked().map(({ query }) => query.get('first'))).toEqual(['1000', '1000', '1000']);
  });

  it.each([
    ['no-cursor', 5, 1],
    ['same-cursor', 10, 2],
    ['empty-page', 5, 2],
  ] as const)('TW-9 TW-31 a list that is broken by %s ends', async (lists, count, requests) => {
    const twitch = await hostTwitch();
    const input = crowd(twitch, 17);
    twitch.controls.switches.lists = lists;
    expect(await gather(twitch.client().chatters.all({ ...input, first: 5 }))).toHaveLength(count);
    expect(twitch.asked()).toHaveLength(requests);
  });

  it('TW-9 a cursor that is empty ends it, too', async () => {
    const twitch = await hostTwitch({}, () =>
      json({ data: [{ user_id: '1', user_login: 'a', user_name: 'A' }], pagination: { cursor: '' }, total: 9 }),
    );
    expect(await gather(twitch.client().chatters.all(crowd(twitch, 1)))).toHaveLength(1);
    expect(await twitch.client().chatters(crowd(twitch, 1))).not.toHaveProperty('cursor');
  });

  it('TW-31 a list without an end is left with UPSTREAM, and what it gave was given', async () => {
    let page = 0;
    const twitch = await hostTwitch({}, () => {
      page += 1;
      return json({
        data: [{ user_id: `${page}`, user_login: 'a', user_name: 'A' }],
        pagination: { cursor: `c${page}` },
      });
    });
    let seen = 0;
    const walk = async (): Promise<void> => {
      for await (const _ of twitch.client({ limiter: false }).chatters.all(crowd(twitch, 1))) seen += 1;
    };
    expect(await failure(walk())).toMatchObject({ code: 'UPSTREAM', message: expect.stringContaining('no end after') });
    expect(seen).toBe(2000);
  });

  it('TW-31 who moves between two pages comes once', async () => {
    const twitch = await hostTwitch();
    const input = crowd(twitch, 9);
    const chat = twitch.controls.state.chats.get(input.broadcasterId) ?? [];
    const seen: string[] = [];
    for await (const { user_login } of twitch.client().chatters.all({ ...input, first: 3 })) {
      // Somebody new in front pushes everybody back.
      if (seen.push(user_login) === 3) chat.unshift(twitch.controls.state.addUser('late').id);
    }
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen).toHaveLength(9);
  });

  it('TW-32 an invalid cursor begins again, once, and gives nobody twice', async () => {
    let broken = 1;
    const twitch = await hostTwitch({}, ({ query }) => {
      if (!query.has('after') || !broken) return undefined;
      broken -= 1;
      return json({ error: 'Bad Request', status: 400, message: 'invalid cursor' }, 400);
    });
    const input = crowd(twitch, 12);
    expect((await gather(twitch.client().chatters.all({ ...input, first: 5 }))).map((one) => one.user_login)).toEqual(
      Array.from({ length: 12 }, (_, index) => `guest${index}`),
    );
    expect(twitch.asked()).toHaveLength(5);
    broken = Number.POSITIVE_INFINITY;
    expect(await failure(gather(twitch.client().chatters.all({ ...input, first: 5 })))).toMatchObject({
      code: 'VALIDATION',
      status: 400,
    });
    expect(twitch.asked()).toHaveLength(9);
  });

  it("TW-32 a cursor of the caller's own that is invalid is the caller's error", async () => {
    const twitch = await hostTwitch();
    const walk = gather(twitch.client().chatters.all({ ...crowd(twitch, 12), after: 'nonsense' }));
    expect(await failure(walk)).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('invalid cursor'),
    });
    expect(twitch.asked()).toHaveLength(1);
  });

  it('TW-9 all stops asking where the reader stops, by max or by leaving', async () => {
    const twitch = await hostTwitch();
    const input = { ...crowd(twitch, 30), first: 5 };
    expect(await gather(twitch.client().chatters.all(input, { max: 5 }))).toHaveLength(5);
    for await (const _ of twitch.client().chatters.all(input)) break;
    expect(twitch.asked()).toHaveLength(2);
  });
});

describe('moderated channels', () => {
  const graces = async () => {
    const twitch = await hostTwitch();
    const { accessToken } = twitch.controls.issue({ login: 'grace', scopes: ['user:read:moderated_channels'] });
    return { ...twitch, grace: twitch.controls.user('grace').id, token: accessToken };
  };

  it('TW-6 TW-27 takes userId, first and after, and shows the cursor of a list that was cut', async () => {
    const { client, asked, grace, token } = await graces();
    const page = await client({ token }).moderatedChannels({ userId: grace, first: 1 });
    expect(page.items.map(({ broadcaster_login }) => broadcaster_login)).toEqual(['mira']);
    const next = await client({ token }).moderatedChannels({ userId: grace, first: 1, after: page.cursor });
    expect(next).toEqual({ items: [expect.objectContaining({ broadcaster_login: 'noor' })] });
    expect(asked()[1]?.url).toBe(
      `/twitch/helix/moderation/channels?user_id=${grace}&first=1&after=${encodeURIComponent(page.cursor ?? '')}`,
    );
    expect(await failure(client({ token }).moderatedChannels({ userId: grace, first: 101 }))).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('from 1 to 100'),
    });
  });

  it('TW-9 all asks for a hundred at once and gives every channel', async () => {
    const { client, asked, grace, token, controls } = await graces();
    for (let n = 0; n < 248; n += 1)
      controls.state.moderators.set(controls.state.addUser(`room${n}`).id, new Set([grace]));
    expect(await gather(client({ token }).moderatedChannels.all({ userId: grace }))).toHaveLength(250);
    expect(asked().map(({ query }) => query.get('first'))).toEqual(['100', '100', '100']);
  });

  it('TW-17 are kept for a minute', async () => {
    const clock = testClock();
    const { client, asked, controls } = await hostTwitch({ clock });
    const twitch = client();
    const { id: userId } = controls.user('mira');
    await twitch.moderatedChannels({ userId });
    await clock.advance(seconds(59));
    await twitch.moderatedChannels({ userId });
    expect(asked()).toHaveLength(1);
    await clock.advance(seconds(1));
    await twitch.moderatedChannels({ userId });
    expect(asked()).toHaveLength(2);
    await twitch.forget();
    await twitch.moderatedChannels({ userId });
    expect(asked()).toHaveLength(3);
    await clock.advance(minutes(1));
  });

  it('TW-29 with an app token nothing is sent, and the error names the scope of the user token that is needed', async () => {
    const { client, controls, server } = await hostTwitch();
    const twitch = client({ auth: appToken({ clientSecret: controls.clientSecret }) });
    for (const [call, scope] of [
      [twitch.moderatedChannels({ userId: '1' }), 'user:read:moderated_channels'],
      [twitch.moderatedChannels.withMeta({ userId: '1' }), 'user:read:moderated_channels'],
      [twitch.chatters({ broadcasterId: '1', moderatorId: '1' }), 'moderator:read:chatters'],
      [twitch.chatters.all({ broadcasterId: '1', moderatorId: '1' }).next(), 'moderator:read:chatters'],
    ] as const) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'PERMISSION', sent: 'no', platform: 'twitch' });
      expect(error.message).toContain(scope);
    }
    expect(server.arrivals).toHaveLength(0);
  });
});
