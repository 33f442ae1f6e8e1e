/**
 * What only Node has: checkpoints in a file, a program that ends well on Ctrl-C.
 *
 * @module tipstream/node
 */
export { type FileStore, fileStore } from './node/file-store.ts';
export { runUntilSignal } from './node/run-until-signal.ts';
