/**
 * Tips and events of Camsoda, polled or fed by a relay.
 *
 * @module tipstream/camsoda
 */
export { type Camsoda, type CamsodaOptions, createCamsoda } from './client.ts';
export { toTip } from './normalize.ts';
export type { CamsodaEvent, CamsodaUser } from './schemas.ts';
