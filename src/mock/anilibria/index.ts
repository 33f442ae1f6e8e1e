import { anilibriaVersions } from '../../anilibria/endpoints.ts';
import type { Answer } from '../answer.ts';
import type { MockService } from '../service.ts';
import { createDesk } from './desk.ts';
import { createEvening, nextNews } from './evening.ts';
import { type InternalLog, internalRoutes } from './internal-routes.ts';
import type { LibraryTitle } from './library.ts';
import { olderRoutes } from './older-routes.ts';
import { createSockets, type MockListener } from './socket.ts';
import type { AnilibriaSwitches } from './switches.ts';
import { titleRoutes } from './title-routes.ts';
import { serviceToken } from './tokens.ts';

/** What a test can see and do at the AniLibria of the mock. */
export interface AnilibriaControls {
  /** What can be changed at any time. */
  readonly switches: AnilibriaSwitches;
  readonly titles: readonly LibraryTitle[];
  /** Opens the doors between the services. */
  readonly serviceToken: string;
  /** A new token of a user. */
  issue(): string;
  /** From now on a token is too old. */
  expire(token: string): void;
  /** Who listens on a socket. */
  readonly listeners: readonly MockListener[];
  /** How many sockets were ever opened. */
  readonly connections: number;
  /** Something new, told to everybody who wants to know. */
  news(notification?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** What came through the doors between the services. */
  readonly internal: InternalLog;
  /** Answers the next request to a path that ends so with this, whoever asks. */
  next(path: string, answer: Answer): void;
}

/** AniLibria: version 2 with its socket, version 1, the doors between the services, metrics, and a piece of the public API. */
export const anilibriaService: MockService<AnilibriaControls> = {
  name: 'anilibria',
  prefix: '/anilibria',
  origins: ['http://localhost', 'http://localhost:8000', 'https://anilibria.top'],
  create(setting) {
    const desk = createDesk(setting);
    const internal: InternalLog = { synced: [], cleared: [], notified: [] };
    const evening = createEvening(desk, (news) => void sockets.tell(news));
    const sockets = createSockets(desk, evening.begin);
    return {
      routes: [
        ...titleRoutes(desk),
        ...olderRoutes(desk),
        ...internalRoutes(desk, internal, (news) => void sockets.tell(news)),
        { method: 'GET', path: '/metrics', answer: () => desk.metrics.page(sockets.listeners.length) },
      ],
      sockets: sockets.sockets,
      close: evening.end,
      env: (origin) => ({
        ANILIBRIA_BASE_URL: origin + anilibriaVersions.v2,
        ANILIBRIA_INTERNAL_URL: origin,
        ANILIBRIA_SERVICE_TOKEN: serviceToken,
      }),
      controls: {
        switches: desk.switches,
        titles: desk.titles,
        serviceToken,
        issue: desk.tokens.issue,
        expire: desk.tokens.expire,
        get listeners() {
          return sockets.listeners;
        },
        get connections() {
          return sockets.connections;
        },
        news(notification = nextNews(desk)) {
          sockets.tell(notification);
          return notification;
        },
        internal,
        next: (path, answer) => void desk.instead.push({ path, answer }),
      },
    };
  },
};
