import { read } from '../../core/reader.ts';
import { minutes } from '../../core/time.ts';
import { twitch } from '../../twitch/endpoints.ts';

/** One question that the proxy passes on. */
export interface Route {
  /** How metrics and errors call it. */
  readonly name: string;
  /** Its path here. */
  readonly path: string;
  /** Its path at Helix. */
  readonly upstream: string;
  /** For how long an answer is kept, in milliseconds; 0 keeps none. */
  readonly ttl: number;
  /** Whether an app's own token is good for it. */
  readonly open: boolean;
  /** The parameters that it takes. */
  readonly names: readonly string[];
  /** What it may be asked, in the words of the wire and always in the same order. Throws a sentence about what is wrong. */
  query(asked: URLSearchParams): readonly [string, string][];
}

const { users, chatters, moderatedChannels } = twitch.endpoints;

/** The only value of a parameter. */
function one(asked: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = asked.getAll(name);
  if (others.length) throw new TypeError(`${name} is there ${others.length + 1} times`);
  return value || undefined;
}

/** What is asked for, without doubles and in the order of the alphabet: the same people are the same question. */
const inOrder = (names: readonly string[]): string[] => [...new Set(names)].sort();

const pairs = (said: Readonly<Record<string, string | readonly string[] | undefined>>): [string, string][] =>
  Object.entries(said).flatMap(([name, value]) => [value ?? []].flat().map((each): [string, string] => [name, each]));

/** A page of a list. */
function part(asked: URLSearchParams): { first?: number; after?: string } {
  const [first, after] = [one(asked, 'first'), one(asked, 'after')];
  return {
    ...(first !== undefined && { first: /^\d{1,9}$/.test(first) ? Number(first) : Number.NaN }),
    ...(after !== undefined && { after }),
  };
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

/** The three questions. What a parameter may be stands with the endpoints of Helix. */
export const routes: readonly Route[] = [
  {
    name: 'users',
    path: '/users',
    upstream: users.path,
    ttl: minutes(5),
    open: true,
    names: ['id', 'login'],
    query(asked) {
      const ids = inOrder(asked.getAll('id'));
      const logins = inOrder(asked.getAll('login').map((each) => each.toLowerCase()));
      // Without a name it is the token's own user; Helix says so, or says no.
      if (ids.length + logins.length > 0 && users.query) read(users.query, { ids, logins });
      return pairs({ id: ids, login: logins });
    },
  },
  {
    name: 'chatters',
    path: '/chatters',
    upstream: chatters.path,
    ttl: 0,
    open: false,
    names: ['broadcaster_id', 'moderator_id', 'first', 'after'],
    query(asked) {
      const [broadcasterId, moderatorId] = [one(asked, 'broadcaster_id'), one(asked, 'moderator_id')];
      const { first, after } = part(asked);
      if (chatters.query) read(chatters.query, { broadcasterId, moderatorId, first, after });
      return pairs({ broadcaster_id: broadcasterId, moderator_id: moderatorId, first: text(first), after });
    },
  },
  {
    name: 'moderated-channels',
    path: '/moderated-channels',
    upstream: moderatedChannels.path,
    ttl: minutes(1),
    open: false,
    names: ['user_id', 'first', 'after'],
    query(asked) {
      const userId = one(asked, 'user_id');
      const { first, after } = part(asked);
      if (moderatedChannels.query) read(moderatedChannels.query, { userId, first, after });
      return pairs({ user_id: userId, first: text(first), after });
    },
  },
];

const wire: Readonly<Record<string, string>> = { ...users.wire, ...chatters.wire, ...moderatedChannels.wire };

/**
 * The question that a query asks: checked, and always the same text for the same question.
 *
 * @returns The pairs, or a sentence about what is wrong.
 */
export function readQuestion(route: Route, query: string): readonly [string, string][] | string {
  const asked = new URLSearchParams(query);
  const { path, names } = route;
  if ([...asked.keys()].some((name) => !names.includes(name)))
    return `unknown query parameter; ${path} takes ${names.join(', ')}`;
  try {
    return route.query(asked);
  } catch (error) {
    const said = error instanceof Error ? error.message : 'the query is not right';
    const missing = /^(\w+) is missing/.exec(said)?.[1];
    const spelled = (word: string): string => (Object.hasOwn(wire, word) ? (wire[word] ?? word) : word);
    if (missing) return `Missing required parameter "${spelled(missing)}"`;
    return said.replace(/\w+/g, spelled);
  }
}
