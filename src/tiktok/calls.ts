import type { ClientBase, EndpointCall } from '../core/client.ts';
import type { WhenLiveOptions } from './connect-when-live.ts';
import type {
  ConnectInput,
  GenerateInput,
  LoginInput,
  MetricsInput,
  RegisterInput,
  RevalidateInput,
  SessionInput,
  UsernameInput,
} from './inputs.ts';
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

/** What can be asked about the service itself, by anybody. */
export interface TikTokMonitoring {
  /** The cheapest sign of life. */
  ping: EndpointCall<object, Ping>;
  /** How the parts of the service are. */
  detailed: EndpointCall<object, DetailedHealth>;
  /** Requests and load of the last minutes. */
  metrics: EndpointCall<MetricsInput, Metrics>;
  /** How the service's own cache does. */
  cacheStats: EndpointCall<object, CacheStats>;
}

/** People and their pictures. */
export interface TikTokProfiles {
  /** Somebody and their picture. Whoever is unknown comes with a drawn one and `found: false` (TT-11). */
  get: EndpointCall<UsernameInput, UserProfile>;
  /** Looks these people up anew. */
  revalidate: EndpointCall<RevalidateInput, RevalidateResult>;
}

/** The rooms that the service listens to. */
export interface TikTokLive {
  /**
   * Begins to listen to a room. Is never sent twice by itself.
   *
   * @throws TipstreamError `UPSTREAM` with `problem.reason: 'NOT_LIVE'` where nobody is live, `RATE_LIMITED` soon after such a failure
   */
  connect: EndpointCall<ConnectInput, ConnectResult>;
  /**
   * Connects as soon as somebody is live: tries, and waits a minute at least and as long as the service says (TT-19).
   *
   * @throws TipstreamError `ABORTED`, and whatever does not pass by itself, e.g. `AUTH`
   */
  connectWhenLive(input: ConnectInput, options?: WhenLiveOptions): Promise<ConnectResult>;
  /** Ceases to listen. */
  disconnect: EndpointCall<SessionInput, Done>;
  /** The rooms that are listened to. */
  sessions: EndpointCall<object, Sessions>;
  /** Forgets sessions that have ended. */
  cleanup: EndpointCall<object, Done>;
}

/** What the service remembers. */
export interface TikTokCache {
  /** Forgets profiles whose time is over. */
  clearExpired: EndpointCall<object, Done>;
}

/** Accounts and keys of the service. */
export interface TikTokAccounts {
  /** Makes an account. */
  register: EndpointCall<RegisterInput, Registered>;
  /** Gets a token for an hour; this client uses it from then on (TT-6). */
  login: EndpointCall<LoginInput, LoggedIn>;
  /** The keys of this account, shortened. */
  listApiKeys: EndpointCall<object, ApiKeys>;
  /** Makes a key. The answer is the only place where it is whole: keep it. */
  generateApiKey: EndpointCall<GenerateInput, GeneratedKey>;
}

/** The seventeen calls of the service, in their groups (TT-1). */
export interface TikTokCalls extends ClientBase {
  /** Whether the service is well, and its version. */
  health: EndpointCall<object, HealthCheck>;
  monitoring: TikTokMonitoring;
  /** Sessions, cache, database and sockets of the service. Says whether the credential is good. */
  status: EndpointCall<object, ServiceStatus>;
  profile: TikTokProfiles;
  live: TikTokLive;
  cache: TikTokCache;
  auth: TikTokAccounts;
}
