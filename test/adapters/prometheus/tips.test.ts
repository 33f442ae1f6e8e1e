import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMetrics } from '../../../src/adapters/prometheus.ts';
import { createSource, merge, TipstreamError, testTip } from '../../../src/index.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import type { EventStream } from '../../../src/stream/event-stream.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { createStripchat } from '../../../src/stripchat/index.ts';
import { lines } from './lines.ts';

let serial = 0;
const tip = (overrides: Partial<TipEvent> = {}): TipEvent => {
  serial += 1;
  const { test: _test, ...made } = testTip({ platform: 'stripchat', id: `${serial}`, ...overrides });
  return made;
};

function counting() {
  const registry = new Registry();
  const { counted } = createMetrics({ registry });
  const source = createSource<TipEvent>({ platform: 'stripchat', channel: 'room_rae' });
  return { registry, counted, source, shown: (name: string) => lines(registry, name) };
}

/** Watches as an app does; `stop` leaves. */
const watch = (stream: EventStream<TipEvent>, next: (one: TipEvent) => unknown = () => {}) =>
  stream.subscribe((one) => void next(one));

describe('the metrics of tips', () => {
  it('count tips and what was tipped, by platform and unit, and no test', async () => {
    const { counted, source, shown } = counting();
    const amounts: number[] = [];
    watch(counted(source.stream), ({ amount }) => amounts.push(amount));
    await source.push(tip({ amount: 100 }));
    await source.push(tip({ amount: 2.5, unit: 'USD' }));
    await source.push(tip({ amount: 20 }));
    await source.push(testTip({ platform: 'stripchat', amount: 1 }));
    expect(amounts).toEqual([100, 2.5, 20, 1]);
    expect(await shown('tipstream_tip')).toEqual([
      'tipstream_tips_total{platform="stripchat",unit="token"} 2',
      'tipstream_tips_total{platform="stripchat",unit="USD"} 1',
      'tipstream_tip_amount_total{platform="stripchat",unit="token"} 120',
      'tipstream_tip_amount_total{platform="stripchat",unit="USD"} 2.5',
    ]);
    const [last] = await shown('tipstream_last_tip_timestamp_seconds');
    expect(Number(last?.split(' ')[1])).toBeCloseTo(Date.now() / 1000, -2);
  });

  it('stop no tip, whatever its amount is', async () => {
    const { counted, source, shown } = counting();
    const amounts: number[] = [];
    watch(counted(source.stream), ({ amount }) => amounts.push(amount));
    for (const amount of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) await source.push(tip({ amount }));
    expect(amounts).toEqual([0, -5, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(await shown('tipstream_tips_total')).toEqual(['tipstream_tips_total{platform="stripchat",unit="token"} 4']);
    expect(await shown('tipstream_tip_amount_total')).toEqual([]);
  });

  it('stop no tip that cannot be counted, because the registry has these metrics of somebody else', async () => {
    const registry = new Registry();
    const amounts: number[] = [];
    for (const { counted } of [createMetrics({ registry }), createMetrics({ registry })]) {
      const source = createSource<TipEvent>({ platform: 'stripchat' });
      watch(counted(source.stream), ({ amount }) => amounts.push(amount));
      await source.push(tip({ amount: 100 }));
    }
    expect(amounts).toEqual([100, 100]);
  });

  it('watch nothing themselves: a stream is idle until the app watches it', () => {
    const started: string[] = [];
    const { counted } = counting();
    const cold = createSource<TipEvent>({
      platform: 'stripchat',
      start: () => {
        started.push('asked');
        return undefined;
      },
    });
    const stream = counted(cold.stream);
    expect(started).toEqual([]);
    watch(stream);
    expect(started).toEqual(['asked']);
  });

  it('count gaps, errors, and callbacks that threw', async () => {
    const { counted, source, shown } = counting();
    watch(counted(source.stream), () => {
      throw new Error('mine');
    });
    await source.push(tip());
    source.gap({ reason: 'window' });
    source.fail(new TipstreamError({ code: 'NETWORK', platform: 'stripchat', message: 'gone' }));
    source.fail(new TipstreamError({ code: 'AUTH', platform: 'stripchat', message: 'refused', fatal: true }));
    expect([
      ...(await shown('tipstream_gaps_total')),
      ...(await shown('tipstream_failed_events_total')),
      ...(await shown('tipstream_stream_errors_total')),
    ]).toEqual([
      'tipstream_gaps_total{platform="stripchat",reason="window"} 1',
      'tipstream_failed_events_total{platform="stripchat"} 1',
      'tipstream_stream_errors_total{platform="stripchat",code="NETWORK",fatal="false"} 1',
      'tipstream_stream_errors_total{platform="stripchat",code="AUTH",fatal="true"} 1',
    ]);
  });

  it('show how many sources are in which state while they are watched, and what waits', async () => {
    const { counted, source, shown } = counting();
    const other = createSource<TipEvent>({ platform: 'camsoda' });
    const stream = counted(source.stream);
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = stream.subscribe(() => promise);
    const stopOther = watch(counted(other.stream));
    source.status('live');
    other.status('waiting');
    const pushed = source.push(tip());
    expect(await shown('tipstream_streams')).toEqual([
      'tipstream_streams{platform="stripchat",state="live"} 1',
      'tipstream_streams{platform="camsoda",state="waiting"} 1',
    ]);
    expect(await shown('tipstream_untaken_events')).toEqual([
      'tipstream_untaken_events{platform="stripchat"} 1',
      'tipstream_untaken_events{platform="camsoda"} 0',
    ]);
    resolve();
    await pushed;
    stop();
    stopOther();
    expect(await shown('tipstream_streams')).toEqual([]);
    expect(await shown('tipstream_untaken_events')).toEqual([]);
  });

  it('tell the sources of a merge apart', async () => {
    const { counted, source, shown } = counting();
    const other = createSource<TipEvent>({ platform: 'camsoda' });
    watch(counted(merge(source.stream, other.stream)));
    source.status('live');
    other.status('live');
    await other.push(tip({ platform: 'camsoda' }));
    expect(await shown('tipstream_streams')).toEqual([
      'tipstream_streams{platform="stripchat",state="live"} 1',
      'tipstream_streams{platform="camsoda",state="live"} 1',
    ]);
    expect(await shown('tipstream_untaken_events')).toEqual(['tipstream_untaken_events{platform="several"} 0']);
    expect(await shown('tipstream_tips_total')).toEqual(['tipstream_tips_total{platform="camsoda",unit="token"} 1']);
  });

  it('are made of a client and a mock, and name no room and nobody', async () => {
    const server = await createMockServer({ port: 0, platforms: ['stripchat'], scenario: 'quiet' });
    onTestFinished(() => server.close());
    const registry = new Registry();
    const { telemetry, counted } = createMetrics({ registry });
    const client = createStripchat({
      token: 'not-a-secret-token',
      eventsUrl: `${server.url}/events/stripchat`,
      logger: false,
      telemetry,
    });
    onTestFinished(() => client.close());
    server.tip('stripchat', { amount: 42, tipper: 'loud_lin', message: 'for the cat' });
    server.emit('stripchat', { type: 'tip', amount: 'many', user: { username: 'loud_lin' } });
    await new Promise<void>((resolve) => {
      const stream = counted(client.tips());
      stream.on('invalid', () => resolve());
      watch(stream);
    });
    const all = await registry.metrics();
    expect(all).toContain('tipstream_tip_amount_total{platform="stripchat",unit="token"} 42');
    expect(all).toContain('tipstream_invalid_events_total{platform="stripchat"} 1');
    expect(all).toContain('tipstream_requests_total{platform="stripchat",endpoint="events",method="GET",status="200"}');
    for (const word of ['loud_lin', 'cat', 'not-a-secret-token', '127.0.0.1']) expect(all).not.toContain(word);
  });
});
