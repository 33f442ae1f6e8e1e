import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished, vi } from 'vitest';
import { channelOf } from '../../src/core/channels.node.ts';
import { channelOf as inPage } from '../../src/core/channels.web.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { json, startServer } from '../support/server.ts';
import { canary } from './fixture.ts';

/** Everything that is said on a channel until the test ends. */
function hear(name: string): object[] {
  const heard: object[] = [];
  const listen = (message: unknown): void => void heard.push(Object(message));
  subscribe(name, listen);
  onTestFinished(() => void unsubscribe(name, listen));
  return heard;
}

it('a client that was told nothing of telemetry is heard on the channels of the process, and shows no secret', async () => {
  const requests = hear('tipstream:request');
  const responses = hear('tipstream:response');
  const server = await startServer(() => json({ events: [] }));
  const client = createStripchat({ token: canary, eventsUrl: server.url, logger: false });
  await client.verify();
  await client.close();
  const known = { platform: 'stripchat', endpoint: 'events', method: 'GET', attempt: 1 };
  expect(requests).toEqual([{ type: 'request', ...known, url: expect.any(String), at: expect.any(Number) }]);
  expect(responses).toEqual([expect.objectContaining({ type: 'response', ...known, status: 200 })]);
  expect(JSON.stringify([requests, responses])).not.toContain(canary);
});

it('an event is published on the channel of its name, and only while somebody subscribes to it', () => {
  expect(channelOf('retry')?.hasSubscribers).toBe(false);
  const heard = hear('tipstream:retry');
  hear('tipstream:circuit');
  channelOf('retry')?.publish({ type: 'retry' });
  expect(heard).toEqual([{ type: 'retry' }]);
  expect(channelOf('cache')?.hasSubscribers).toBe(false);
});

it.each([
  ['that knows no process', undefined],
  ['that hands out no modules', {}],
  ['that has no channels', { getBuiltinModule: () => undefined }],
])('a runtime %s publishes nothing and misses nothing', (_which, process) => {
  vi.stubGlobal('process', process);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(channelOf('request')).toBeUndefined();
});

it('a page has no channels', () => {
  expect(inPage('request')).toBeUndefined();
});
