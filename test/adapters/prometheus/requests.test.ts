import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMetrics } from '../../../src/adapters/prometheus.ts';
import { cached } from '../../../src/core/cached.ts';
import { circuit } from '../../../src/core/circuit.ts';
import { connect } from '../../../src/core/client.ts';
import { get, platform } from '../../../src/core/endpoint.ts';
import { minutes } from '../../../src/core/time.ts';
import { failure } from '../../support/failure.ts';
import { json, type Route, startServer } from '../../support/server.ts';
import { room } from '../../tiktok/room.ts';
import { lines } from './lines.ts';

const shop = platform({
  name: 'shop',
  rates: { slow: { limit: 60, per: minutes(1) } },
  circuit: circuit({ failures: 1 }),
  endpoints: {
    item: get('/item/{id}', { params: (input: unknown) => Object(input), response: (value) => value, rate: 'slow' }),
    list: get('/list', { response: (value) => value, cache: cached(minutes(1)) }),
  },
});

async function counting(route: Route) {
  const server = await startServer(route);
  const registry = new Registry();
  const metrics = createMetrics({ registry });
  const client = connect(shop, {
    baseUrl: server.url,
    logger: false,
    random: () => 0,
    telemetry: metrics.telemetry,
  });
  onTestFinished(() => client.close());
  return { server, registry, client, metrics, shown: (name: string) => lines(registry, name) };
}

describe('the metrics of requests', () => {
  it('count every request by its endpoint and what came of it, and no address', async () => {
    const { client, shown } = await counting(({ nth }) => (nth === 2 ? json({}, 404) : json(1)));
    await client.item({ id: 1 });
    await failure(client.item({ id: 2 }));
    await client.item({ id: 3 });
    expect(await shown('tipstream_requests_total')).toEqual([
      'tipstream_requests_total{platform="shop",endpoint="item",method="GET",status="200"} 2',
      'tipstream_requests_total{platform="shop",endpoint="item",method="GET",status="404"} 1',
    ]);
    expect(await shown('tipstream_request_duration_seconds_count')).toEqual([
      'tipstream_request_duration_seconds_count{platform="shop",endpoint="item",method="GET"} 3',
    ]);
    expect(await shown('shop_')).toEqual([]);
  });

  it('count retries by what failed, and what an open circuit refuses', async () => {
    const { client, shown } = await counting(() => ({ status: 503 }));
    await failure(client.item({ id: 1 }));
    expect(await failure(client.item({ id: 1 }))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(await shown('tipstream_retries_total')).toEqual([
      'tipstream_retries_total{platform="shop",endpoint="item",code="UNAVAILABLE"} 2',
    ]);
    expect(await shown('tipstream_circuit_refusals_total')).toEqual([
      'tipstream_circuit_refusals_total{platform="shop",endpoint="item"} 1',
    ]);
    expect(await shown('tipstream_requests_total')).toEqual([
      'tipstream_requests_total{platform="shop",endpoint="item",method="GET",status="503"} 3',
    ]);
  });

  it('count look-ups in the cache by what they found', async () => {
    const { client, shown } = await counting(() => json(1));
    await client.list();
    await client.list();
    await client.list();
    expect(await shown('tipstream_cache_lookups_total')).toEqual([
      'tipstream_cache_lookups_total{platform="shop",endpoint="list",result="MISS"} 1',
      'tipstream_cache_lookups_total{platform="shop",endpoint="list",result="HIT"} 2',
    ]);
  });

  it('show the lowest that was left of a limit since somebody looked, and then the newest', async () => {
    const left = [7, 3, 5, 6];
    const { client, shown } = await counting(({ nth }) =>
      json(1, 200, { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': String(left[nth - 1]) }),
    );
    for (const id of [1, 2, 3]) await client.item({ id });
    const remaining = 'tipstream_rate_limit_remaining{platform="shop",rate="slow"}';
    expect(await shown('tipstream_rate_limit')).toEqual([
      'tipstream_rate_limit{platform="shop",rate="slow"} 60',
      `${remaining} 3`,
    ]);
    expect(await shown('tipstream_rate_limit_remaining')).toEqual([`${remaining} 3`]);
    await client.item({ id: 4 });
    expect(await shown('tipstream_rate_limit_remaining')).toEqual([`${remaining} 6`]);
  });

  it('show open sockets', async () => {
    const registry = new Registry();
    const { tiktok, session } = await room({ telemetry: createMetrics({ registry }).telemetry });
    const comments = tiktok.comments(session);
    const stop = comments.subscribe(() => {});
    await comments.ready();
    expect(await lines(registry, 'tipstream_sockets')).toEqual(['tipstream_sockets{platform="tiktok"} 1']);
    stop();
    expect(await lines(registry, 'tipstream_sockets')).toEqual(['tipstream_sockets{platform="tiktok"} 0']);
  });

  it('have names, types and help that begin with their first event', async () => {
    const { client, registry } = await counting(() => json(1));
    expect(await registry.metrics()).toBe('\n');
    await client.item({ id: 1 });
    expect((await registry.metrics()).split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# HELP tipstream_requests_total Requests that were sent, by what came of them',
      '# TYPE tipstream_requests_total counter',
      '# HELP tipstream_request_duration_seconds Time from a request to the end of its answer',
      '# TYPE tipstream_request_duration_seconds histogram',
    ]);
  });

  it('have at most a hundred platforms, however many names an app makes up', async () => {
    const registry = new Registry();
    const { telemetry } = createMetrics({ registry });
    const context = { endpoint: 'events', method: 'GET', attempt: 1, at: 0 };
    for (let n = 0; n < 150; n += 1)
      telemetry({ type: 'retry', ...context, platform: `room-${n}`, code: 'NETWORK', delayMs: 1 });
    const shown = await lines(registry, 'tipstream_retries_total');
    expect(shown).toHaveLength(101);
    expect(shown).toContain('tipstream_retries_total{platform="other",endpoint="events",code="NETWORK"} 50');
  });
});
