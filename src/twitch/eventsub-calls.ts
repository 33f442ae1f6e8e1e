import { createCaller } from '../core/caller.ts';
import type { Connection } from '../core/connection.ts';
import { del, get, post } from '../core/endpoint.ts';
import { isTipstreamError, type TipstreamError } from '../core/errors.ts';
import { minutes } from '../core/time.ts';
import { isWire, textOf, type Wire } from '../stream/tip-wire.ts';
import { twitch } from './endpoints.ts';
import type { Topic } from './eventsub-topics.ts';

/** A subscription as Helix lists it. */
export interface Listed {
  id: string;
  status: string;
  type: string;
  version: string;
  condition: Wire;
  /** The session of its socket, `''` where it has none. */
  session: string;
}

/** What is asked of Helix for a socket. */
export interface EventSubCalls {
  /** The id of the user with this login; without one of the token's own user. `undefined` where there is none. */
  userId(login: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** Whether the answer holds a subscription, as it should. */
  subscribe(topic: Topic, session: string, signal: AbortSignal): Promise<boolean>;
  /** Every subscription of this type that the token may see. */
  list(type: string, signal: AbortSignal): Promise<Listed[]>;
  remove(id: string, signal: AbortSignal): Promise<void>;
}

/** An object, or one of which nothing is known. */
export const part = (value: unknown): Wire => (isWire(value) ? value : {});

/** Only a list says that there is nobody, or nothing. */
const listOf = (body: unknown): readonly unknown[] => {
  const { data } = part(body);
  if (data !== null && !Array.isArray(data)) throw new TypeError('data: invalid_type');
  return data ?? [];
};

/** A subscription, as Helix and a revocation print it. */
export const listed = (value: unknown): Listed => {
  const { id, status, type, version, condition, transport } = part(value);
  return {
    id: textOf(id),
    status: textOf(status),
    type: textOf(type),
    version: textOf(version),
    condition: part(condition),
    session: textOf(part(transport).session_id),
  };
};

// Without a rate class: a 429 here says that there are too many sockets or subscriptions, and must hold nothing else back.
const endpoints = {
  user: get('/users', {
    query: (input) => ({ login: part(input).login }),
    response: (body) => textOf(part(listOf(body)[0]).id) || undefined,
  }),
  subscribe: post('/eventsub/subscriptions', {
    body: (input) => part(input),
    response: (body) => listOf(body).length > 0,
  }),
  list: get('/eventsub/subscriptions', {
    query: (input) => part(input),
    response: (body) => ({
      items: listOf(body).map(listed),
      after: textOf(part(part(body).pagination).cursor) || undefined,
    }),
  }),
  remove: del('/eventsub/subscriptions', { query: (input) => part(input), response: () => {}, idempotent: true }),
};

/** The most pages of subscriptions that are looked at; one page holds 100. */
const mostPages = 10;

/** What a socket asks of Helix, through the client's own connection: its token, its time limits, its telemetry. */
export function eventSubCalls(connection: Connection): EventSubCalls {
  const caller = createCaller({ ...twitch, circuit: undefined }, connection);
  const named = <In, Out>(name: string, endpoint: Parameters<typeof caller.bind<Out>>[0]) => {
    const run = caller.bind<Out>({ ...endpoint, name: `eventsub.${name}` });
    return async (input: In, signal: AbortSignal): Promise<Out> => (await run(input, { signal })).data;
  };
  const user = named<object, string | undefined>('user', endpoints.user);
  const subscribe = named<object, boolean>('subscribe', endpoints.subscribe);
  const list = named<object, { items: Listed[]; after: string | undefined }>('list', endpoints.list);
  const remove = named<object, void>('remove', endpoints.remove);
  return {
    async userId(login, signal) {
      try {
        return await user({ login }, signal);
      } catch (error) {
        // Without a login only the token says whose id is asked for, and the token of an app is nobody's.
        if (isTipstreamError(error) && error.status === 400) return undefined;
        throw error;
      }
    },
    subscribe: ({ type, version, condition }, session_id, signal) =>
      subscribe({ type, version, condition, transport: { method: 'websocket', session_id } }, signal),
    async list(type, signal) {
      const all: Listed[] = [];
      let after: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const answer = await list({ type, after }, signal);
        all.push(...answer.items);
        if (!answer.after || answer.after === after || answer.items.length === 0) break;
        after = answer.after;
      }
      return all;
    },
    remove: (id, signal) => remove({ id }, signal),
  };
}

/**
 * What follows on a subscription that was refused: it `exists` already; the session is `dead`; the token is an `app`'s; it is `refused` for
 * good, e.g. for a scope; the whole stream is `over`; or it may be asked for `again`.
 */
export function verdictOf(error: unknown): 'exists' | 'dead' | 'app' | 'refused' | 'over' | 'again' {
  if (!isTipstreamError(error)) return 'again';
  const { status, problem, code } = error;
  const said = `${problem?.message ?? ''} ${problem?.reason ?? ''}`;
  if (status === 409) return 'exists';
  if (status === 400 || status === 401 || status === 403) {
    if (/auth combination|user_token|app access token|user access token/i.test(said)) return 'app';
    if (status === 400) return /session|transport|multiple users/i.test(said) ? 'dead' : 'refused';
    // No other token of this user would do: a scope, or the broadcaster's consent, is missing.
    if (status === 403 || code === 'PERMISSION' || /scope/i.test(said)) return 'refused';
  }
  // A success that cannot be read is none, and no refusal; nor is a redirect, which somebody on the way made.
  if (error.retryable || (status && status < 400)) return 'again';
  return error.fatal ? 'over' : 'refused';
}

/** No bucket of Twitch takes longer than a minute; whoever says more is not believed for longer than this. */
const longestAsked = minutes(5);

/** The wait that Twitch asked for. A 429 about sockets says when the bucket of calls is full again, which is another matter. */
export const askedWait = ({ retryAfterMs = 0, rateLimit }: TipstreamError): number =>
  rateLimit?.remaining ? 0 : Math.min(retryAfterMs, longestAsked);

/** Whether a subscription is the one that is wanted. Twitch adds empty fields to conditions. */
export const isTopic = ({ type, version, condition }: Listed, topic: Topic): boolean =>
  type === topic.type &&
  version === topic.version &&
  Object.entries(topic.condition).every(([name, value]) => condition[name] === value);
