import { header } from '../core/auth.ts';
import { circuit } from '../core/circuit.ts';
import { get, platform, post } from '../core/endpoint.ts';
import { saysFailure } from '../core/problem.ts';
import { minutes } from '../core/time.ts';
import {
  connectInput,
  generateInput,
  loginInput,
  metricsInput,
  registerInput,
  revalidateInput,
  sessionInput,
  usernameInput,
} from './inputs.ts';
import { readTikTokProblem } from './problem.ts';
import { shaped } from './readers.ts';
import type { ApiKeys, GeneratedKey, LoggedIn, Registered } from './schemas/accounts.ts';
import type { ConnectResult, Done, Sessions } from './schemas/live.ts';
import type {
  CacheStats,
  DetailedHealth,
  HealthCheck,
  Metrics,
  Ping,
  RevalidateResult,
  ServiceStatus,
  UserProfile,
} from './schemas.ts';

/** The version of the service that is known. `health()` says which one answers; another is no failure (TT-45). */
export const apiVersion = '1.0.0';

/** A bucket that holds `limit` and is full again after a minute (TT-34). */
const bucket = (limit: number) => ({ limit, per: minutes(1), kind: 'bucket' as const });

/** TT-11: somebody unknown comes with a picture that was drawn. */
const isDrawn = (body: unknown): boolean => {
  const { username, avatar_url, avatar_data_url } = Object(body);
  return typeof username === 'string' && typeof (avatar_data_url ?? avatar_url) === 'string';
};

/** TT-17: a 2xx may say that it failed. */
const accepts = (_status: number, body: unknown): boolean | undefined => (saysFailure(body) ? false : undefined);

const wire = { sessionId: 'session_id' };
const done = shaped<Done>({ status: 'string' });

/** What can be asked of the Profile & Engagement service. */
export const tiktok = platform({
  name: 'tiktok',
  baseUrl: 'http://localhost:8002',
  auth: header('X-API-Key'),
  rates: { api: bucket(100), auth: bucket(10), connect: bucket(5), strict: bucket(10), websocket: bucket(20) },
  problem: readTikTokProblem,
  circuit: circuit(),
  verify: 'status',
  advice: {
    AUTH: 'the service wants another apiKey or token (X-API-Key, or a bearer token of auth.login)',
    PERMISSION: 'this key may not do it; generate one with the permission',
    UPSTREAM: 'the service could not connect; the user may not be live, wait before the next try',
  },
  endpoints: {
    /** Whether the service is well, and its version. */
    health: get('/healthcheck', { response: shaped<HealthCheck>({ status: 'string' }), rate: 'api', auth: false }),
    monitoring: {
      /** The cheapest sign of life. */
      ping: get('/monitoring/ping', { response: shaped<Ping>({ message: 'string' }), rate: 'api', auth: false }),
      /** How the parts of the service are. */
      detailed: get('/monitoring/detailed', {
        response: shaped<DetailedHealth>({ status: 'string', components: 'fields' }),
        rate: 'api',
        auth: false,
      }),
      /** Requests and load of the last minutes. */
      metrics: get('/monitoring/metrics', {
        query: metricsInput,
        wire: { timeWindow: 'time_window' },
        response: shaped<Metrics>({ metrics: 'fields' }),
        rate: 'api',
        auth: false,
      }),
      /** How the service's own cache does. */
      cacheStats: get('/monitoring/cache/stats', {
        response: shaped<CacheStats>({ cache_stats: 'fields' }),
        rate: 'api',
        auth: false,
      }),
    },
    /** Sessions, cache, database and sockets of the service. Says whether the credential is good. */
    status: get('/status', { response: shaped<ServiceStatus>({ status: 'string' }), rate: 'api' }),
    profile: {
      /** Somebody and their picture. Whoever is unknown comes with a drawn one and `found: false`. */
      get: get('/profile/{username}', {
        params: usernameInput,
        response: shaped<UserProfile>({ username: 'string', source: 'string' }),
        rate: 'api',
        accepts: (status, body) => (status === 404 && isDrawn(body)) || undefined,
      }),
      /** Looks these people up anew. */
      revalidate: post('/profiles/revalidate', {
        body: revalidateInput,
        response: shaped<RevalidateResult>({ results: 'fields' }),
        rate: 'api',
      }),
    },
    live: {
      /** Begins to listen to a room. Is never sent twice; a refusal says `problem.reason: 'NOT_LIVE'` where nobody is live. */
      connect: post('/connect', {
        body: connectInput,
        wire,
        response: shaped<ConnectResult>({ status: 'string', session_id: 'string' }),
        rate: 'connect',
        accepts,
      }),
      /** Ceases to listen. */
      disconnect: post('/disconnect', { body: sessionInput, wire, response: done, rate: 'connect', accepts }),
      /** The rooms that are listened to. */
      sessions: get('/sessions', {
        response: shaped<Sessions>({ active_sessions: { session_id: 'string', username: 'string' } }),
        rate: 'api',
      }),
      /** Forgets sessions that have ended. */
      cleanup: post('/sessions/cleanup', { response: done, rate: 'strict', accepts }),
    },
    cache: {
      /** Forgets profiles whose time is over. */
      clearExpired: post('/cache/clear-expired', { response: done, rate: 'strict', accepts }),
    },
    auth: {
      /** Makes an account. */
      register: post('/auth/register', {
        body: registerInput,
        response: shaped<Registered>({ user: 'fields' }),
        rate: 'auth',
        auth: false,
        quiet: true,
      }),
      /** Gets a token for an hour; this client uses it from then on. */
      login: post('/auth/login', {
        body: loginInput,
        response: shaped<LoggedIn>({ access_token: 'string' }),
        rate: 'auth',
        auth: false,
        quiet: true,
      }),
      /** The keys of this account, shortened. */
      listApiKeys: get('/auth/api-keys', { response: shaped<ApiKeys>({ api_keys: { name: 'string' } }), rate: 'auth' }),
      /** Makes a key. The answer is the only place where it is whole: keep it. */
      generateApiKey: post('/auth/api-keys/generate', {
        body: generateInput,
        wire: { expiresAt: 'expires_at' },
        response: shaped<GeneratedKey>({ api_key: 'string', key_info: 'fields' }),
        rate: 'auth',
        quiet: true,
      }),
    },
  },
});

/** The door of `/ws/comments/{sessionId}`: how often it may be knocked at. */
export const commentsDoor = get('/ws/comments/{sessionId}', {
  params: sessionInput,
  response: (value) => value,
  rate: 'websocket',
});
