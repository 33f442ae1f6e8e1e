/**
 * Every upstream in one process, for offline work and tests: the documented polling and the true Chaturbate long poll,
 * a seeded evening of tips, the upstreams that have accounts, methods and sockets, failures on request.
 *
 * @module tipstream/mock
 */

export type { Clock, Random, Stop } from '../core/time.ts';
export type { Answer, Trouble } from './answer.ts';
export type * from './controls.ts';
export type { FailOptions } from './failures.ts';
export type { FaultMix, FaultPlan, FaultTurn } from './fault-plan.ts';
export type {
  Fault,
  Hint,
  PlainFault,
  RateLimitFault,
  RefuseFault,
  SlowFault,
  SocketFault,
  StatusFault,
} from './faults.ts';
export type { InjectedTip, Mock, MockOptions, MockRequest, ServedRoute, ServedService, Where } from './options.ts';
export type { Dialect, Room, ScriptTip } from './platform.ts';
export { createMockServer, type MockServer, type MockServerOptions, type ServedMock } from './server.ts';
export type { Peer } from './service.ts';
export type { ServiceControls } from './services.ts';
export type { AcceptedUpgrade, RefusedUpgrade, Upgrade } from './upstreams.ts';
export type { RoomOptions, World } from './world.ts';
