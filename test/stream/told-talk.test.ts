import { expect, it } from 'vitest';
import { platform } from '../../src/core/endpoint.ts';
import { open } from '../../src/core/open.ts';
import type { Line } from '../../src/stream/line.ts';
import { toldTalk } from '../../src/stream/told-talk.ts';
import { testClock } from '../support/clock.ts';

it('telemetry hears of a connection when it opens and when it is gone, and the platform as before', () => {
  const clock = testClock();
  const connection = open(platform({ name: 'pretend', endpoints: {} }), { baseUrl: 'https://pretend.test', clock });
  const told: unknown[] = [];
  connection.telemetry.on('socket', (event) => told.push(event));
  const heard: string[] = [];
  const controller = new AbortController();
  const talk = toldTalk(connection, 'pretend', () => ({
    opened: () => void heard.push('opened'),
    heard: (text) => void heard.push(text),
  }))({ signal: controller.signal } as Line);
  talk.heard('early');
  expect(told).toEqual([]);
  talk.opened?.();
  talk.heard('hello');
  const at = clock.now();
  expect(told).toEqual([{ platform: 'pretend', at, state: 'open', type: 'socket' }]);
  controller.abort();
  expect(told).toEqual([
    { platform: 'pretend', at, state: 'open', type: 'socket' },
    { platform: 'pretend', at, state: 'closed', type: 'socket' },
  ]);
  expect(heard).toEqual(['early', 'opened', 'hello']);
});
