import { listEndpoints } from '../../core/endpoint.ts';
import { isWire } from '../../stream/tip-wire.ts';
import { tiktok } from '../../tiktok/endpoints.ts';
import type { Answer } from '../answer.ts';
import type { MockService, ServiceRoute } from '../service.ts';
import { accountHandlers } from './accounts.ts';
import { callerOfVisit, createBuckets, type Desk, isRule } from './desk.ts';
import type { Handler } from './handler.ts';
import { pageHandlers } from './pages.ts';
import { forbidden, unauthenticated } from './refusal.ts';
import { roomHandlers } from './rooms.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { admin, createState, developmentKey, eveningSession, type TikTokState } from './state.ts';
import { switchesOf, type TikTokSwitches } from './switches.ts';

/** What a test can see and do at the TikTok service of the mock. */
export interface TikTokControls extends Pick<Sockets, 'emit' | 'comment' | 'gift' | 'peers'> {
  /** The development key. */
  readonly apiKey: string;
  /** The first account, an admin's. */
  readonly admin: { readonly username: string; readonly password: string };
  /** The session that is connected from the start. */
  readonly sessionId: string;
  /** What can be changed at any time. */
  readonly switches: TikTokSwitches;
  /** Sessions, accounts, keys, and who is `offline` or `unknown`. */
  readonly state: TikTokState;
  /** The service loses a room, or hears it again, without anybody's doing. */
  hears(sessionId: string, connected: boolean): void;
}

const handlers: Readonly<Record<string, Handler>> = { ...pageHandlers, ...roomHandlers, ...accountHandlers };

/** What a key must allow for an endpoint. */
const permissionFor = (name: string, method: string): string =>
  name === 'live.connect' || name === 'live.disconnect' ? 'connect' : method === 'GET' ? 'read' : 'write';

/** The Profile & Engagement service: all of its routes and its socket, with a state (TT-39 to TT-41). */
export const tiktokService: MockService<TikTokControls> = {
  name: 'tiktok',
  prefix: '/tiktok',
  origins: ['http://localhost:8002'],
  create(setting) {
    const { clock, random, rateLimits = false } = setting;
    const switches = switchesOf(rateLimits);
    const state = createState(clock, random);
    const desk: Desk = {
      clock,
      random,
      state,
      switches,
      listeners: () => sockets.listeners(),
      changed: (sessionId) => sockets.look(sessionId),
    };
    const take = createBuckets(desk);
    const sockets = createSockets(desk, setting, take);

    const routes = listEndpoints(tiktok.endpoints).map(({ name, method, path, rate, auth }): ServiceRoute => {
      const handler = handlers[name];
      if (!handler) throw new Error(`the mock has no answer for ${name}`);
      return {
        method,
        path: path.replace(/\{(\w+)\}/g, ':$1'),
        async answer(visit): Promise<Answer> {
          const caller = callerOfVisit(desk, visit);
          const { headers, refused } = isRule(rate)
            ? take(rate, caller?.who ?? '-')
            : { headers: {}, refused: undefined };
          const answer = async (): Promise<Answer> => {
            if (refused) return refused;
            if (auth !== false) {
              if (!caller) return unauthenticated();
              const { permissions } = caller;
              if (!permissions.includes('*') && !permissions.includes(permissionFor(name, method))) return forbidden();
            }
            const body = await visit.body();
            return handler({ visit, body: isWire(body) ? body : {} }, desk);
          };
          const given = await answer();
          return { ...given, headers: { ...given.headers, ...headers } };
        },
      };
    });
    return {
      routes,
      sockets: [sockets.socket],
      close: sockets.close,
      env: (origin) => ({ TIKTOK_BASE_URL: origin, TIKTOK_API_KEY: developmentKey }),
      controls: {
        apiKey: developmentKey,
        admin,
        sessionId: eveningSession,
        switches,
        state,
        emit: sockets.emit,
        comment: sockets.comment,
        gift: sockets.gift,
        peers: sockets.peers,
        hears(sessionId, connected) {
          const session = state.sessions.get(sessionId);
          if (session) session.connected = connected;
          sockets.look(sessionId);
        },
      },
    };
  },
};
