import type { Clock, Random } from '../../core/time.ts';
import { seconds } from '../../core/time.ts';
import type { TwitchUser } from '../../twitch/schemas.ts';
import { people } from '../people.ts';
import { pick } from '../random.ts';

/** A token that the mock gave out. */
export interface MockToken {
  accessToken: string;
  clientId: string;
  /** Absent of an app's token. */
  userId?: string | undefined;
  refreshToken?: string | undefined;
  scopes: readonly string[];
  /** Unix time in milliseconds. */
  expiresAt: number;
}

/** What a new token is to be like. */
export interface IssueOptions {
  /** Whose it is. @default an app's */
  login?: string | undefined;
  /** What it may do. @default nothing that needs a scope */
  scopes?: readonly string[] | undefined;
  /** @default 4 hours; of an app's about 58 days */
  seconds?: number | undefined;
  /** The app that it is made for. @default the mock's */
  clientId?: string | undefined;
}

/** Everything that the mock's Twitch knows. */
export interface TwitchState {
  readonly clock: Clock;
  readonly random: Random;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly users: Map<string, TwitchUser & { email: string }>;
  /** Who is in a chat, by the broadcaster's id, in order. */
  readonly chats: Map<string, string[]>;
  /** Whom a broadcaster made moderator: their ids, by the broadcaster's id. */
  readonly moderators: Map<string, Set<string>>;
  readonly tokens: Map<string, MockToken>;
  /** Somebody by login. */
  user(login: string): TwitchUser & { email: string };
  /** Somebody new. */
  addUser(login: string): TwitchUser & { email: string };
  /** A new token: of a user with `login`, else of the app. */
  issue(options?: IssueOptions): MockToken;
  /** Whose a token is, as long as it is good. */
  find(accessToken: string): MockToken | undefined;
  /** A text that is no token of anybody. */
  secret(): string;
}

/** An app's token lives so long. */
const appLife = 4_999_199;
const userLife = 14_400;

/** Twitch with a few invented people: `mira` and `noor` have channels, `grace` moderates both, everybody sits in mira's chat. */
export function createState(clock: Clock, random: Random): TwitchState {
  const began = clock.now();
  const state: TwitchState = {
    clock,
    random,
    clientId: 'mockclientid',
    clientSecret: 'not-a-secret-client',
    users: new Map(),
    chats: new Map(),
    moderators: new Map(),
    tokens: new Map(),
    user(login) {
      for (const user of state.users.values()) if (user.login === login) return user;
      throw new Error(`there is nobody called ${login}`);
    },
    addUser(login) {
      let id: string;
      do id = `${100_000 + Math.floor(random() * 900_000_000)}`;
      while (state.users.has(id));
      const user = {
        id,
        login,
        display_name: login.replace(/(^|_)([a-z])/g, (_, gap: string, letter: string) => gap + letter.toUpperCase()),
        type: '',
        broadcaster_type: pick(random, ['', 'affiliate', 'partner']),
        description: '',
        profile_image_url: `https://images.example/${id}.png`,
        offline_image_url: '',
        view_count: 0,
        created_at: new Date(began - seconds(86_400) * (1 + Math.floor(random() * 3000)))
          .toISOString()
          .replace(/\.\d+/, ''),
        email: `${login}@mail.example`,
      };
      state.users.set(id, user);
      return user;
    },
    issue({ login, scopes = [], clientId = state.clientId, ...options } = {}) {
      const userId = login === undefined ? undefined : state.user(login).id;
      const life = options.seconds ?? (userId === undefined ? appLife : userLife);
      const token: MockToken = {
        accessToken: state.secret(),
        clientId,
        userId,
        refreshToken: userId === undefined ? undefined : state.secret(),
        scopes,
        expiresAt: clock.now() + seconds(life),
      };
      state.tokens.set(token.accessToken, token);
      return token;
    },
    find(accessToken) {
      const token = state.tokens.get(accessToken);
      return token && clock.now() < token.expiresAt ? token : undefined;
    },
    secret: () => `not-a-secret-${Array.from({ length: 17 }, () => Math.floor(random() * 36).toString(36)).join('')}`,
  };
  const [mira, noor, grace, ...others] = ['mira', 'noor', 'grace', 'ada', ...people].map(state.addUser);
  if (mira && noor && grace) {
    state.chats.set(
      mira.id,
      [grace, ...others].map(({ id }) => id),
    );
    state.chats.set(noor.id, [grace.id]);
    for (const { id } of [mira, noor]) state.moderators.set(id, new Set([grace.id]));
  }
  return state;
}
