import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import type { TelemetryEvent } from '../../src/core/telemetry.ts';
import { as, platform } from './client.ts';

const endpointOf = (event: unknown): unknown => Object(event).endpoint;

test('a renewal of the session is told like every other request: once to each who listens', async () => {
  const option: TelemetryEvent[] = [];
  const listener: unknown[] = [];
  const channel: unknown[] = [];
  const hear = (event: unknown): void => void channel.push(event);
  subscribe('tipstream:response', hear);
  onTestFinished(() => void unsubscribe('tipstream:response', hear));
  const ada = await as('ada', await platform(), { telemetry: (event) => option.push(event) });
  ada.on('response', (event) => listener.push(event));
  await ada.auth.refresh();
  expect(option.filter(({ type }) => type === 'response').map(endpointOf)).toEqual(['auth.login', 'auth.refresh']);
  expect(listener.map(endpointOf)).toEqual(['auth.refresh']);
  expect(channel.map(endpointOf)).toEqual(['auth.login', 'auth.refresh']);
});
