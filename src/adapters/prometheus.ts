/**
 * What clients and streams tell of their work, as metrics for Prometheus on a registry of `prom-client`, which the app brings along.
 *
 * @module
 */
export type { CacheStats } from './prometheus/documented.ts';
export { createMetrics, type Metrics, type MetricsOptions, type MetricsRegistry } from './prometheus/metrics.ts';
