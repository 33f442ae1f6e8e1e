import { standardWire } from './standard-wire.ts';
import type { OpenWire } from './wire.ts';

/** Elsewhere the runtime has sockets of its own. */
export const loadSocket = (): OpenWire => standardWire(WebSocket);
