import { expect, it } from 'vitest';
import { room } from './room.ts';

it('a client remembers the latest hundred sessions, and those that are watched: every broadcast has a new one', async () => {
  const { tiktok, session } = await room();
  const watched = tiktok.comments(session);
  watched.subscribe(() => {});
  await watched.ready();
  for (let n = 0; n < 150; n += 1) tiktok.comments(`evening-${n}`);
  /** What belongs to a session is settled as long as it is remembered. */
  const isKnown = (id: string): boolean => {
    try {
      tiktok.comments(id, { autoConnect: true });
      return false;
    } catch {
      return true;
    }
  };
  expect([session, 'evening-149', 'evening-60', 'evening-0'].map(isKnown)).toEqual([true, true, true, false]);
});
