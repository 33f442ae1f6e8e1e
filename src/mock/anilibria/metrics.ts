import type { Answer } from '../answer.ts';

/** Counts what the service's own metrics count. */
export interface MockMetrics {
  request(method: string, endpoint: string, status: number, seconds: number): void;
  cache(level: string, hit: boolean): void;
  /** The page that Prometheus reads. */
  page(connections: number): Answer;
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const labels = (all: Readonly<Record<string, string | number>>): string =>
  `{${Object.entries(all)
    .map(([name, value]) => `${name}="${String(value).replace(/[\\"\n]/g, '_')}"`)
    .join()}}`;

export function createMetrics(): MockMetrics {
  const requests = new Map<string, number>();
  const durations = new Map<string, { labels: Record<string, string>; all: number[] }>();
  const caches = new Map<string, { hits: number; all: number }>();
  return {
    request(method, endpoint, status, seconds) {
      const key = labels({ method, endpoint, status });
      requests.set(key, (requests.get(key) ?? 0) + 1);
      const name = labels({ method, endpoint });
      const known = durations.get(name) ?? { labels: { method, endpoint }, all: [] };
      known.all.push(seconds);
      durations.set(name, known);
    },
    cache(level, hit) {
      const { hits, all } = caches.get(level) ?? { hits: 0, all: 0 };
      caches.set(level, { hits: hits + (hit ? 1 : 0), all: all + 1 });
    },
    page(connections) {
      const lines = [
        '# HELP anilibria_requests_total Total requests to AniLibria service',
        '# TYPE anilibria_requests_total counter',
        ...[...requests].map(([key, count]) => `anilibria_requests_total${key} ${count}`),
        '# HELP anilibria_request_duration_seconds Request duration in seconds',
        '# TYPE anilibria_request_duration_seconds histogram',
        ...[...durations.values()].flatMap(({ labels: own, all }) => [
          ...[...buckets, Number.POSITIVE_INFINITY].map(
            (le) =>
              `anilibria_request_duration_seconds_bucket${labels({ le: le === Number.POSITIVE_INFINITY ? '+Inf' : le, ...own })} ${all.filter((each) => each <= le).length}`,
          ),
          `anilibria_request_duration_seconds_sum${labels(own)} ${all.reduce((sum, each) => sum + each, 0)}`,
          `anilibria_request_duration_seconds_count${labels(own)} ${all.length}`,
        ]),
        '# HELP anilibria_websocket_connections Active WebSocket connections',
        '# TYPE anilibria_websocket_connections gauge',
        `anilibria_websocket_connections ${connections}`,
        '# HELP anilibria_cache_hit_rate Cache hit rate',
        '# TYPE anilibria_cache_hit_rate gauge',
        ...[...caches].map(
          ([cache_level, { hits, all }]) => `anilibria_cache_hit_rate${labels({ cache_level })} ${hits / all}`,
        ),
      ];
      return {
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: `${lines.join('\n')}\n`,
      };
    },
  };
}
