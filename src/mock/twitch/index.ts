import type { Answer } from '../answer.ts';
import type { MockService } from '../service.ts';
import { admit, createDesk } from './desk.ts';
import { createEventSub, type EventSubControls } from './eventsub.ts';
import { helixRoutes } from './helix-routes.ts';
import { idRoutes } from './id-routes.ts';
import { type ProxyControls, proxyRoutes } from './proxy-routes.ts';
import type { IssueOptions, MockToken, TwitchState } from './state.ts';
import type { TwitchSwitches } from './switches.ts';

/** What a test can see and do at the Twitch of the mock. */
export interface TwitchControls {
  /** The client id of the one app that is known. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** What can be changed at any time. */
  readonly switches: TwitchSwitches;
  readonly state: TwitchState;
  /** Somebody by login: `mira` and `noor` have channels, `grace` moderates both. */
  user: TwitchState['user'];
  /** A new token: of a user with `login`, else of the app. */
  issue(options?: IssueOptions): MockToken;
  /** From now on a token is good for nothing; its refresh token neither, unless `keep` says so. */
  revoke(accessToken: string, options?: { keep?: boolean }): void;
  /** The sockets of EventSub, and what happens in mira's channel. */
  readonly eventsub: EventSubControls;
  /** The proxy: what it logged and keeps. */
  readonly proxy: ProxyControls;
  /** Answers the next request to a path that ends so with this, whoever asks. */
  next(path: string, answer: Answer): void;
}

/**
 * Twitch: Helix below `/helix`, id.twitch.tv below `/oauth2`, the sockets of EventSub at `/ws`, as they are in production; at the root the
 * proxy as it is documented.
 */
export const twitchService: MockService<TwitchControls> = {
  name: 'twitch',
  prefix: '/twitch',
  origins: ['https://api.twitch.tv', 'https://id.twitch.tv', 'https://eventsub.wss.twitch.tv'],
  create(setting) {
    const desk = createDesk(setting);
    const { state, switches } = desk;
    const { id, login, display_name: name } = state.user('mira');
    const eventsub = createEventSub({
      ...setting,
      channel: { id, login, name },
      callerOf(visit) {
        const admission = admit(visit, desk);
        return 'status' in admission ? admission : { ...admission.token, headers: admission.headers };
      },
    });
    const helix = helixRoutes(desk);
    const proxy = proxyRoutes(desk, helix);
    return {
      routes: [...helix, ...idRoutes(desk), ...proxy.routes, ...eventsub.routes],
      sockets: eventsub.sockets,
      close: eventsub.close,
      env: (origin) => ({
        TWITCH_CLIENT_ID: state.clientId,
        TWITCH_CLIENT_SECRET: state.clientSecret,
        TWITCH_BASE_URL: `${origin}/helix`,
      }),
      controls: {
        clientId: state.clientId,
        clientSecret: state.clientSecret,
        switches,
        state,
        user: state.user,
        eventsub: eventsub.controls,
        proxy: proxy.controls,
        issue: state.issue,
        revoke(accessToken, { keep = false } = {}) {
          const token = state.tokens.get(accessToken);
          if (token) Object.assign(token, { expiresAt: 0, ...(keep ? {} : { refreshToken: undefined }) });
        },
        next: (path, answer) => void desk.instead.push({ path, answer }),
      },
    };
  },
};
