import type { Endpoint } from '../../core/endpoint.ts';
import { twitch } from '../../twitch/endpoints.ts';
import { type Answer, json } from '../answer.ts';
import type { ServiceRoute, ServiceVisit } from '../service.ts';
import { type Admission, admit, type Desk, hasScope } from './desk.ts';
import { refusal } from './refusal.ts';

type Handler = (query: URLSearchParams, admission: Admission, desk: Desk) => Answer;

/** The place that a cursor names; `undefined` for what is none. */
function placeOf(cursor: string): number | undefined {
  try {
    const [, place] = /^at (\d+)$/.exec(atob(cursor)) ?? [];
    return place === undefined ? undefined : Number(place);
  } catch {
    return undefined;
  }
}

/** A page of a list, its cursor naming the place where the next one begins. */
function pageOf(
  all: readonly unknown[],
  query: URLSearchParams,
  { most, usual, lists }: { most: number; usual: number; lists: Desk['switches']['lists'] },
): Answer | { data: readonly unknown[]; pagination: { cursor?: string } } {
  const first = Number(query.get('first') ?? usual);
  if (!Number.isInteger(first) || first < 1 || first > most)
    return refusal(
      400,
      `The parameter "first" was malformed: the value must be ${first > most ? `less than or equal to ${most}` : 'greater than or equal to 1'}`,
    );
  const from = placeOf(query.get('after') || btoa('at 0'));
  if (from === undefined) return refusal(400, 'invalid cursor');
  const data = lists === 'empty-page' && from > 0 ? [] : all.slice(from, from + first);
  const more = from + first < all.length || lists === 'empty-page';
  const next = lists === 'same-cursor' ? first : from + first;
  return {
    data,
    pagination: (more || lists === 'same-cursor') && lists !== 'no-cursor' ? { cursor: btoa(`at ${next}`) } : {},
  };
}

const isAnswer = (value: Answer | object): value is Answer => 'status' in value && 'body' in value;

/** Whether the token belongs to the user that the parameter names, and has the scope; or why not. */
function ofUser(query: URLSearchParams, name: string, scope: string, { token }: Admission): Answer | undefined {
  if (token.userId !== undefined && token.userId !== query.get(name))
    return refusal(401, `The ID in ${name} must match the user ID found in the request's OAuth token.`);
  return token.userId === undefined || !hasScope(token, scope) ? refusal(401, `Missing scope: ${scope}`) : undefined;
}

const missing = (query: URLSearchParams, ...names: string[]): Answer | undefined => {
  const [name] = names.filter((one) => !query.get(one));
  return name === undefined ? undefined : refusal(400, `Missing required parameter "${name}"`);
};

const users: Handler = (query, { token, headers }, { state }) => {
  const ids = query.getAll('id');
  const logins = query.getAll('login').map((login) => login.toLowerCase());
  if (ids.length + logins.length > 100)
    return refusal(400, 'The parameters "id" and "login" were malformed: there must be at most 100 of both', headers);
  if (!ids.length && !logins.length) {
    if (token.userId === undefined) return refusal(400, 'Must provide an ID, Login or OAuth Token', headers);
    ids.push(token.userId);
  }
  const found = [...state.users.values()].filter(({ id, login }) => ids.includes(id) || logins.includes(login));
  const data = found.map(({ email, ...user }) =>
    user.id === token.userId && hasScope(token, 'user:read:email') ? { ...user, email } : user,
  );
  return json(200, { data }, headers);
};

const chatters: Handler = (query, admission, { state, switches }) => {
  const { headers } = admission;
  const wrong =
    missing(query, 'broadcaster_id', 'moderator_id') ??
    ofUser(query, 'moderator_id', 'moderator:read:chatters', admission);
  if (wrong) return wrong;
  const [broadcaster, moderator] = [query.get('broadcaster_id') ?? '', query.get('moderator_id') ?? ''];
  if (broadcaster !== moderator && !state.moderators.get(broadcaster)?.has(moderator))
    return refusal(403, "The user in moderator_id is not one of the broadcaster's moderators.", headers);
  const all = (state.chats.get(broadcaster) ?? []).flatMap((id) => {
    const user = state.users.get(id);
    return user ? [{ user_id: id, user_login: user.login, user_name: user.display_name }] : [];
  });
  const page = pageOf(all, query, { most: 1000, usual: 100, lists: switches.lists });
  return isAnswer(page) ? page : json(200, { ...page, total: all.length }, headers);
};

const moderatedChannels: Handler = (query, admission, { state, switches }) => {
  const wrong = missing(query, 'user_id') ?? ofUser(query, 'user_id', 'user:read:moderated_channels', admission);
  if (wrong) return wrong;
  const all = [...state.moderators].flatMap(([id, moderators]) => {
    const user = state.users.get(id);
    return user && moderators.has(query.get('user_id') ?? '')
      ? [{ broadcaster_id: id, broadcaster_login: user.login, broadcaster_name: user.display_name }]
      : [];
  });
  const page = pageOf(all, query, { most: 100, usual: 20, lists: switches.lists });
  return isAnswer(page) ? page : json(200, page, admission.headers);
};

/** The routes of Helix. */
export function helixRoutes(desk: Desk): ServiceRoute[] {
  const route = ({ method, path }: Endpoint<never>, handler: Handler): ServiceRoute => ({
    method,
    path: `/helix${path}`,
    answer(visit: ServiceVisit) {
      const admission = admit(visit, desk);
      return isAnswer(admission) ? admission : handler(visit.url.searchParams, admission, desk);
    },
  });
  const { endpoints } = twitch;
  return [
    route(endpoints.users, users),
    route(endpoints.chatters, chatters),
    route(endpoints.moderatedChannels, moderatedChannels),
  ];
}
