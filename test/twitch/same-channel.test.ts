import { expect, it } from 'vitest';
import { eventSubRoom } from './eventsub-room.ts';

it('a channel that is watched in two ways is told in the log, for a merge of them counts its tips twice', async () => {
  const lines: string[] = [];
  const { twitch, mock, watch, pass } = await eventSubRoom({
    options: { logger: { warn: (line) => void lines.push(line) } },
  });
  const { id } = mock.user('mira');
  const own = watch(twitch.tips());
  await pass(100);
  // Twice in one way is one source.
  watch(twitch.tips({ include: ['bits'] }));
  await pass(100);
  expect(lines).toEqual([]);
  const named = watch(twitch.tips({ broadcasterId: id }));
  await pass(100);
  expect(lines).toEqual([expect.stringContaining(`channel ${id} is watched by way of its id, its login or the token`)]);
  mock.eventsub.happen(mock.eventsub.what.cheer(25));
  await pass(100);
  expect([own.events.length, named.events.length]).toEqual([1, 1]);
  own.stop();
  named.stop();
  await pass(100);
  watch(twitch.tips({ login: 'grace' }));
  await pass(100);
  expect(lines.filter((line) => line.includes('by way of'))).toHaveLength(1);
});
