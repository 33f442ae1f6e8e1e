import { expect, it } from 'vitest';
import { createStripchat } from '../../src/stripchat/index.ts';
import { json, startServer } from '../support/server.ts';

it('core-16 whoever gives the credential may fail for a moment: the stream says so and goes on', async () => {
  const server = await startServer(() => json({ events: [] }));
  let asked = 0;
  const stripchat = createStripchat({
    eventsUrl: `${server.url}/events`,
    interval: 50,
    logger: false,
    async token() {
      asked += 1;
      if (asked < 3) throw new Error('the vault is closed');
      return 'not-a-secret-token';
    },
  });
  const tips = stripchat.tips();
  const said: string[] = [];
  tips.on('status', ({ state }) => said.push(state));
  tips.on('error', ({ code }) => said.push(code));
  tips.subscribe(() => {});
  await expect.poll(() => said.at(-1)).toBe('live');
  expect(said).toEqual(['connecting', 'AUTH', 'waiting', 'AUTH', 'waiting', 'live']);
  await stripchat.close();
});
