/**
 * What only Node has: checkpoints in a file, a program that ends well on Ctrl-C, telemetry on `node:diagnostics_channel`.
 *
 * @module tipstream/node
 */
export { diagnosticsTelemetry } from './node/diagnostics.ts';
export { type FileStore, fileStore } from './node/file-store.ts';
export { runUntilSignal } from './node/run-until-signal.ts';
