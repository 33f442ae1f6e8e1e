import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/core/time.ts';
import { systemClock } from '../../src/core/time.ts';
import { matchPath } from '../../src/mock/platform.ts';
import { seededRandom } from '../../src/mock/random.ts';
import type { ServiceSetting } from '../../src/mock/service.ts';
import { type TwitchControls, twitchService } from '../../src/mock/twitch/index.ts';
import { createTwitch, type Twitch, type TwitchOptions, type TwitchSettings } from '../../src/twitch/index.ts';
import { type Arrival, json, startServer, type TestServer } from '../support/server.ts';

/** What a test says of its client. */
export type ClientGiven = Partial<TwitchSettings> & Pick<Partial<TwitchOptions>, 'token' | 'auth'>;

/** Twitch on loopback. */
export interface Hosted {
  readonly server: TestServer;
  /** Where Helix is. */
  readonly baseUrl: string;
  readonly controls: TwitchControls;
  /** The requests to Helix, or to another path that ends so. */
  asked(path?: string): readonly Arrival[];
  /** A client of mira with a good token, unless told otherwise; closed at the end of the test. */
  client(options?: ClientGiven): Twitch;
}

/** What is answered in place of the mock's Twitch. */
type Instead = ReturnType<typeof json> | 'reset' | 'silence' | undefined;

/** Hosts the mock's Twitch. `before` may answer in its place. */
export async function hostTwitch(
  setting: Partial<ServiceSetting> = {},
  before: (arrival: Arrival) => Instead | Promise<Instead> = () => undefined,
): Promise<Hosted> {
  const clock: Clock = setting.clock ?? systemClock;
  const { routes, controls } = twitchService.create({
    clock,
    random: seededRandom('twitch', 7),
    pace: Number.POSITIVE_INFINITY,
    every: 4000,
    strict: true,
    rateLimits: true,
    origin: () => server.url,
    ...setting,
  });
  const server: TestServer = await startServer(async (arrival) => {
    const other = await before(arrival);
    if (other) return other;
    const { method, path, url, headers, body } = arrival;
    const route = routes.find(
      (one) => one.method === method && matchPath(`${twitchService.prefix}${one.path}`, path) !== undefined,
    );
    if (!route) return json({ error: 'nothing here' }, 404);
    const request = new Request(server.url + url, {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    });
    const answer = await route.answer({
      request,
      url: new URL(request.url),
      params: {},
      body: async () => Object.fromEntries(new URLSearchParams(body)),
    });
    const date = new Date(clock.now()).toUTCString();
    return { status: answer.status, headers: { date, ...answer.headers }, body: answer.body };
  });
  const baseUrl = `${server.url}${twitchService.prefix}/helix`;
  const scopes = ['moderator:read:chatters', 'user:read:moderated_channels'];
  return {
    server,
    baseUrl,
    controls,
    asked: (path = '') => server.arrivals.filter((one) => one.path.includes(path || '/helix')),
    client(options = {}) {
      const token = options.auth ? undefined : controls.issue({ login: 'mira', scopes }).accessToken;
      const all = { clientId: controls.clientId, token, baseUrl, clock, logger: false, random: () => 0, ...options };
      const client = createTwitch(all as TwitchOptions);
      onTestFinished(client.close);
      return client;
    },
  };
}
