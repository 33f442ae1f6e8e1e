import { expect, it } from 'vitest';
import { read } from '../../src/core/reader.ts';
import { stripchat } from '../../src/stripchat/endpoints.ts';
import { Event } from '../../src/stripchat/schemas.ts';
import { ask, serve } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY, pageSize: 20 };
const shapes = async (url: string) =>
  new Set((await ask(url)).body.events.map((event) => Object.keys(event).sort().join()));

it('EV-33 gives the standard and the alternative format, mixed or as asked', async () => {
  const { url } = await serve(fast);
  expect(await shapes(`${url}/events/stripchat`)).toEqual(new Set(['amount,message,type,user', 'tip,type,user']));
  expect(await shapes(`${url}/events/stripchat?mock=format:1`)).toEqual(new Set(['amount,message,type,user']));
  expect(await shapes(`${url}/events/stripchat?mock=format:alternative`)).toEqual(new Set(['tip,type,user']));
  expect(await shapes(`${url}/events/stripchat?mock=format:observed`)).toEqual(new Set(['data,type']));
});

it('every page is one for the reader of the platform, every event is as its schema has it', async () => {
  const { url } = await serve(fast);
  const { events } = (await ask(`${url}/v1/events`)).body;
  expect(read(stripchat.endpoints.events.response, { success: true, events }).events).toEqual(events);
  expect(events).toHaveLength(20);
  for (const event of events) expect(Event.parse(event)).toEqual(event);
});

it('who is anonymous is left out', async () => {
  const server = await serve({ scenario: 'quiet' });
  server.tip('stripchat', { anonymous: true, tipper: 'fan123' });
  const { events } = (await ask(`${server.url}/events/stripchat`)).body;
  expect(events).toMatchObject([{ type: 'tip', amount: 100 }]);
  expect(JSON.stringify(events)).not.toContain('fan123');
});
