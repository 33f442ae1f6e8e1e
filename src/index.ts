/**
 * The front door: what a tip is, streams and what can be done with them, errors, and the parts that an app hands to its clients. No platform is
 * in here; each has an import of its own.
 *
 * @module tipstream
 */

export type { Credential, TokenProvider } from './core/auth.ts';
export type { CacheStore } from './core/cache.ts';
export type { Meta } from './core/caller.ts';
export type { CallArguments, Calls, ClientBase, EndpointCall, ListCall } from './core/client.ts';
export type { RateState } from './core/connection.ts';
export type { Flat } from './core/endpoint.ts';
export { type ErrorCodeInfo, errorCodes } from './core/error-codes.ts';
export type { ErrorCode, Problem, RateLimit, TipstreamErrorInit } from './core/errors.ts';
export { isTipstreamError, TipstreamError } from './core/errors.ts';
export type { AcquireOptions, Limiter, RateClass, Slot } from './core/limiter.ts';
export { createLimiter } from './core/limiter.ts';
export type { Logger } from './core/logger.ts';
export { consoleLogger } from './core/logger.ts';
export type { MemoryCache, MemoryCacheOptions } from './core/memory-cache.ts';
export { memoryCache } from './core/memory-cache.ts';
export type { CacheOptions, CallOptions, ClientOptions, Fetch, RetryOptions } from './core/options.ts';
export type { AllOptions, Page } from './core/page.ts';
export type { Reader, Schema, SchemaResult } from './core/reader.ts';
export type { TelemetryContext, TelemetryEvent, TelemetryEvents, TelemetryListener } from './core/telemetry.ts';
export type { CacheTier, TieredCache, TieredOptions } from './core/tiered.ts';
export { tiered } from './core/tiered.ts';
export type { Clock, Random, Stop } from './core/time.ts';
export { days, hours, minutes, seconds } from './core/time.ts';
export type { Verification } from './core/verify.ts';
export { calculateSafeInterval, type PlatformRateLimit, rateLimits } from './rate-limits.ts';
export { type BatchOptions, batch } from './stream/batch.ts';
export type { CheckpointOption } from './stream/checkpoint.ts';
export { type CheckpointStore, memoryStore } from './stream/checkpoint-store.ts';
export { type DedupeOptions, dedupe } from './stream/dedupe.ts';
export type {
  EventStream,
  InvalidEvent,
  StreamGap,
  StreamSignals,
  StreamState,
  StreamStats,
  StreamStatus,
  WatchOptions,
} from './stream/event-stream.ts';
export { type GoalOptions, type GoalProgress, goal } from './stream/goal.ts';
export { type MergedStream, type MergeOptions, merge } from './stream/merge.ts';
export { filter, map, take, takeUntil } from './stream/operators.ts';
export type { SourceSettings } from './stream/poll-options.ts';
export { type PollTipsOptions, pollTips } from './stream/poll-tips.ts';
export type { PushOptions, PushStream } from './stream/push.ts';
export { type FromUrlOptions, fromUrl, type ServeOptions, toResponse } from './stream/serve.ts';
export { createSource, type Source, type SourceOptions } from './stream/source.ts';
export { type Tally, type TallyOptions, type TopTipper, tally } from './stream/tally.ts';
export { real, testTip } from './stream/test-tip.ts';
export type { LongPollSettings, TipClient, TipsOptions } from './stream/tip-client.ts';
export type { KnownPlatform, TipEvent, UniformTip } from './stream/tip-event.ts';
export type { TipContext, Wire } from './stream/tip-wire.ts';
export { isUniformTip, tipDate, toUniform, validateNormalizedEvent } from './stream/validate.ts';
export type { TipView } from './stream/views.ts';
export { describe, type Rates, worth } from './stream/worth.ts';
