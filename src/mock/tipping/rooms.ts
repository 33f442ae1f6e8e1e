import type { Peer, ServiceSocket } from '../service.ts';
import type { Sessions } from './sessions.ts';
import type { State } from './state.ts';
import type { TippingSwitches } from './switches.ts';

/** Everybody who listens to a stream. */
export interface TippingRooms {
  readonly socket: ServiceSocket;
  /** Sends an event to everybody who listens to a stream. */
  tell(streamId: string, event: unknown): void;
  /** Cuts every connection, or those of one stream, without a word. Gives how many. */
  drop(streamId?: string): number;
  /** Closes every connection with a code. */
  close(code: number, reason?: string): void;
  /** How many listen now. */
  listening(streamId?: string): number;
  /** Connections so far. */
  readonly connections: number;
  /** What clients said, the last thousand messages. */
  readonly heard: readonly string[];
}

const tokenOf = (protocols: string): string | undefined =>
  /(?:^|[\s,])(?:bearer\.)?([\w-]+\.[\w-]+\.[\w-]+)/.exec(protocols)?.[1];

/** @param joined - Told when somebody begins to listen. */
export function createRooms(
  state: State,
  sessions: Sessions,
  switches: TippingSwitches,
  joined: () => void,
): TippingRooms {
  const listeners = new Map<Peer, string>();
  const heard: string[] = [];
  let connections = 0;

  return {
    get connections() {
      return connections;
    },
    heard,
    socket: {
      path: '/v1/streams/:streamId/events',
      refuse({ url, request, params }) {
        if (!state.streams.has(params.streamId ?? '')) return 404;
        const { socketAuth: place } = switches;
        if (place === 'none' || place === 'message') return undefined;
        const query = place === 'subprotocol' ? undefined : url.searchParams.get('token');
        const named = place === 'query' ? undefined : tokenOf(request.headers.get('sec-websocket-protocol') ?? '');
        const token = query ?? named;
        if (token === undefined && place === 'any') return undefined;
        return token !== undefined && sessions.access(token) ? undefined : 401;
      },
      open({ params, url, request }, peer) {
        connections += 1;
        const join = (): void => {
          listeners.set(peer, params.streamId ?? '');
          joined();
        };
        peer.onMessage((text) => {
          heard.push(text);
          if (heard.length > 1000) heard.shift();
        });
        const { socketAuth: place } = switches;
        const known = url.searchParams.has('token') || request.headers.has('sec-websocket-protocol');
        if (place === 'message' || (place === 'any' && !known)) {
          peer.onMessage((text) => {
            if (listeners.has(peer)) return;
            const said: unknown = JSON.parse(text);
            const token = typeof said === 'object' && said !== null && 'token' in said ? String(said.token) : '';
            if (sessions.access(token)) join();
            else peer.close(4401, 'AUTHENTICATION_REQUIRED');
          });
        } else join();
        peer.onClose(() => listeners.delete(peer));
      },
    },
    tell(streamId, event) {
      for (const [peer, room] of listeners) if (room === streamId) peer.send(event);
    },
    drop(streamId) {
      const cut = [...listeners].filter(([, room]) => streamId === undefined || room === streamId);
      for (const [peer] of cut) {
        listeners.delete(peer);
        peer.drop();
      }
      return cut.length;
    },
    close(code, reason) {
      for (const [peer] of [...listeners]) peer.close(code, reason);
    },
    listening: (streamId) =>
      [...listeners.values()].filter((room) => streamId === undefined || room === streamId).length,
  };
}
