/**
 * Tips and events of Stripchat, polled or fed by a relay.
 *
 * @module tipstream/stripchat
 */
export { createStripchat, type Stripchat, type StripchatOptions } from './client.ts';
export { toTip } from './normalize.ts';
export type { StripchatEvent, StripchatUser } from './schemas.ts';
