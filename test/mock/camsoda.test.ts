import { expect, it } from 'vitest';
import { camsoda } from '../../src/camsoda/endpoints.ts';
import { Event } from '../../src/camsoda/schemas.ts';
import { read } from '../../src/core/reader.ts';
import { testClock } from '../support/clock.ts';
import { ask, serve } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY, pageSize: 20 };
const names = async (url: string) => {
  const { events } = (await ask(url)).body;
  return new Set(events.map((event) => ['type', 'event_type', 'tipper', 'user'].filter((key) => key in event).join()));
};

it('EV-33 gives the formats A and B, mixed or as asked', async () => {
  const { url } = await serve(fast);
  expect(await names(`${url}/events/camsoda`)).toEqual(new Set(['type,tipper', 'type,user']));
  expect(await names(`${url}/events/camsoda?mock=format:A`)).toEqual(new Set(['type,tipper']));
  expect(await names(`${url}/events/camsoda?mock=format:2`)).toEqual(new Set(['type,user']));
  expect(await names(`${url}/events/camsoda?mock=format:observed`)).toEqual(new Set(['event_type,tipper']));
});

it('every page is one for the reader of the platform, every event is as its schema has it', async () => {
  const { url } = await serve(fast);
  const { events } = (await ask(`${url}/external/events`)).body;
  expect(read(camsoda.endpoints.events.response, { success: true, events }).events).toEqual(events);
  expect(events).toHaveLength(20);
  for (const event of events) expect(Event.parse(event)).toEqual(event);
});

it('the time of an event is when it happened, in whole seconds', async () => {
  const clock = testClock();
  const server = await serve({ scenario: 'quiet', clock });
  server.tip('camsoda', { message: 'hi' });
  await clock.advance(30_500);
  server.tip('camsoda');
  const start = testClock().now() / 1000;
  expect((await ask(`${server.url}/events/camsoda`)).body).toEqual({
    success: true,
    events: [
      { type: 'tip', amount: 100, tipper: { username: 'supporter' }, timestamp: start, message: 'hi' },
      { type: 'tip', amount: 100, tipper: { username: 'supporter' }, timestamp: start + 30 },
    ],
  });
});
