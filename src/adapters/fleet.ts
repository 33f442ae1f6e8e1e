/**
 * Channels spread over worker processes by BullMQ: a worker that dies is replaced by the others within the lease.
 *
 * @module
 */
export type { Channel, Json } from './fleet/channel.ts';
export { createFleet, type Fleet, type FleetOptions } from './fleet/fleet.ts';
export type { Open, Opened, Publisher } from './fleet/hold.ts';
export type { Lease } from './fleet/lease.ts';
export { showFleet } from './fleet/show.ts';
export type { FleetStatus, SilentChannel, WorkerStatus } from './fleet/status.ts';
export type { FleetWorker, WorkerStats, WorkOptions } from './fleet/work.ts';
