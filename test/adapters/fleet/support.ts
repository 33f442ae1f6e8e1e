import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import {
  createFleet,
  type Fleet,
  type FleetOptions,
  type FleetWorker,
  type Open,
} from '../../../src/adapters/fleet.ts';
import { createRelay, type Relay } from '../../../src/adapters/redis.ts';
import { createChaturbate } from '../../../src/chaturbate/index.ts';
import type { Limiter } from '../../../src/core/limiter.ts';
import { createMockServer, type MockServer } from '../../../src/mock/index.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

/** Waits for what only the machine's own time brings; the test's own time limit ends it. */
export async function until(true_: () => unknown): Promise<void> {
  while (!(await true_())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Rooms of a mock, a Redis, and everything between them. */
export interface Ground {
  server: MockServer;
  redis: RedisServer;
  client: Redis;
  relay: Relay;
  lines: string[];
  /** The tips that the relay holds, in order. */
  taken: TipEvent[];
  fleet(options?: Partial<FleetOptions>): Fleet;
  /** Asks the room of the mock that the channel names. */
  open: Open;
  work(fleet: Fleet, name?: string, open?: Open, limiter?: Limiter): FleetWorker;
  channel(room: string): { id: string; platform: string; room: string };
  tip(room: string, message?: string): void;
}

const platform = 'chaturbate';

export async function startGround(rooms: readonly string[], journal = false): Promise<Ground> {
  const redis = await startRedis({ journal });
  const client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  client.on('error', () => {});
  const server = await createMockServer({
    port: 0,
    scenario: 'quiet',
    backlog: 0,
    platforms: [platform],
    rooms: rooms.map((channel) => ({ platform, dialect: 'real', channel })),
  });
  const relay = createRelay({ redis: client });
  const reader = relay.consume({ group: 'test', consumer: 'one' });
  const taken: TipEvent[] = [];
  const stop = reader.subscribe((tip) => void taken.push(tip));
  const lines: string[] = [];
  const keep = (line: string): void => void lines.push(line);
  const ends: (() => Promise<unknown>)[] = [];
  onTestFinished(async () => {
    await Promise.all(ends.map((end) => end()));
    stop();
    await reader.close();
    client.disconnect();
    await server.close();
    await redis.close();
  });
  const open: Open = ({ room }, { checkpoint, limiter }) =>
    createChaturbate({
      username: String(room),
      token: 'not-a-secret-token',
      baseUrl: server.url,
      longPoll: 0,
      interval: 100,
      logger: false,
      checkpoint,
      limiter,
    });
  return {
    server,
    redis,
    client,
    relay,
    lines,
    taken,
    open,
    fleet(options = {}) {
      const fleet = createFleet({ redis: client, lease: 1200, logger: { warn: keep, error: keep }, ...options });
      ends.push(() => fleet.close());
      return fleet;
    },
    work(fleet, name = 'worker', own = open, limiter = undefined) {
      const worker = fleet.work({ relay, open: own, name, limiter });
      ends.unshift(() => worker.close());
      return worker;
    },
    channel: (room) => ({ id: `chaturbate:${room}`, platform, room }),
    tip: (room, message = room) => void server.tip(platform, { dialect: 'real', channel: room, message }),
  };
}
