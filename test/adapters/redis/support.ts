import { Redis } from 'ioredis';
import { afterAll, onTestFinished } from 'vitest';
import type { RedisClient, Relay } from '../../../src/adapters/redis.ts';
import type { EventStream, TipEvent } from '../../../src/index.ts';

export { tipsOf } from './tips.ts';

import { type RedisServer, startRedis } from '../../support/redis-server.ts';

/** One server for a file of tests; it is started by the first who asks. */
export function redisServer(): () => Promise<RedisServer> {
  let server: Promise<RedisServer> | undefined;
  afterAll(async () => (await server)?.close());
  return () => (server ??= startRedis());
}

/** A client as an app makes it; it ends with the test. */
export function openRedis(
  { port }: { port: number },
  options: { keyPrefix?: string; protocol?: 2 | 3; enableOfflineQueue?: boolean } = {},
): Redis & RedisClient {
  const redis = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, ...options });
  redis.on('error', () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Resolves when a question is answered with `true`; asked again and again. */
export async function until(question: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The most that lie in any window, its end excluded. */
export const mostIn = (times: readonly number[], per: number): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + per).length));

/** Subscribes for the time of a test, and keeps what it got. */
export function collect(stream: EventStream<TipEvent>, act: (tip: TipEvent) => void | Promise<void> = () => {}) {
  const ids: string[] = [];
  const stop = stream.subscribe((tip) => {
    ids.push(tip.id);
    return act(tip);
  });
  onTestFinished(() => stream.close());
  return { ids, stop };
}

export const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const idsOf = (tips: readonly TipEvent[]): string[] => tips.map(({ id }) => id);
export const groupOf = async (relay: Relay) => (await relay.stats()).groups[0];
