import { Counter, Gauge, Histogram } from 'prom-client';
import type { TelemetryListener } from '../../core/telemetry.ts';
import type { Stop } from '../../core/time.ts';

/** A `Registry` of prom-client. */
export interface MetricsRegistry {
  /** Takes a metric of prom-client. */
  registerMetric(metric: object): void;
}

/** What `createMetrics` takes. */
export interface MetricsOptions {
  /** Where the metrics go: `register` of prom-client, or a `Registry` of your own. */
  registry: MetricsRegistry;
  /** Platforms whose metrics are there before anything happened; the others come with their first event. @default none */
  platforms?: readonly string[] | undefined;
  /** The upper bounds of the histogram, in seconds. @default those of prom-client, 5 ms to 10 s */
  buckets?: readonly number[] | undefined;
}

/** What a cache counts by level: `stats()` of `tiered([...])` or `cacheLevels({...})`. */
export interface CacheStats {
  /** Hits by level, nearest first. */
  hits: readonly number[];
  /** Look-ups that no level could answer. */
  misses: number;
}

/** Metrics of any number of clients. */
export interface Metrics {
  /** The option `telemetry` of each client that is counted. */
  telemetry: TelemetryListener;
  /** Shows the levels of a cache as `l1`, `l2`, ... The returned function ends it. */
  cache(platform: string, stats: () => CacheStats): Stop;
}

interface Of {
  requests: Counter<'method' | 'endpoint' | 'status'>;
  durations: Histogram<'method' | 'endpoint'>;
  sockets: Gauge;
  /** Look-ups of all clients of the platform. */
  lookUps: { hits: number; all: number };
  readonly caches: Set<() => CacheStats>;
}

/** The share of hits among the look-ups that reached each level. */
function ratesOf(all: readonly CacheStats[]): [level: string, rate: number][] {
  const levels = Math.max(0, ...all.map(({ hits }) => hits.length));
  return Array.from({ length: levels }, (_, level): [string, number] => {
    let hits = 0;
    let reached = 0;
    for (const stats of all) {
      hits += stats.hits[level] ?? 0;
      reached += stats.hits.slice(level).reduce((sum, each) => sum + each, stats.misses);
    }
    return [`l${level + 1}`, reached ? hits / reached : 0];
  });
}

/**
 * Counts what clients tell, four metrics per platform: `{platform}_requests_total` by method, endpoint and status (or the code of the error
 * where there was no answer), `{platform}_request_duration_seconds` by method and endpoint, `{platform}_websocket_connections`, and
 * `{platform}_cache_hit_rate` by level, where `all` is what clients saw. One registry takes it once.
 *
 * @example
 * ```ts
 * import { register } from 'prom-client';
 * import { createAnilibria } from 'tipstream/anilibria';
 * import { createMetrics } from 'tipstream/prometheus';
 * const { telemetry } = createMetrics({ registry: register, platforms: ['anilibria'] });
 * const anilibria = createAnilibria({ telemetry });
 * console.log(await register.metrics());
 * await anilibria.close();
 * ```
 */
export function createMetrics({ registry, platforms = [], buckets }: MetricsOptions): Metrics {
  const known = new Map<string, Of>();

  const make = (platform: string): Of => {
    const prefix = platform.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^\d/, '_');
    const registers: never[] = [];
    const caches = new Set<() => CacheStats>();
    const lookUps = { hits: 0, all: 0 };
    const of: Of = {
      lookUps,
      caches,
      requests: new Counter({
        name: `${prefix}_requests_total`,
        help: `Total requests to ${platform === 'anilibria' ? 'AniLibria' : platform} service`,
        labelNames: ['method', 'endpoint', 'status'],
        registers,
      }),
      durations: new Histogram({
        name: `${prefix}_request_duration_seconds`,
        help: 'Request duration in seconds',
        labelNames: ['method', 'endpoint'],
        ...(buckets && { buckets: [...buckets] }),
        registers,
      }),
      sockets: new Gauge({
        name: `${prefix}_websocket_connections`,
        help: 'Active WebSocket connections',
        registers,
      }),
    };
    const rates = new Gauge({
      name: `${prefix}_cache_hit_rate`,
      help: 'Cache hit rate',
      labelNames: ['cache_level'],
      registers,
      collect() {
        if (lookUps.all) this.set({ cache_level: 'all' }, lookUps.hits / lookUps.all);
        for (const [cache_level, rate] of ratesOf([...caches].map((stats) => stats()))) this.set({ cache_level }, rate);
      },
    });
    for (const metric of [of.requests, of.durations, of.sockets, rates]) registry.registerMetric(metric);
    known.set(platform, of);
    return of;
  };
  const of = (platform: string): Of => known.get(platform) ?? make(platform);
  for (const platform of platforms) of(platform);

  return {
    telemetry(event) {
      if (event.type === 'response') {
        const { platform, method, endpoint, status, code = '', elapsedMs } = event;
        const { requests, durations } = of(platform);
        requests.inc({ method, endpoint, status: String(status ?? code) });
        durations.observe({ method, endpoint }, elapsedMs / 1000);
      } else if (event.type === 'cache') {
        const { lookUps } = of(event.platform);
        lookUps.all += 1;
        if (event.result !== 'MISS') lookUps.hits += 1;
      } else if (event.type === 'socket') of(event.platform).sockets.inc(event.state === 'open' ? 1 : -1);
    },
    cache(platform, stats) {
      const { caches } = of(platform);
      caches.add(stats);
      return () => caches.delete(stats);
    },
  };
}
