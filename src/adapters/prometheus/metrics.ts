import type { TelemetryListener } from '../../core/telemetry.ts';
import type { Stop } from '../../core/time.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { type CacheStats, createDocumented } from './documented.ts';
import { bounded, type Shelf } from './labels.ts';
import { createRequestMetrics } from './requests.ts';
import { createTipMetrics } from './tips.ts';

/** A `Registry` of prom-client. */
export interface MetricsRegistry {
  /** Takes a metric of prom-client. */
  registerMetric(metric: object): void;
}

/** What `createMetrics` takes. */
export interface MetricsOptions {
  /** Where the metrics go: `register` of prom-client, or a `Registry` of your own. */
  registry: MetricsRegistry;
  /**
   * Platforms that have the four metrics of AniLibria's own service under their own name too, from the start: `{platform}_requests_total`,
   * `{platform}_request_duration_seconds`, `{platform}_websocket_connections`, `{platform}_cache_hit_rate`.
   * @default `anilibria`, with its first event
   */
  platforms?: readonly string[] | undefined;
  /** The upper bounds of the histograms, in seconds. @default 10 ms to 60 s, as a poll may be held; those of prom-client for the metrics of `platforms` */
  buckets?: readonly number[] | undefined;
}

/** Metrics of any number of clients and streams. */
export interface Metrics {
  /** The option `telemetry` of each client that is counted. */
  telemetry: TelemetryListener;
  /**
   * The same tips, counted on their way, with what the stream says beside them: gaps, unreadable events, errors, its state. Watch what this returns. It
   * watches nothing itself, holds nothing up, and counts what is delivered again as often as it is delivered. Test tips are not counted.
   */
  counted(stream: EventStream<TipEvent>): EventStream<TipEvent>;
  /** Shows the levels of a cache as `l1`, `l2`, ... of `{platform}_cache_hit_rate`. The returned function ends it. */
  cache(platform: string, stats: () => CacheStats): Stop;
}

/**
 * Counts what clients and streams tell, as `tipstream_requests_total`, `tipstream_request_duration_seconds`, `tipstream_retries_total`,
 * `tipstream_rate_limit_remaining`, `tipstream_cache_lookups_total`, `tipstream_circuit_refusals_total`, `tipstream_sockets`, `tipstream_tips_total`,
 * `tipstream_gaps_total` and more: the guide "Watching it work" lists them. Each comes with its first event. Labels are platforms, endpoints and codes, and
 * never rooms, people or addresses. One registry takes it once.
 *
 * @example
 * ```ts
 * import { register } from 'prom-client';
 * import { createStripchat } from 'tipstream/stripchat';
 * import { createMetrics } from 'tipstream/prometheus';
 * const { telemetry, counted } = createMetrics({ registry: register });
 * const stripchat = createStripchat({ token: 'not-a-secret-token', telemetry });
 * const stop = counted(stripchat.tips()).subscribe((tip) => console.log(tip.amount));
 * console.log(await register.metrics());
 * stop();
 * await stripchat.close();
 * ```
 */
export function createMetrics({ registry, platforms = [], buckets }: MetricsOptions): Metrics {
  const shelf: Shelf = {
    add(metric) {
      registry.registerMetric(metric);
      return metric;
    },
    platform: bounded(),
  };
  const documented = createDocumented(shelf, platforms, buckets);
  const requests = createRequestMetrics(shelf, buckets);
  return {
    telemetry(event) {
      documented.telemetry(event);
      requests(event);
    },
    counted: createTipMetrics(shelf),
    cache: documented.cache,
  };
}
