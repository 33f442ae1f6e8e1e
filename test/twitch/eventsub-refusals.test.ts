import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { createTwitch, type TwitchOptions, userToken } from '../../src/twitch/index.ts';
import { until } from '../support/polled.ts';
import { testSockets } from '../support/sockets.ts';
import { eventSubRoom } from './eventsub-room.ts';

describe('a socket that is not let in', () => {
  it.each([401, 403])(
    'ES-13 with %i is asked for again, as no credential goes with it and none was refused',
    async (status) => {
      const server = await testSockets();
      server.refuse(status);
      const { options, clock, watch } = await eventSubRoom();
      const twitch = createTwitch({ ...options, WebSocket: undefined, eventsubUrl: server.url } as TwitchOptions);
      const seen = watch(twitch.tips({ broadcasterId: '1' }));
      await until(() => seen.errors.length === 1);
      expect(seen.errors[0]).toMatchObject({ code: 'SOCKET', fatal: false });
      expect(seen.states().at(-1)).toBe('waiting');
      server.refuse(undefined);
      await clock.advance(seconds(1));
      await until(() => server.guests.length === 1);
      expect([seen.ended, seen.errors.length]).toEqual([[], 1]);
      await twitch.close();
    },
  );

  it('ES-13 or is closed with 1008 by somebody on the way, is asked for again, too', async () => {
    const { mock, twitch, watch, pass } = await eventSubRoom();
    const seen = watch(twitch.tips());
    await pass(100);
    mock.eventsub.close(1008, 'policy');
    await pass(seconds(30));
    expect(seen.states().at(-1)).toBe('live');
    expect([seen.ended, seen.gaps.length]).toEqual([[], 1]);
  });
});

describe('an answer that is no list of users', () => {
  it.each(['', '{}', '{"data":{}}', '{"status":"welcome to the hotel"}'])(
    'ES-18 says of nobody that they do not exist, whatever its status: %j is asked for again',
    async (text) => {
      const room = await eventSubRoom();
      const ask = room.options.fetch as (request: Request) => Promise<Response>;
      let lies = 2;
      const twitch = createTwitch({
        ...room.options,
        fetch: async (request: Request) =>
          request.url.includes('/users') && lies-- > 0 ? new Response(text) : ask(request),
      } as TwitchOptions);
      const seen = [room.watch(twitch.tips()), room.watch(twitch.tips({ login: 'mira' }))];
      await room.pass(minutes(1));
      expect(seen.map(({ ended }) => ended)).toEqual([[], []]);
      expect(seen.map((one) => one.states().at(-1))).toEqual(['live', 'live']);
      const closing = twitch.close();
      await room.pass(seconds(10));
      await closing;
    },
  );
});

describe('a token that cannot be had for a moment', () => {
  it('ES-15 is no refusal: the stream waits, and comes, whoever looks it up or renews it', async () => {
    const room = await eventSubRoom();
    const { token, ...rest } = room.options;
    let away = true;
    const give = (): string => {
      if (away) throw new Error('the vault is away');
      return String(token);
    };
    const ways = [{ token: give }, { auth: userToken({ accessToken: 'not-a-secret-old', refresh: give }) }];
    const clients = ways.map((way) => createTwitch({ ...rest, ...way } as TwitchOptions));
    const { id: broadcasterId } = room.mock.user('mira');
    const seen = clients.map((twitch) => room.watch(twitch.tips()));
    for (const twitch of clients.slice(1)) seen.push(room.watch(twitch.tips({ broadcasterId })));
    await room.pass(seconds(5));
    expect(seen.map(({ ended }) => ended)).toEqual([[], [], []]);
    away = false;
    await room.pass(minutes(2));
    expect(seen.map((one) => one.states().at(-1))).toEqual(['live', 'live', 'live']);
    const closing = Promise.all(clients.map((twitch) => twitch.close()));
    await room.pass(seconds(10));
    await closing;
  });
});
