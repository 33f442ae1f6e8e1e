import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { diagnosticsTelemetry } from '../../../src/adapters/node.ts';
import type { TelemetryEvent } from '../../../src/core/telemetry.ts';

const request: TelemetryEvent = {
  type: 'request',
  platform: 'stripchat',
  endpoint: 'events',
  at: 0,
  method: 'GET',
  url: 'http://127.0.0.1/events',
  attempt: 1,
};

test('publishes each event on the channel of its name', () => {
  const heard: unknown[] = [];
  const listen = (message: unknown): void => void heard.push(message);
  subscribe('tipstream:request', listen);
  const telemetry = diagnosticsTelemetry();
  telemetry(request);
  telemetry({ ...request, type: 'response', elapsedMs: 5, status: 200 });
  unsubscribe('tipstream:request', listen);
  telemetry(request);
  expect(heard).toEqual([request]);
});
