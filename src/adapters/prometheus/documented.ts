import { Counter, Gauge, Histogram } from 'prom-client';
import type { TelemetryListener } from '../../core/telemetry.ts';
import type { Stop } from '../../core/time.ts';
import type { Shelf } from './labels.ts';

/** What a cache counts by level: `stats()` of `tiered([...])` or `cacheLevels({...})`. */
export interface CacheStats {
  /** Hits by level, nearest first. */
  hits: readonly number[];
  /** Look-ups that no level could answer. */
  misses: number;
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

/** The four metrics that the service of AniLibria documents (AL-35), for each platform that is named and for AniLibria. */
export function createDocumented(
  shelf: Shelf,
  platforms: readonly string[],
  buckets: readonly number[] | undefined,
): { telemetry: TelemetryListener; cache(platform: string, stats: () => CacheStats): Stop } {
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
    for (const metric of [of.requests, of.durations, of.sockets, rates]) shelf.add(metric);
    known.set(platform, of);
    return of;
  };
  const of = (platform: string): Of => known.get(platform) ?? make(platform);
  for (const platform of platforms) of(platform);

  return {
    telemetry(event) {
      if (event.platform !== 'anilibria' && !known.has(event.platform)) return;
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
