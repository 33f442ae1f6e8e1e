/**
 * Every upstream in one process, for offline work and tests: the documented polling and the true Chaturbate long poll,
 * a seeded evening of tips, failures on request.
 *
 * @module
 */

export type { Clock, Stop } from '../core/time.ts';
export type { Answer, Trouble } from './answer.ts';
export type { FailOptions } from './failures.ts';
export type { FaultMix, FaultPlan, FaultTurn } from './fault-plan.ts';
export type {
  Fault,
  Hint,
  PlainFault,
  RateLimitFault,
  SlowFault,
  StatusFault,
} from './faults.ts';
export type { InjectedTip, Mock, MockOptions, MockRequest, ServedRoute, Where } from './options.ts';
export type { Dialect, Room, ScriptTip } from './platform.ts';
export { createMockServer, type MockServer, type MockServerOptions } from './server.ts';
export type { RoomOptions, World } from './world.ts';
