import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/tiktok/index.ts';
import { createTikTok } from '../../src/tiktok/index.ts';
import { until } from '../support/polled.ts';
import { json, startServer } from '../support/server.ts';
import { room } from './room.ts';

describe('a gift of somebody who asked to stay unnamed', () => {
  const gift = {
    giftId: 5655,
    giftName: 'Rose',
    giftType: 1,
    diamondCount: 1,
    repeatCount: 5,
    repeatEnd: true,
    groupId: '77',
    msgId: '78',
    giftDetails: { giftType: 1 },
  };
  const ada = { userId: '6813181309701719999', uniqueId: 'ada', nickname: 'Ada Lovelace' };

  it.each([
    { ...gift, isAnonymous: true, ...ada, profilePictureUrl: 'https://cdn.example.com/ada.png', secUid: 'ada-sec' },
    { ...gift, user: { ...ada, isAnonymous: true }, monitorExtra: { from_user_id: ada.userId } },
  ])('EV-46 TT-42 is an event that names and pictures nobody', async (data) => {
    const { service, session, tiktok } = await room();
    const events: SessionEvent[] = [];
    const tips: number[] = [];
    const stream = tiktok.events(session);
    stream.subscribe((event) => void events.push(event));
    tiktok.tips(session).subscribe(({ amount }) => void tips.push(amount));
    await stream.ready();
    service.emit(session, { type: 'gift', data });
    service.emit(session, { type: 'gift', data: { ...gift, msgId: '79', groupId: '80', user: ada } });
    await until(() => tips.length === 2);
    const [hidden, named] = events.filter(({ type }) => type === 'gift');
    expect(hidden).toMatchObject({ type: 'gift', data: gift });
    expect(JSON.stringify(hidden)).not.toMatch(/ada|6813181309701719999/i);
    expect(named).toMatchObject({ data: { user: ada } });
    expect(tips).toEqual([5, 5]);
  });
});

it('TT-6 calls and sockets that need a token log in once together', async () => {
  const login = { username: 'admin', password: 'Admin123!' };
  const { session, tiktok, asked } = await room({ apiKey: undefined, login });
  const rooms = [session, 'evening'].map((id) => tiktok.comments(id));
  for (const comments of rooms) comments.subscribe(() => {});
  await Promise.all([tiktok.status(), tiktok.live.sessions(), ...rooms.map((comments) => comments.ready())]);
  expect(asked('/auth/login')).toBe(1);
});

it('TT-3 TT-22 a key that a function gives is masked beside a token, too', async () => {
  const server = await startServer(({ headers }) => json({ detail: `who is ${headers['x-api-key']}?` }, 400));
  const tiktok = createTikTok({
    baseUrl: server.url,
    apiKey: () => 'not-a-secret-key',
    token: 'not-a-secret-token',
    logger: false,
  });
  const failed = await tiktok.status().catch((error: Error) => error);
  expect(server.arrivals[0]?.headers['x-api-key']).toBe('not-a-secret-key');
  expect((failed as Error).message).toContain('who is ***?');
  expect(JSON.stringify(failed)).not.toContain('not-a-secret-key');
  await tiktok.close();
});
