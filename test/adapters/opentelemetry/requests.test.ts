import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { expect, it, onTestFinished } from 'vitest';
import { createInstrumentation } from '../../../src/adapters/opentelemetry.ts';
import { createChaturbate } from '../../../src/chaturbate/index.ts';
import { connect } from '../../../src/core/client.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import { canary, demo } from '../../core/fixture.ts';
import { testClock } from '../../support/clock.ts';
import { failure } from '../../support/failure.ts';
import { json, type Route, startServer } from '../../support/server.ts';
import { followPromises, sdk } from './providers.ts';

async function demoClient(route: Route) {
  const server = await startServer(route);
  const kit = sdk();
  const { telemetry } = createInstrumentation(kit);
  const options = { baseUrl: server.url, logger: false, random: () => 0, telemetry } as const;
  const client = connect(demo, options, { credential: canary });
  onTestFinished(() => client.close());
  return { ...kit, server, client, port: Number(new URL(server.url).port) };
}

it('each attempt is a span of a client, named by its endpoint, with the attributes of the conventions', async () => {
  const { client, spans, server, port } = await demoClient(({ nth }) => (nth === 1 ? { status: 503 } : json(1)));
  await client.room({ room: 'a' });
  const known = {
    'http.request.method': 'GET',
    'url.full': `${server.url}/rooms/a/***/`,
    'server.address': '127.0.0.1',
    'server.port': port,
    'tipstream.platform': 'demo',
    'tipstream.endpoint': 'room',
  };
  const [refused, answered] = spans();
  expect(spans().map(({ name, kind }) => [name, kind])).toEqual([
    ['GET room', SpanKind.CLIENT],
    ['GET room', SpanKind.CLIENT],
  ]);
  expect(refused?.attributes).toEqual({ ...known, 'http.response.status_code': 503, 'error.type': '503' });
  expect(refused?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(answered?.attributes).toEqual({ ...known, 'http.response.status_code': 200, 'http.request.resend_count': 1 });
  expect(answered?.status).toEqual({ code: SpanStatusCode.UNSET });
});

it('what came to no answer is an error by its code; what a platform calls an answer is none, whatever its status', async () => {
  const { client, spans } = await demoClient(({ url }) =>
    url.startsWith('/idle') ? json({}, 400) : url.startsWith('/typed') ? json({}) : 'reset',
  );
  await client.idle();
  await failure(client.typed());
  await failure(client.wallet.send({ toUserId: '1' }));
  expect(spans().map(({ attributes, status }) => [attributes['error.type'], status.code])).toEqual([
    [undefined, SpanStatusCode.UNSET],
    ['SCHEMA', SpanStatusCode.ERROR],
    ['NETWORK', SpanStatusCode.ERROR],
  ]);
});

it('a call that its caller ended is told, and is no failure', async () => {
  const { client, spans, server } = await demoClient(() => 'silence');
  const controller = new AbortController();
  const ended = failure(client.plain({}, { signal: controller.signal }));
  await server.arrived(1);
  controller.abort();
  await ended;
  expect(spans().map(({ attributes, status }) => [attributes['error.type'], status.code])).toEqual([
    ['ABORTED', SpanStatusCode.UNSET],
  ]);
});

it('a span lasts from the request to the end of its answer, on the clock of the client', async () => {
  const server = await startServer(() => json(1));
  const kit = sdk();
  const clock = testClock(Date.UTC(2026, 0, 1));
  const { telemetry } = createInstrumentation(kit);
  const fetch = async (request: Request, init?: RequestInit): Promise<Response> => {
    await clock.advance(250);
    return globalThis.fetch(request, init);
  };
  const client = connect(demo, { baseUrl: server.url, logger: false, telemetry, clock, fetch });
  await client.plain();
  const [span] = kit.spans();
  expect([span?.startTime, span?.endTime]).toEqual([
    [Date.UTC(2026, 0, 1) / 1000, 0],
    [Date.UTC(2026, 0, 1) / 1000, 250_000_000],
  ]);
  const [durations] = await kit.collect();
  expect(durations?.descriptor).toMatchObject({ name: 'http.client.request.duration', unit: 's' });
  expect(durations?.dataPoints[0]?.value).toMatchObject({
    sum: 0.25,
    buckets: { boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
  });
});

it('durations are told apart by few values, and by no address', async () => {
  const { client, points, port } = await demoClient(() => json(1));
  await client.room({ room: 'a' });
  await client.room({ room: 'b' });
  expect(await points('http.client.request.duration')).toEqual([
    [
      {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': port,
        'tipstream.platform': 'demo',
        'tipstream.endpoint': 'room',
      },
      2,
    ],
  ]);
});

it('a request is a part of what was active where the call was made', async () => {
  followPromises();
  const { client, spans, tracerProvider } = await demoClient(() => json(1));
  const parent = tracerProvider.getTracer('app').startSpan('an evening');
  await context.with(trace.setSpan(ROOT_CONTEXT, parent), () => client.plain());
  expect(spans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
});

it('no credential and no name of who hides is in any attribute, whatever the mock does', async () => {
  const kit = sdk();
  const server = await createMockServer({ port: 0, platforms: ['chaturbate'], scenario: 'quiet' });
  onTestFinished(() => server.close());
  const { telemetry, traced } = createInstrumentation(kit);
  const client = createChaturbate({
    username: 'room_rae',
    token: canary,
    baseUrl: server.url,
    logger: false,
    telemetry,
    backlog: 'deliver',
  });
  server.tip('chaturbate', { dialect: 'real', anonymous: true, tipper: 'hidden_hal', message: 'for hal', amount: 77 });
  const tips = client.tips();
  const amounts: number[] = [];
  const ended = new Promise((resolve) => tips.on('end', resolve));
  tips.subscribe(
    traced((tip) => {
      amounts.push(tip.amount);
      server.fail('status:401');
    }),
  );
  await ended;
  await client.close();
  expect(amounts).toEqual([77]);
  expect(kit.spans().map(({ attributes }) => attributes['http.response.status_code'])).toContain(401);
  const all = JSON.stringify([
    kit.spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    (await kit.collect()).map(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes)),
  ]);
  expect(all).toContain('process tips');
  expect(all).toContain('/events/room_rae/***/');
  for (const secret of [canary, 'hidden_hal', 'for hal']) expect(all).not.toContain(secret);
});
