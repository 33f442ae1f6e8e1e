/**
 * Every upstream in one process, for offline work and tests: the documented polling and the true Chaturbate long poll,
 * a seeded evening of tips, failures on request.
 *
 * @module
 */

export type { Clock } from '../core/time.ts';
export type { FailOptions } from './failures.ts';
export type { Fault, FaultMix, FaultPlan, FaultTurn, Hint } from './faults.ts';
export type { InjectedTip, Mock, MockOptions, MockRequest, Where } from './options.ts';
export type { Dialect, Room, ScriptTip } from './platform.ts';
export { createMockServer, type MockServer, type MockServerOptions } from './server.ts';
export type { RoomOptions, World } from './world.ts';
