import { isWire } from '../stream/tip-wire.ts';

/** Whom `users` is asked for; at least one of both. */
export interface UsersInput {
  /** User ids. */
  ids?: readonly string[] | undefined;
  /** The names in addresses; upper and lower case are the same. */
  logins?: readonly string[] | undefined;
}

/** A part of a list. */
export interface PartInput {
  /** How many entries a page has. */
  first?: number | undefined;
  /** The `cursor` of the page before. */
  after?: string | undefined;
}

/** Whose chat, and who asks. */
export interface ChattersInput extends PartInput {
  /** Whose chat it is. */
  broadcasterId: string;
  /** A moderator of it, or the broadcaster: the user of the token. */
  moderatorId: string;
}

/** Who moderates. */
export interface ModeratedChannelsInput extends PartInput {
  /** The user of the token. */
  userId: string;
}

/** So many users are asked for at once, ids and logins in all. */
export const mostUsers = 100;

const fields = (input: unknown): Readonly<Record<string, unknown>> => (isWire(input) ? input : {});

const wrong = (what: string): TypeError => new TypeError(what);

const idOf = (value: unknown, name: string): string => {
  if (typeof value === 'string' && value.trim()) return value;
  throw wrong(`${name} is ${value === undefined || value === '' ? 'missing' : 'no text; ids are texts'}`);
};

const idsOf = (value: unknown, name: string): readonly string[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(`${name} is no list`);
  return value.map((one: unknown, index) => idOf(one, `${name}[${index}]`));
};

const partOf = ({ first, after }: Readonly<Record<string, unknown>>, most: number): PartInput => {
  if (first !== undefined && (typeof first !== 'number' || first % 1 !== 0 || first < 1 || first > most))
    throw wrong(`first must be a whole number from 1 to ${most}`);
  if (after !== undefined && typeof after !== 'string') throw wrong('after is no text; give the cursor of a page');
  return { first, after: after || undefined };
};

/** What the query of Get Users says. */
export function usersQuery(input: unknown): UsersInput {
  const { ids, logins } = fields(input);
  const said = { ids: idsOf(ids, 'ids'), logins: idsOf(logins, 'logins') };
  const count = said.ids.length + said.logins.length;
  if (!count) throw wrong('say whom: give ids, logins or both');
  if (count > mostUsers) throw wrong(`${count} users at once; ${mostUsers} are allowed, ids and logins in all`);
  return said;
}

/** What the query of Get Chatters says. */
export function chattersQuery(input: unknown): ChattersInput {
  const said = fields(input);
  return {
    broadcasterId: idOf(said.broadcasterId, 'broadcasterId'),
    moderatorId: idOf(said.moderatorId, 'moderatorId'),
    ...partOf(said, 1000),
  };
}

/** What the query of Get Moderated Channels says. */
export function moderatedChannelsQuery(input: unknown): ModeratedChannelsInput {
  const said = fields(input);
  return { userId: idOf(said.userId, 'userId'), ...partOf(said, 100) };
}
