import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/adapters/prometheus.ts';
import { cacheLevels } from '../../../src/anilibria/index.ts';
import { memoryCache } from '../../../src/core/memory-cache.ts';
import { client, host, paths } from '../../anilibria/host.ts';
import { until } from '../../support/polled.ts';
import { lines } from './lines.ts';

it('AL-35 the four metrics have the names, types, labels and words of the documents, before anything happened', async () => {
  const registry = new Registry();
  createMetrics({ registry, platforms: ['anilibria'] });
  expect((await registry.metrics()).split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# HELP anilibria_requests_total Total requests to AniLibria service',
    '# TYPE anilibria_requests_total counter',
    '# HELP anilibria_request_duration_seconds Request duration in seconds',
    '# TYPE anilibria_request_duration_seconds histogram',
    '# HELP anilibria_websocket_connections Active WebSocket connections',
    '# TYPE anilibria_websocket_connections gauge',
    '# HELP anilibria_cache_hit_rate Cache hit rate',
    '# TYPE anilibria_cache_hit_rate gauge',
  ]);
});

it('AL-35 count every request that was sent, by method, endpoint and what came of it', async () => {
  const registry = new Registry();
  const { telemetry } = createMetrics({ registry });
  const server = await host();
  const anilibria = client(server.base, { telemetry });
  await anilibria.titles.get({ id: 9919 });
  await anilibria.titles.get({ id: 9919 });
  await anilibria.titles.get({ id: 1 }).catch(() => {});
  server.anilibria.switches.down = 502;
  await anilibria.genres().catch(() => {});
  await server.close();
  await anilibria.popular().catch(() => {});
  expect(await lines(registry, 'anilibria_requests_total')).toEqual([
    'anilibria_requests_total{method="GET",endpoint="titles.get",status="200"} 1',
    'anilibria_requests_total{method="GET",endpoint="titles.get",status="404"} 1',
    'anilibria_requests_total{method="GET",endpoint="genres",status="502"} 3',
    'anilibria_requests_total{method="GET",endpoint="popular",status="NETWORK"} 3',
  ]);
  expect(paths(server)).toHaveLength(5);
  expect(await lines(registry, 'anilibria_request_duration_seconds_count')).toEqual([
    'anilibria_request_duration_seconds_count{method="GET",endpoint="titles.get"} 2',
    'anilibria_request_duration_seconds_count{method="GET",endpoint="genres"} 3',
    'anilibria_request_duration_seconds_count{method="GET",endpoint="popular"} 3',
  ]);
});

it('AL-35 say how often the cache had it, over all and by level', async () => {
  const registry = new Registry();
  const { telemetry, cache } = createMetrics({ registry });
  const server = await host();
  const shared = memoryCache();
  const levels = cacheLevels({ shared });
  const stop = cache('anilibria', levels.stats);
  const anilibria = client(server.base, { telemetry, cache: levels });
  for (const id of [9919, 9919, 9919, 9918]) await anilibria.titles.get({ id });
  // Another process, with a memory of its own.
  const other = cacheLevels({ shared });
  const stopOther = cache('anilibria', other.stats);
  await client(server.base, { telemetry, cache: other }).titles.get({ id: 9919 });
  expect(await lines(registry, 'anilibria_cache_hit_rate')).toEqual([
    'anilibria_cache_hit_rate{cache_level="all"} 0.6',
    'anilibria_cache_hit_rate{cache_level="l1"} 0.4',
    `anilibria_cache_hit_rate{cache_level="l2"} ${1 / 3}`,
  ]);
  stop();
  stopOther();
});

it('AL-35 know how many sockets are open', async () => {
  const registry = new Registry();
  const { telemetry } = createMetrics({ registry, platforms: ['anilibria'] });
  const server = await host();
  const open = async () => (await lines(registry, 'anilibria_websocket_connections'))[0]?.split(' ')[1];
  expect(await open()).toBe('0');
  const streams = [client(server.base, { telemetry }), client(server.base, { telemetry })].map((anilibria) =>
    anilibria.notifications(),
  );
  const stops = streams.map((stream) => stream.subscribe(() => {}));
  await Promise.all(streams.map((stream) => stream.ready()));
  await until(() => server.anilibria.listeners.length === 2);
  expect(await open()).toBe('2');
  stops[0]?.();
  expect(await open()).toBe('1');
  await until(() => server.anilibria.listeners.length === 1);
  const lost = new Promise((resolve) => streams[1]?.on('error', resolve));
  server.anilibria.listeners[0]?.peer.drop();
  await lost;
  expect(await open()).toBe('0');
});

it('AL-35 are made of any platform that is named', async () => {
  const registry = new Registry();
  const { telemetry } = createMetrics({ registry, platforms: ['own-platform'], buckets: [0.1, 1] });
  const context = { platform: 'own-platform', endpoint: 'events', method: 'GET', attempt: 1, at: 0 };
  telemetry({ type: 'response', ...context, elapsedMs: 500, status: 200 });
  telemetry({ type: 'retry', ...context, code: 'SERVER', delayMs: 1 });
  expect(await lines(registry, 'own_platform_request')).toEqual([
    'own_platform_requests_total{method="GET",endpoint="events",status="200"} 1',
    'own_platform_request_duration_seconds_bucket{le="0.1",method="GET",endpoint="events"} 0',
    'own_platform_request_duration_seconds_bucket{le="1",method="GET",endpoint="events"} 1',
    'own_platform_request_duration_seconds_bucket{le="+Inf",method="GET",endpoint="events"} 1',
    'own_platform_request_duration_seconds_sum{method="GET",endpoint="events"} 0.5',
    'own_platform_request_duration_seconds_count{method="GET",endpoint="events"} 1',
  ]);
});
