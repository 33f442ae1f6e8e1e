import { Counter, Gauge, Histogram } from 'prom-client';
import type { TelemetryEvents, TelemetryListener } from '../../core/telemetry.ts';
import { bounded, lazy, type Shelf } from './labels.ts';

/** Up to a minute and more: a poll may be held. */
const held = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What was left of a limit. Many clients share a series: what is shown is the lowest since the metrics were last read. */
function createLimits({ add, platform }: Shelf): (limit: TelemetryEvents['ratelimit']) => void {
  const rates = bounded();
  const lowest = new Map<string, { labels: { platform: string; rate: string }; remaining: number; read: boolean }>();
  const limits = lazy(() =>
    add(
      new Gauge({
        name: 'tipstream_rate_limit',
        help: 'Calls that a limit allows in its window, as the answers say',
        labelNames: ['platform', 'rate'],
        registers: [],
      }),
    ),
  );
  const remainders = lazy(() =>
    add(
      new Gauge({
        name: 'tipstream_rate_limit_remaining',
        help: 'Calls that were left of a limit, the lowest since the metrics were last read',
        labelNames: ['platform', 'rate'],
        registers: [],
        collect() {
          for (const entry of lowest.values()) {
            this.set(entry.labels, entry.remaining);
            entry.read = true;
          }
        },
      }),
    ),
  );
  return ({ limit, remaining, ...event }) => {
    const labels = { platform: platform(event.platform), rate: rates(event.rate) };
    if (limit !== undefined) limits().set(labels, limit);
    if (remaining === undefined) return;
    remainders();
    const key = `${labels.platform} ${labels.rate}`;
    const before = lowest.get(key);
    const least = before && !before.read ? Math.min(before.remaining, remaining) : remaining;
    lowest.set(key, { labels, remaining: least, read: false });
  };
}

/** Counts what clients tell of their requests. */
export function createRequestMetrics(shelf: Shelf, buckets: readonly number[] = held): TelemetryListener {
  const { add, platform } = shelf;
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    lazy(() => add(new Counter({ name, help, labelNames, registers: [] })));

  const call = ['platform', 'endpoint', 'method'] as const;
  const requests = counter('tipstream_requests_total', 'Requests that were sent, by what came of them', [
    ...call,
    'status',
  ]);
  const durations = lazy(() =>
    add(
      new Histogram({
        name: 'tipstream_request_duration_seconds',
        help: 'Time from a request to the end of its answer',
        labelNames: call,
        buckets: [...buckets],
        registers: [],
      }),
    ),
  );
  const retries = counter('tipstream_retries_total', 'Calls that were tried again, by what failed', [
    'platform',
    'endpoint',
    'code',
  ]);
  const lookUps = counter('tipstream_cache_lookups_total', 'Look-ups in the cache of answers', [
    'platform',
    'endpoint',
    'result',
  ]);
  const refusals = counter('tipstream_circuit_refusals_total', 'Calls that were not sent because the host is down', [
    'platform',
    'endpoint',
  ]);
  const sockets = lazy(() =>
    add(
      new Gauge({ name: 'tipstream_sockets', help: 'Open sockets', labelNames: ['platform'] as const, registers: [] }),
    ),
  );
  const limits = createLimits(shelf);

  return (event) => {
    const labels = { platform: platform(event.platform) };
    switch (event.type) {
      case 'response': {
        const { endpoint, method, status, code = '' } = event;
        requests().inc({ ...labels, endpoint, method, status: String(status ?? code) });
        return durations().observe({ ...labels, endpoint, method }, event.elapsedMs / 1000);
      }
      case 'retry':
        return retries().inc({ ...labels, endpoint: event.endpoint, code: event.code });
      case 'ratelimit':
        return limits(event);
      case 'cache':
        return lookUps().inc({ ...labels, endpoint: event.endpoint, result: event.result });
      case 'circuit':
        return refusals().inc({ ...labels, endpoint: event.endpoint });
      case 'socket':
        return sockets().inc(labels, event.state === 'open' ? 1 : -1);
    }
  };
}
