import { toDataUrl } from '../../tiktok/avatars/data-url.ts';
import { initialsAvatar } from '../../tiktok/avatars/initials.ts';
import { avatarLimits } from '../../tiktok/avatars/limits.ts';
import { md5 } from '../../tiktok/avatars/md5.ts';
import { json } from '../answer.ts';
import type { Desk } from './desk.ts';
import type { Handler } from './handler.ts';
import { png } from './picture.ts';
import { detail, invalid } from './refusal.ts';

/** The picture of somebody, the same in every process. */
export const pictureOf = (username: string): Uint8Array<ArrayBuffer> => {
  const [red = 0, green = 0, blue = 0] = md5(username);
  return png([red, green, blue]);
};

/** Where it would be, were this TikTok: nobody answers there. */
export const pictureAddress = (username: string): string =>
  `https://cdn.example.com/${encodeURIComponent(username)}.png`;

const about = ({ state }: Desk) => ({ timestamp: state.now(), version: '1.0.0' });
const health = (desk: Desk) => ({ status: 'healthy', ...about(desk), service: 'Profile & Engagement API' });

/** Somebody and their picture; of whom nobody knows one that was drawn. */
function profile(desk: Desk, username: string) {
  const { state, clock, switches } = desk;
  const known = !state.unknown.has(username);
  const source = known ? 'scraper' : 'generator';
  const svg = new TextEncoder().encode(initialsAvatar({ username }));
  const body = {
    username,
    nickname: username.replace(/[_.]+/g, ' '),
    avatar_url: pictureAddress(username),
    avatar_data_url: known ? toDataUrl('image/png', pictureOf(username)) : toDataUrl('image/svg+xml', svg),
    source,
    priority: avatarLimits.priorities[source],
    cached_at: state.now(),
    expires_at: new Date(clock.now() + avatarLimits.ttl[source]).toISOString(),
  };
  if (known) return json(200, body);
  return switches.unknown === 'drawn' ? json(404, body) : detail(404, 'User not found');
}

/** What is asked about the service and about people. */
export const pageHandlers: Readonly<Record<string, Handler>> = {
  health: (_, desk) => json(200, health(desk)),
  'monitoring.ping': (_, desk) => json(200, { message: 'pong', ...about(desk) }),
  'monitoring.detailed': (_, desk) =>
    json(200, {
      ...health(desk),
      components: {
        database: {
          status: 'healthy',
          info: { database_url: 'masked', connection_healthy: true, database_type: 'postgresql' },
        },
        cache: { status: 'healthy', hit_rate: 0.85, total_entries: 150 },
        metrics: {
          status: 'healthy',
          stats: {
            requests_last_minute: 45,
            avg_response_time_ms: 125.5,
            system_cpu_percent: 15,
            system_memory_percent: 32,
          },
        },
        avatar_providers: {
          scraper: { status: 'degraded', success_rate: 0.45, last_success: desk.state.now() },
          generator: { status: 'healthy', success_rate: 0.98 },
        },
      },
    }),
  'monitoring.metrics'({ visit }, { state, switches }) {
    const minutes = Number(visit.url.searchParams.get('time_window') ?? 5);
    if (!Number.isInteger(minutes) || minutes < 1) return invalid(switches.invalid, 'query', 'time_window');
    return json(200, {
      metrics: {
        requests: { total: 250 * minutes, success: 236 * minutes, errors: 14 * minutes, avg_duration_ms: 125.5 },
        system: {
          cpu: { percent: 15.2 },
          memory: { percent: 32.1, used_mb: 512, available_mb: 1084 },
          disk: { used_gb: 12.5, free_gb: 37.5 },
        },
        database: { connections: 5, pool_size: 10, query_avg_ms: 12.3 },
      },
      timestamp: state.now(),
    });
  },
  'monitoring.cacheStats': (_, { state }) =>
    json(200, {
      cache_stats: {
        hit_rate: 0.85,
        miss_rate: 0.15,
        total_entries: 150,
        memory_usage_mb: 45.2,
        evictions: 12,
        by_category: { profiles: 140, connections: 8, metadata: 2 },
      },
      timestamp: state.now(),
    }),
  status(_, { state, listeners }) {
    const all = [...state.sessions.values()];
    const connected = all.filter((session) => session.connected);
    return json(200, {
      status: 'healthy',
      service: 'Profile & Engagement API',
      connections: {
        total_sessions: all.length,
        connected_sessions: connected.length,
        disconnected_sessions: all.length - connected.length,
        active_session_ids: connected.map(({ session_id }) => session_id),
      },
      cache: {
        total_profiles: 150,
        valid_profiles: 135,
        expired_profiles: 15,
        by_source: { tiktok: 145, mock: 5 },
        providers_available: 4,
      },
      database: {
        database_url: 'masked',
        connection_healthy: true,
        database_type: 'postgresql',
        engine_info: { pool_size: 10, checked_out: 2 },
      },
      websockets: {
        active_connections: [...listeners().values()].reduce((sum, each) => sum + each, 0),
        session_ids: [...listeners().keys()],
      },
    });
  },
  'profile.get': ({ visit }, desk) => profile(desk, visit.params.username ?? ''),
  'profile.revalidate'({ body }, { state, switches }) {
    const { usernames } = body;
    if (!Array.isArray(usernames)) return invalid(switches.invalid, 'body', 'usernames');
    const results = Object.fromEntries(usernames.map((name) => [String(name), !state.unknown.has(String(name))]));
    const successful = Object.values(results).filter(Boolean).length;
    const total_requested = usernames.length;
    return json(200, { results, total_requested, successful, failed: total_requested - successful });
  },
  'cache.clearExpired': () =>
    json(200, { status: 'success', cleared_profiles: 15, message: 'Cleared 15 expired profiles' }),
};
