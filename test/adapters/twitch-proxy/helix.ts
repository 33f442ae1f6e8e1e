import { type TwitchProxyOptions, twitchProxyHandler } from '../../../src/adapters/twitch-proxy.ts';
import { type Route, startServer, type TestServer } from '../../support/server.ts';

export const token = 'not-a-secret-token';

/** A page of users, chatters or channels that says whose token asked: what one sees, no other may see. */
export const personal: Route = ({ path, query, headers, nth }) => ({
  headers: {
    'content-type': 'application/json',
    'ratelimit-limit': '800',
    'ratelimit-remaining': '799',
    'set-cookie': 'a=b',
    'x-strange': '1',
  },
  body: JSON.stringify({
    data: [{ id: query.getAll('id').join(), path, nth, email: `${headers.authorization?.slice(-5)}@example.com` }],
  }),
});

export interface Proxied {
  readonly helix: TestServer;
  readonly handler: (request: Request) => Promise<Response>;
  /** What the handler wrote to its log. */
  readonly lines: string[];
  /** Asks the handler. */
  ask(target: string, init?: RequestInit & { token?: string | null }): Promise<Response>;
}

/** A handler before a Helix of its own. */
export async function proxied(route: Route = personal, options: Partial<TwitchProxyOptions> = {}): Promise<Proxied> {
  const helix = await startServer(route);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const handler = twitchProxyHandler({
    clientId: 'someclient',
    baseUrl: `${helix.url}/helix`,
    logger: { info: log, warn: log },
    random: () => 0,
    rate: { perSecond: 10_000 },
    ...options,
  });
  return {
    helix,
    handler,
    lines,
    ask(target, { token: given = token, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (given !== null) headers.set('authorization', `Bearer ${given}`);
      return handler(new Request(`http://proxy.example:8081${target}`, { ...init, headers }));
    },
  };
}
