/**
 * The front door: what a tip is, streams and what can be done with them, errors, and the parts that an app hands to its clients. No platform is
 * in here; each has an import of its own.
 *
 * @module
 */
export type { ErrorCode, Problem, RateLimit } from './core/errors.ts';
export { isTipstreamError, TipstreamError } from './core/errors.ts';
export type { Clock, Random, Stop } from './core/time.ts';
export { days, hours, minutes, seconds } from './core/time.ts';
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
export type { KnownPlatform, TipEvent, UniformTip } from './stream/tip-event.ts';
