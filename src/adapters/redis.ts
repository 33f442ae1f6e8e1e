/**
 * What many processes share by way of Redis: limits, checkpoints, and a relay of tips. The app brings a client of `ioredis`.
 *
 * @module
 */
export type { RedisClient } from './redis/client.ts';
export type { ConsumeOptions, ConsumerStats, ConsumerStream } from './redis/consume.ts';
export type { Fence } from './redis/fence.ts';
export { createRedisLimiter, type RedisLimiterOptions } from './redis/limiter.ts';
export type { Publication, PublicationStats, PublishOptions } from './redis/publication.ts';
export {
  createRelay,
  type GroupStats,
  type PutResult,
  type Relay,
  type RelayOptions,
  type RelayStats,
} from './redis/relay.ts';
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis/store.ts';
