import { expect, it } from 'vitest';
import { createStripchat } from '../../src/stripchat/index.ts';
import { testClock } from '../support/clock.ts';
import { json, startServer } from '../support/server.ts';

it('core-16 whoever gives the credential may fail for a moment: the stream says so and goes on', async () => {
  const server = await startServer(() => json({ events: [] }));
  const clock = testClock();
  let asked = 0;
  const stripchat = createStripchat({
    eventsUrl: `${server.url}/events`,
    clock,
    logger: false,
    async token() {
      asked += 1;
      if (asked < 3) throw new Error('the vault is closed');
      return 'not-a-secret-token';
    },
  });
  const tips = stripchat.tips();
  const states: string[] = [];
  const codes: string[] = [];
  tips.on('status', ({ state }) => states.push(state));
  tips.on('error', ({ code }) => codes.push(code));
  tips.subscribe(() => {});
  for (let turn = 0; turn < 30 && !states.includes('live'); turn += 1) await clock.advance(1000);
  expect(states).toEqual(['connecting', 'waiting', 'waiting', 'live']);
  expect(codes).toEqual(['AUTH', 'AUTH']);
  await stripchat.close();
});
