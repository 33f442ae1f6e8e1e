import { bearer, type Credential } from '../core/auth.ts';
import { type ClientBase, clientOf, type EndpointCall, openWhole } from '../core/client.ts';
import { del, get, platform, post } from '../core/endpoint.ts';
import { configError } from '../core/errors.ts';
import type { ClientOptions } from '../core/options.ts';
import { isWire } from '../stream/tip-wire.ts';
import { accepts } from './endpoints.ts';
import { readAnilibriaProblem } from './problem.ts';

/** What `createAnilibriaInternal` takes. */
export interface AnilibriaInternalOptions extends ClientOptions {
  /** The service token. It opens every door: keep it on a server. */
  token: Credential;
  /** The Python service. @default 'http://localhost:8000' */
  baseUrl?: string | undefined;
  /** The Node service. @default 'http://localhost:5000' */
  nodeUrl?: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (input: unknown): Fields => (isWire(input) ? input : {});

const idOf = (value: unknown, name: string): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new TypeError(`${name} must be a whole number`);
};
const textOf = (value: unknown, name: string): string => {
  if (typeof value === 'string' && value.trim()) return value;
  throw new TypeError(`${name} is missing`);
};

/** What the service answers, as it came; out of its envelope where it has one. */
const anything = (value: unknown): unknown => (isWire(value) && 'data' in value ? value.data : value);

const shared = { auth: bearer(), problem: readAnilibriaProblem } as const;

/** What the Python service does for its own people. */
const internalPython = platform({
  ...shared,
  name: 'anilibria',
  baseUrl: 'http://localhost:8000',
  endpoints: {
    sync: {
      /** Fetches a title anew from upstream. */
      title: post('/internal/sync/title', {
        body: (input): { titleId: number; force?: boolean | undefined } => {
          const { titleId, force } = fields(input);
          return { titleId: idOf(titleId, 'titleId'), force: force === true };
        },
        wire: { titleId: 'title_id' },
        response: anything,
        accepts,
      }),
    },
    cache: {
      /** How the service's cache is. */
      stats: get('/internal/cache/stats', { response: anything, accepts, joins: false }),
      /** Deletes kept answers by a pattern, which is sent as it is: keys begin with `anilibria:`, so `titles:*` may match nothing. */
      clear: del('/internal/cache/clear', {
        body: (input): { pattern: string; confirm: true } => {
          const { pattern, confirm } = fields(input);
          if (confirm !== true) throw new TypeError('confirm must be true; this deletes what the service has kept');
          return { pattern: textOf(pattern, 'pattern'), confirm };
        },
        response: anything,
        accepts,
      }),
    },
  },
});

/** What the Node service does for the Python one. */
const internalNode = platform({
  ...shared,
  name: 'anilibria',
  baseUrl: 'http://localhost:5000',
  endpoints: {
    /** Tells the Node service what is new; the body is flat, unlike what the socket says. */
    notify: post('/internal/anilibria/notify', {
      body: (input): InternalNotification => {
        const { type, titleId, episode, timestamp } = fields(input);
        return {
          type: textOf(type, 'type'),
          titleId: idOf(titleId, 'titleId'),
          ...(episode !== undefined && { episode: idOf(episode, 'episode') }),
          ...(timestamp !== undefined && { timestamp: textOf(timestamp, 'timestamp') }),
        };
      },
      wire: { titleId: 'title_id' },
      response: anything,
      accepts,
    }),
    users: {
      /** Whether there is such a user. */
      validate: get('/internal/users/validate/{user_id}', {
        params: (input): { userId: string } => ({ user_id: textOf(fields(input).userId, 'userId') }) as never,
        response: anything,
        accepts,
        joins: false,
      }),
    },
  },
});

/** What is new, for the Node service. */
export interface InternalNotification {
  type: 'new_episode' | 'new_title' | 'status_change' | (string & {});
  titleId: number;
  episode?: number | undefined;
  /** ISO 8601. */
  timestamp?: string | undefined;
}

/** The doors between the services: sync, cache, notify, users. What they answer is not written down anywhere, so it is given as it came. */
export interface AnilibriaInternal extends Pick<ClientBase, 'on' | 'close'> {
  sync: {
    /** Fetches a title anew from upstream. */
    title: EndpointCall<{ titleId: number; force?: boolean | undefined }, unknown>;
  };
  cache: {
    /** How the service's cache is. */
    stats: EndpointCall<object, unknown>;
    /** Deletes kept answers by a pattern, which is sent as it is: keys begin with `anilibria:`, so `titles:*` may match nothing. */
    clear: EndpointCall<{ pattern: string; confirm: true }, unknown>;
  };
  /** Tells the Node service what is new; the body is flat, unlike what the socket says. */
  notify: EndpointCall<InternalNotification, unknown>;
  users: {
    /** Whether there is such a user. */
    validate: EndpointCall<{ userId: string }, unknown>;
  };
}

/**
 * A client of the doors between AniLibria's services. For servers only: in a page it is `CONFIG`.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createAnilibriaInternal } from 'tipstream/anilibria';
 * const internal = createAnilibriaInternal({ token: 'not-a-secret-token' });
 * await internal.cache.clear({ pattern: 'anilibria:titles:*', confirm: true });
 * ```
 */
export function createAnilibriaInternal(options: AnilibriaInternalOptions): AnilibriaInternal {
  const { token: credential, baseUrl, nodeUrl } = options ?? {};
  if ('document' in globalThis)
    throw configError(
      'anilibria',
      'the service token opens every door; createAnilibriaInternal is for servers, not for a page',
    );
  if (!credential) throw configError('anilibria', 'token is missing; give the service token');
  const python = clientOf(internalPython, openWhole(internalPython, { ...options, baseUrl }, { credential }));
  const node = clientOf(internalNode, openWhole(internalNode, { ...options, baseUrl: nodeUrl }, { credential }));
  return {
    sync: python.sync,
    cache: python.cache,
    notify: node.notify,
    users: node.users,
    on(name, listener) {
      const stops = [python.on(name, listener), node.on(name, listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    async close() {
      await Promise.all([python.close(), node.close()]);
    },
  };
}
