import { describe, expect, it, onTestFinished } from 'vitest';
import * as schemas from '../../../src/adapters/schemas.ts';
import { createAnilibria } from '../../../src/anilibria/index.ts';
import { createCamsoda } from '../../../src/camsoda/index.ts';
import { createChaturbate } from '../../../src/chaturbate/index.ts';
import { createMockServer, type MockServerOptions } from '../../../src/mock/index.ts';
import type { EventStream } from '../../../src/stream/event-stream.ts';
import { take } from '../../../src/stream/operators.ts';
import { createStripchat } from '../../../src/stripchat/index.ts';
import { createTikTok } from '../../../src/tiktok/index.ts';
import { createTipping } from '../../../src/tipping/index.ts';
import { createTwitch } from '../../../src/twitch/index.ts';

/** A mock of this test alone, fast. */
async function serve(options: MockServerOptions) {
  const server = await createMockServer({ port: 0, seed: 7, pace: 100_000, ...options });
  onTestFinished(server.close);
  return server;
}

/** A client that is closed with its test. */
function during<T extends { close(): Promise<void> }>(client: T): T {
  onTestFinished(() => client.close());
  return client;
}

/** What was written into a database, and read from it. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** That what was kept passes, and is given as it was kept. */
function passes(schema: schemas.StandardSchema<unknown>, ...values: unknown[]): void {
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(schema['~standard'].validate(kept(value))).toEqual({ value: kept(value) });
}

async function first<T>(stream: EventStream<T>, count: number): Promise<T[]> {
  const events: T[] = [];
  for await (const event of take(stream, count)) events.push(event);
  return events;
}

const token = 'not-a-secret-token';

describe('what a client gave passes its schema when it is read back', () => {
  it('EV-7 tips and events of Chaturbate, in both dialects, anonymous ones too', async () => {
    const { url } = await serve({ platforms: ['chaturbate'], limit: 60 });
    const room = during(createChaturbate({ username: 'mira', token, baseUrl: url, interval: 50 }));
    const events = await first(room.events(), 40);
    passes(schemas.chaturbateEventSchema, ...events);
    expect(new Set(events.map(({ method }) => method)).size).toBeGreaterThan(5);
    const contract = during(createChaturbate({ eventsUrl: `${url}/events/chaturbate`, apiKey: 'any', interval: 50 }));
    passes(schemas.chaturbateContractEventSchema, ...(await first(contract.events(), 10)));
    const tips = await first(during(createChaturbate({ username: 'mira', token, baseUrl: url })).tips(), 10);
    passes(schemas.tipEventSchema, ...tips);
    expect(tips.some(({ anonymous }) => anonymous)).toBe(true);
  });

  it('EV-7 tips and events of Stripchat and Camsoda', async () => {
    const { url } = await serve({ platforms: ['stripchat', 'camsoda'], limit: 60 });
    const [stripchatAt, camsodaAt] = [`${url}/events/stripchat`, `${url}/events/camsoda`];
    const stripchat = () => during(createStripchat({ eventsUrl: stripchatAt, token, interval: 50 }));
    const camsoda = () =>
      during(createCamsoda({ eventsUrl: camsodaAt, broadcaster: 'mira', apiKey: 'any', interval: 50 }));
    passes(schemas.stripchatEventSchema, ...(await first(stripchat().events(), 10)));
    passes(schemas.camsodaEventSchema, ...(await first(camsoda().events(), 10)));
    passes(schemas.tipEventSchema, ...(await first(stripchat().tips(), 10)), ...(await first(camsoda().tips(), 10)));
  });

  it('TW-24 TW-25 users, chatters, moderated channels and events of Twitch', async () => {
    const { twitch, env } = await serve({ platforms: ['twitch'] });
    const scopes = [
      'moderator:read:chatters',
      'user:read:moderated_channels',
      'bits:read',
      'channel:read:subscriptions',
      'channel:read:hype_train',
    ];
    const { accessToken } = twitch.issue({ login: 'mira', scopes });
    const client = during(
      createTwitch({ clientId: twitch.clientId, token: accessToken, baseUrl: env.TWITCH_BASE_URL ?? '' }),
    );
    const { items: users } = await client.users({ logins: ['mira', 'grace'] });
    passes(schemas.twitchUserSchema, ...users);
    const broadcasterId = users[0]?.id ?? '';
    const { items: chatters } = await client.chatters({ broadcasterId, moderatorId: broadcasterId });
    passes(schemas.twitchChatterSchema, ...chatters);
    const grace = twitch.issue({ login: 'grace', scopes });
    const moderator = during(
      createTwitch({ clientId: twitch.clientId, token: grace.accessToken, baseUrl: env.TWITCH_BASE_URL ?? '' }),
    );
    const { items: channels } = await moderator.moderatedChannels({ userId: users[1]?.id ?? '' });
    passes(schemas.twitchModeratedChannelSchema, ...channels);
    passes(schemas.twitchEventSchema, ...(await first(client.events(), 10)));
    passes(schemas.tipEventSchema, ...(await first(client.tips(), 5)));
  });

  it('TT-9 TT-38 profiles and comments of TikTok', async () => {
    const { tiktok, env } = await serve({ platforms: ['tiktok'] });
    const client = during(createTikTok({ baseUrl: env.TIKTOK_BASE_URL ?? '', apiKey: tiktok.apiKey }));
    passes(schemas.tiktokUserProfileSchema, await client.profile.get({ username: 'mira' }));
    const { session_id } = await client.live.connect({ sessionId: 'evening', username: 'mira' });
    passes(schemas.tiktokCommentSchema, ...(await first(client.comments(session_id), 10)));
  });

  it('TP-38 people, streams, payments and events of the tipping platform', async () => {
    const { tipping, env } = await serve({ platforms: ['tipping'], scenario: 'quiet' });
    const client = during(createTipping({ baseUrl: env.TIPPING_BASE_URL ?? '' }));
    await client.auth.login({ email: 'ada@example.test', password: tipping.password });
    const { items: streams } = await client.streams.list();
    passes(schemas.tippingStreamSchema, ...streams);
    const stream = streams[0];
    const events = client.events({ streamId: stream?.id ?? '' });
    const heard = first(events, 1);
    await events.ready();
    const paid = await client.wallet.transfer({
      toUserId: stream?.host_id ?? '',
      tokens: 25,
      streamId: stream?.id ?? '',
      message: 'hi',
    });
    passes(schemas.tippingTransferSchema, paid);
    passes(schemas.tippingEventSchema, ...(await heard));
    passes(schemas.tippingTipSchema, ...(await client.streams.tips({ streamId: stream?.id ?? '' })).items);
    passes(schemas.tippingTransactionSchema, ...(await client.wallet.transactions()).items);
    passes(schemas.tippingBalanceSchema, await client.wallet.balance());
    passes(schemas.tippingUserSchema, await client.auth.me());
  });

  it('AL-8 AL-28 titles and news of AniLibria', async () => {
    const { env } = await serve({ platforms: ['anilibria'] });
    const client = during(createAnilibria({ baseUrl: env.ANILIBRIA_BASE_URL ?? '', logger: false }));
    const { items } = await client.titles.list({});
    passes(schemas.anilibriaTitleSchema, ...items, await client.titles.get({ id: 9919 }));
    passes(schemas.anilibriaNotificationSchema, ...(await first(client.notifications(), 20)));
  });
});
