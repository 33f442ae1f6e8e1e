/**
 * What the Profile & Engagement service says, with the wire's spelling. Unknown fields stay; a value of an open list may be a new one. The
 * schemas are for `tipstream/schemas` and the tests: the client reads with `readers.ts` and takes only types from here, so zod is not part of it.
 */
import * as z from 'zod/mini';

const open = z.looseObject;
const text = z.nullish(z.string());
const count = z.optional(z.number());

interface More {
  [more: string]: unknown;
}

/** `GET /healthcheck`. */
export interface HealthCheck extends More {
  /** `healthy`, and what else a service says of itself. */
  status: 'healthy' | (string & {});
  /** ISO 8601. */
  timestamp?: string | null | undefined;
  /** `1.0.0` is known; another one is shown and no failure (TT-45). */
  version?: string | null | undefined;
  service?: string | null | undefined;
}

export const HealthCheckSchema = open({
  status: z.string(),
  timestamp: text,
  version: text,
  service: text,
}) satisfies z.ZodMiniType<HealthCheck>;

/** `GET /monitoring/ping`. */
export interface Ping extends More {
  /** `pong`. */
  message: string;
  timestamp?: string | null | undefined;
  version?: string | null | undefined;
}

export const PingSchema = open({ message: z.string(), timestamp: text, version: text }) satisfies z.ZodMiniType<Ping>;

/** One part of a service. */
export interface ComponentHealth extends More {
  status?: string | null | undefined;
}

/** How a place for pictures does, as the service sees it. */
export interface AvatarProviderHealth extends More {
  status: 'healthy' | 'degraded' | (string & {});
  /** From 0 to 1. */
  success_rate?: number | undefined;
  /** ISO 8601. */
  last_success?: string | null | undefined;
}

/** `GET /monitoring/detailed`. */
export interface DetailedHealth extends HealthCheck {
  components: {
    database?: ComponentHealth | undefined;
    cache?: ComponentHealth | undefined;
    metrics?: ComponentHealth | undefined;
    /** By provider; not every service has it (TT-43). */
    avatar_providers?: Record<string, AvatarProviderHealth> | undefined;
    [more: string]: unknown;
  };
}

export const DetailedHealthSchema = z.extend(HealthCheckSchema, {
  components: open({
    database: z.optional(open({ status: text })),
    cache: z.optional(open({ status: text })),
    metrics: z.optional(open({ status: text })),
    avatar_providers: z.optional(
      z.record(z.string(), open({ status: z.string(), success_rate: count, last_success: text })),
    ),
  }),
}) satisfies z.ZodMiniType<DetailedHealth>;

/** `GET /monitoring/metrics`. */
export interface Metrics extends More {
  metrics: {
    /** `total`, `success`, `errors`, `avg_duration_ms`. */
    requests?: Record<string, unknown> | undefined;
    system?: Record<string, unknown> | undefined;
    database?: Record<string, unknown> | undefined;
    [more: string]: unknown;
  };
  timestamp?: string | null | undefined;
}

const record = z.record(z.string(), z.unknown());

export const MetricsSchema = open({
  metrics: open({ requests: z.optional(record), system: z.optional(record), database: z.optional(record) }),
  timestamp: text,
}) satisfies z.ZodMiniType<Metrics>;

/** `GET /monitoring/cache/stats`. */
export interface CacheStats extends More {
  cache_stats: {
    /** From 0 to 1. */
    hit_rate?: number | undefined;
    /** From 0 to 1. */
    miss_rate?: number | undefined;
    total_entries?: number | undefined;
    memory_usage_mb?: number | undefined;
    evictions?: number | undefined;
    /** `profiles`, `connections`, `metadata`, and what else there is. */
    by_category?: Record<string, number> | undefined;
    [more: string]: unknown;
  };
  timestamp?: string | null | undefined;
}

const counts = z.optional(z.record(z.string(), z.number()));

export const CacheStatsSchema = open({
  cache_stats: open({
    hit_rate: count,
    miss_rate: count,
    total_entries: count,
    memory_usage_mb: count,
    evictions: count,
    by_category: counts,
  }),
  timestamp: text,
}) satisfies z.ZodMiniType<CacheStats>;

/** `GET /status`. */
export interface ServiceStatus extends More {
  status: string;
  service?: string | null | undefined;
  /** `total_sessions`, `connected_sessions`, `disconnected_sessions`, `active_session_ids`. */
  connections?: Record<string, unknown> | undefined;
  /** `total_profiles`, `valid_profiles`, `expired_profiles`, `by_source`, `providers_available`. */
  cache?: Record<string, unknown> | undefined;
  database?: Record<string, unknown> | undefined;
  /** `active_connections`, `session_ids`. */
  websockets?: Record<string, unknown> | undefined;
}

export const ServiceStatusSchema = open({
  status: z.string(),
  service: text,
  connections: z.optional(record),
  cache: z.optional(record),
  database: z.optional(record),
  websockets: z.optional(record),
}) satisfies z.ZodMiniType<ServiceStatus>;

/** Where a picture is from: the known places, best first, and whatever a service adds. */
export type AvatarSource = 'live' | 'scraper' | 'generator' | 'initials' | (string & {});

/** Somebody and their picture (TT-9). */
export interface UserProfile extends More {
  username: string;
  /** The name as it is shown. Foreign text. */
  nickname?: string | null | undefined;
  avatar_url?: string | null | undefined;
  /** The picture itself, `data:image/...;base64,...`. Show it in an `<img>`, never as markup. */
  avatar_data_url?: string | null | undefined;
  source: AvatarSource;
  /** 10 is the best, 1 the last resort. */
  priority?: number | null | undefined;
  /** ISO 8601. */
  cached_at?: string | null | undefined;
  /** ISO 8601. */
  expires_at?: string | null | undefined;
  /** SHA-256 of the picture, in hex. */
  image_hash?: string | null | undefined;
  /** `false` where the service knows nobody of that name and drew a picture all the same (TT-11). */
  found?: boolean | undefined;
}

export const UserProfileSchema = open({
  username: z.string(),
  nickname: text,
  avatar_url: text,
  avatar_data_url: text,
  source: z.string(),
  priority: z.nullish(z.number()),
  cached_at: text,
  expires_at: text,
  image_hash: text,
  found: z.optional(z.boolean()),
}) satisfies z.ZodMiniType<UserProfile>;

/** `POST /profiles/revalidate`. */
export interface RevalidateResult extends More {
  /** Whether it worked, by username. */
  results: Record<string, boolean>;
  total_requested?: number | undefined;
  successful?: number | undefined;
  failed?: number | undefined;
}

export const RevalidateResultSchema = open({
  results: z.record(z.string(), z.boolean()),
  total_requested: count,
  successful: count,
  failed: count,
}) satisfies z.ZodMiniType<RevalidateResult>;
