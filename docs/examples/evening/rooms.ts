import type { Clock, EventStream, Logger, TipEvent } from 'tipstream';
import { seconds } from 'tipstream';
import { createCamsoda } from 'tipstream/camsoda';
import { createChaturbate } from 'tipstream/chaturbate';
import { clientsFromEnv } from 'tipstream/env';
import { createMockServer, type FaultPlan } from 'tipstream/mock';
import { createStripchat } from 'tipstream/stripchat';
import { fastClock } from './clock.ts';

/** One room whose tips come in. */
export interface OpenRoom {
  platform: string;
  /** Tells two rooms of one platform apart. */
  dialect: string;
  tips: EventStream<TipEvent>;
}

/** Where the tips of an evening come from. */
export interface Rooms {
  title: string;
  rooms: readonly OpenRoom[];
  now(): number;
  /** The failures that the mock made happen, by platform and kind. */
  faults?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  close(): Promise<void>;
}

/** What a mock evening is made of. */
export interface MockEvening {
  seed: string;
  tips: number;
  faults: FaultPlan | undefined;
  logger: Logger | false;
  /** How many times faster than the wall. */
  speed: number;
}

/** Three platforms on this machine, Chaturbate in both dialects, over real HTTP, on a clock that makes an evening short. */
export async function mockRooms({ seed, tips, faults, logger, speed }: MockEvening): Promise<Rooms> {
  const clock: Clock = fastClock(speed);
  const server = await createMockServer({
    port: 0,
    seed,
    limit: tips,
    every: seconds(20),
    clock,
    faults,
  });
  const roomOf = (platform: string, dialect = 'contract') => {
    const room = server.world.rooms.find((each) => each.platform === platform && each.dialect === dialect);
    if (!room) throw new Error(`the mock has no room of ${platform} in the dialect ${dialect}`);
    return room;
  };
  // Time limits are for the network, which is not as fast as this clock: ten seconds of the wall.
  const common = { clock, timeout: seconds(10) * speed, logger };
  const documented = roomOf('chaturbate');
  const real = roomOf('chaturbate', 'real');
  const camsodaRoom = roomOf('camsoda');
  const contract = createChaturbate({
    ...common,
    eventsUrl: `${server.url}/events/{broadcaster}`,
    broadcaster: documented.channel,
    apiKey: documented.credential,
  });
  const eventsApi = createChaturbate({
    ...common,
    baseUrl: server.url,
    username: real.channel,
    token: real.credential,
  });
  const stripchat = createStripchat({
    ...common,
    eventsUrl: `${server.url}/v1/events`,
    token: roomOf('stripchat').credential,
  });
  const camsoda = createCamsoda({
    ...common,
    eventsUrl: `${server.url}/external/events`,
    broadcaster: camsodaRoom.channel,
    apiKey: camsodaRoom.credential,
  });
  return {
    title: `an evening on the mock, seed ${seed}`,
    rooms: [
      { platform: 'chaturbate', dialect: 'contract', tips: contract.tips() },
      { platform: 'chaturbate', dialect: 'events api', tips: eventsApi.tips() },
      { platform: 'stripchat', dialect: 'contract', tips: stripchat.tips() },
      { platform: 'camsoda', dialect: 'contract', tips: camsoda.tips() },
    ],
    now: clock.now,
    faults: server.faults,
    async close() {
      await Promise.all([contract, eventsApi, stripchat, camsoda].map((client) => client.close()));
      await server.close();
    },
  };
}

/** The rooms that the environment has credentials for. */
export async function liveRooms(env: NodeJS.ProcessEnv, logger: Logger | false): Promise<Rooms> {
  const { close, twitch, ...clients } = clientsFromEnv(env, { logger });
  const all = Object.entries({ ...clients, ...(twitch && { twitch: await twitch() }) });
  const rooms = all.map(([platform, client]) => ({ platform, dialect: '', tips: client.tips() }));
  if (rooms.length === 0)
    throw new Error(
      'no platform is set up; give CHATURBATE_USERNAME and CHATURBATE_TOKEN, STRIPCHAT_TOKEN, CAMSODA_BROADCASTER and CAMSODA_API_KEY, or TWITCH_CLIENT_ID and TWITCH_TOKEN',
    );
  return { title: 'your rooms', rooms, now: Date.now, close };
}
