import { describe, expect, it } from 'vitest';
import { settle } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { room } from './room.ts';

describe('a room in which nobody is live for long', () => {
  it('TT-19 TT-29 autoConnect knocks once a minute, and an end of its socket is no error of it', async () => {
    const { clock, service, session, tiktok, asked } = await room();
    await tiktok.live.connect({ sessionId: session, username: 'mira' });
    const states: string[] = [];
    const errors: string[] = [];
    const comments = tiktok.comments(session, { autoConnect: true });
    comments.on('status', ({ state }) => states.push(state));
    comments.on('error', ({ code }) => errors.push(code));
    comments.subscribe(() => {});
    await until(() => states.includes('live'));
    service.hears(session, false);
    service.state.offline.add('mira');
    const before = asked('/connect');
    // The service is asked every half minute after two of silence, and says each time that it hears nothing.
    for (let beat = 0; beat < 24; beat += 1) {
      await clock.advance(30_000);
      await comments.ping();
    }
    expect(states.at(-1)).toBe('unsubscribed');
    const knocks = asked('/connect') - before;
    expect(knocks).toBeGreaterThan(8);
    expect(knocks).toBeLessThan(12);
    service.peers(session)[0]?.drop();
    await until(() => states.at(-1) === 'waiting');
    await settle(20);
    service.state.offline.clear();
    await clock.advance(1_000);
    await until(() => states.at(-1) === 'unsubscribed');
    await settle(20);
    // After a failure the service refuses for a while.
    await clock.advance(60_000);
    await until(() => states.at(-1) === 'live');
    // The end of a connection ends what was tried over it, and that is no news.
    expect(errors.filter((code) => code === 'ABORTED')).toEqual([]);
  });

  it('TT-19 close() ends connectWhenLive at once, and leaves no timer', async () => {
    const { service, tiktok, clock, asked } = await room();
    service.state.offline.add('mira');
    const waiting = tiktok.live.connectWhenLive({ username: 'mira' });
    const ended = expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
    await until(() => asked('/connect') === 1);
    await settle(20);
    await tiktok.close();
    await ended;
    expect(clock.pending).toBe(0);
    expect(asked('/connect')).toBe(1);
  });

  it.each([Number.NaN, 0, -1, 5])(
    'TT-19 connectWhenLive with every: %d is CONFIG, and nothing is sent',
    async (every) => {
      const { tiktok, server } = await room();
      await expect(tiktok.live.connectWhenLive({ username: 'mira' }, { every })).rejects.toMatchObject({
        code: 'CONFIG',
      });
      expect(server.requests).toEqual([]);
    },
  );
});

describe('a name that somebody else chose', () => {
  it.each(['..', '.', ''])(
    'TT-22 the session "%s" is refused, for it would lead the key out of its path',
    async (id) => {
      const { tiktok } = await room();
      expect(() => tiktok.comments(id)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    },
  );

  it.each(['../../x', 'a/b?c#d', '%2e%2e', '...'])('TT-22 the session "%s" stays in its place', async (id) => {
    const { server, tiktok } = await room();
    tiktok.comments(id).subscribe(() => {});
    await until(() => server.requests.length > 0);
    expect(server.requests[0]?.path).toMatch(/^\/tiktok\/ws\/comments\/[^/?]+\?/);
  });

  it.each(['healthcheck', 'login'])(
    'TT-3 both credentials go with the profile of somebody called %s',
    async (username) => {
      const seen: unknown[] = [];
      const { tiktok } = await room({
        token: 'not-a-secret-token',
        fetch: async (request, init) => {
          seen.push([request.headers.has('x-api-key'), request.headers.has('authorization')]);
          return fetch(request, init);
        },
      });
      await tiktok.profile.get({ username }).catch(() => {});
      expect(seen[0]).toEqual([true, true]);
    },
  );
});
