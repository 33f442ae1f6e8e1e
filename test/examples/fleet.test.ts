import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';
import { isLeftOut } from '../support/engines.ts';
import { runNode } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { root } from '../support/source.ts';

describe.skipIf(isLeftOut('Redis'))('docs/examples/fleet.ts', () => {
  it('asks the rooms that were added, books their tips, shows who has what, and removes them', async () => {
    const redis = await startRedis();
    const rooms = ['mira', 'noor'];
    const server = await createMockServer({
      port: 0,
      scenario: 'quiet',
      platforms: ['chaturbate'],
      rooms: rooms.map((channel) => ({ platform: 'chaturbate', dialect: 'real', channel })),
    });
    onTestFinished(async () => {
      await server.close();
      await redis.close();
    });
    const env = {
      REDIS_URL: redis.url,
      TOKENS: '{"mira":"not-a-secret-token","noor":"not-a-secret-token"}',
      MOCK_PLACES: JSON.stringify([['https://eventsapi.chaturbate.com', server.url]]),
    };
    const program = (...words: string[]) =>
      runNode(
        [
          '--conditions=tipstream-source',
          '--import',
          join(root, 'test/support/at-the-mock.ts'),
          'docs/examples/fleet.ts',
          ...words,
        ],
        { cwd: root, env },
      );

    const worker = program('work');
    const [added] = await Promise.all([program('add', ...rooms).printed(1), worker.printed(/works$/)]);
    expect(added).toBe('2 added');
    const book = program('book');
    await expect.poll(() => new Set(server.requests.map(({ path }) => path.split('?')[0])).size).toBe(2);
    for (const channel of rooms) server.tip('chaturbate', { dialect: 'real', channel, amount: 25 });
    await Promise.all(rooms.map((room) => book.printed(new RegExp(`^booked 25 for ${room}, chaturbate:${room}:`))));
    const [shown] = await Promise.all([program('status').printed(1), program('remove', 'noor').printed(1)]);
    expect(shown).toMatch(/^fleet: \d channels?, 1 worker, \d silent$/);
    expect(await Promise.all([worker.end(), book.end()])).toEqual([0, 0]);
  }, 60_000);
});
