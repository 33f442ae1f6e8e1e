import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { createInstrumentation } from '../../../src/adapters/opentelemetry.ts';
import { batch, createSource, TipstreamError, testTip } from '../../../src/index.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { followPromises, sdk } from './providers.ts';

const tip = testTip({ platform: 'stripchat', id: 'stripchat:room_rae:1', channel: 'room_rae', tipper: 'loud_lin' });

it('a tip that is processed is a span of a consumer, with the attributes of the conventions and nothing of its content', async () => {
  const { spans, points, ...providers } = sdk();
  const { traced } = createInstrumentation(providers);
  const source = createSource<TipEvent>({ platform: 'stripchat' });
  source.stream.subscribe(traced(() => {}));
  await source.push(tip);
  const [span] = spans();
  expect([span?.name, span?.kind, span?.status.code]).toEqual([
    'process tips',
    SpanKind.CONSUMER,
    SpanStatusCode.UNSET,
  ]);
  expect(span?.attributes).toEqual({
    'messaging.system': 'stripchat',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.template': 'tips',
    'messaging.destination.name': 'room_rae',
    'messaging.message.id': 'stripchat:room_rae:1',
  });
  const series = {
    'messaging.system': 'stripchat',
    'messaging.operation.name': 'process',
    'messaging.destination.template': 'tips',
  };
  expect(await points('messaging.client.consumed.messages')).toEqual([[series, 1]]);
  expect(await points('messaging.process.duration')).toEqual([[series, 1]]);
});

it('what a callback does is a part of its span, also after it waited', async () => {
  followPromises();
  const kit = sdk();
  const { traced } = createInstrumentation(kit);
  const tracer = kit.tracerProvider.getTracer('app');
  await traced(async () => {
    await Promise.resolve();
    tracer.startSpan('a toy moves').end();
  })(tip);
  const [toy, processed] = kit.spans();
  expect(toy?.parentSpanContext?.spanId).toBe(processed?.spanContext().spanId);
  expect(trace.getSpan(context.active())).toBeUndefined();
});

it.each([
  ['an error of this library, by its code', new TipstreamError({ code: 'STORE', message: 'full' }), 'STORE'],
  ['an error of the app, by its name', new RangeError('loud_lin'), 'RangeError'],
  ['what is no error', 'loud_lin', '_OTHER'],
])('a callback that throws %s fails its span, and the stream hears of it', async (_what, thrown, type) => {
  const { spans, points, ...providers } = sdk();
  const { traced } = createInstrumentation(providers);
  const fail = (): never => {
    throw thrown;
  };
  const failed: unknown[] = [];
  const source = createSource<TipEvent>({ platform: 'stripchat' });
  source.stream.on('failed', ({ error }) => failed.push(error));
  source.stream.subscribe(traced(fail));
  source.stream.subscribe(traced(async () => fail()));
  await source.push(tip);
  expect(failed).toEqual([thrown, thrown]);
  expect(spans().map(({ attributes, status }) => [attributes['error.type'], status])).toEqual([
    [type, { code: SpanStatusCode.ERROR }],
    [type, { code: SpanStatusCode.ERROR }],
  ]);
  expect(await points('messaging.process.duration')).toEqual([[expect.objectContaining({ 'error.type': type }), 2]]);
  expect(JSON.stringify(spans().map(({ attributes, events }) => [attributes, events]))).not.toContain('loud_lin');
});

it('a callback that gives no promise is not made one, whatever it gives', () => {
  const { spans, ...providers } = sdk();
  const { traced } = createInstrumentation(providers);
  const amounts: number[] = [];
  expect(traced(() => {})(tip)).toBeUndefined();
  expect(traced((one: TipEvent) => void amounts.push(one.amount))(tip)).toBeUndefined();
  const pushes: (one: TipEvent) => void = ({ amount }) => amounts.push(amount);
  expect(traced(pushes)(tip)).toBeUndefined();
  expect(spans().map(({ status }) => status.code)).toEqual([0, 0, 0]);
});

it('a batch is one span that counts its tips, and names a room only where it is one', async () => {
  const { spans, points, ...providers } = sdk();
  const { traced } = createInstrumentation(providers);
  const source = createSource<TipEvent>({ platform: 'stripchat' });
  batch(source.stream, { size: 2 }).subscribe(traced((tips) => expect(tips).toHaveLength(2)));
  await Promise.all([source.push(tip), source.push({ ...tip, id: '2' })]);
  await Promise.all([
    source.push({ ...tip, id: '3' }),
    source.push({ ...tip, id: '4', platform: 'camsoda', channel: 'b' }),
  ]);
  expect(spans().map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining({
      'messaging.system': 'stripchat',
      'messaging.batch.message_count': 2,
      'messaging.destination.name': 'room_rae',
    }),
    expect.objectContaining({ 'messaging.system': 'tipstream', 'messaging.batch.message_count': 2 }),
  ]);
  expect(spans()[1]?.attributes).not.toHaveProperty('messaging.destination.name');
  expect((await points('messaging.client.consumed.messages')).map(([, count]) => count)).toEqual([2, 2]);
});

it('without an SDK nothing happens, and every tip is processed', async () => {
  const { telemetry, traced } = createInstrumentation();
  const seen: number[] = [];
  traced((one: TipEvent) => void seen.push(one.amount))(tip);
  telemetry({ type: 'response', platform: 'a', endpoint: 'b', method: 'GET', attempt: 1, at: 5, elapsedMs: 1 });
  expect(seen).toEqual([tip.amount]);
});

it.each(['onStart', 'onEnd'])(
  'a processor of spans that throws in %s takes no tip away, and calls none failed',
  async (when) => {
    const quiet = { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };
    const broken = () => {
      throw new Error('the exporter is broken');
    };
    const tracerProvider = new TracerProvider({ spanProcessors: [{ ...quiet, [when]: broken }] });
    const { traced } = createInstrumentation({ tracerProvider });
    const source = createSource<TipEvent>({ platform: 'stripchat' });
    const taken: string[] = [];
    const failed: unknown[] = [];
    source.stream.on('failed', ({ error }) => failed.push(error));
    source.stream.subscribe(traced(({ id }) => void taken.push(id)));
    source.stream.subscribe(traced(async ({ id }) => void taken.push(id)));
    await source.push(tip);
    expect([taken, failed]).toEqual([[tip.id, tip.id], []]);
  },
);
