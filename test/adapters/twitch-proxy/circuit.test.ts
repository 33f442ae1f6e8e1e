import { describe, expect, it } from 'vitest';
import { seconds } from '../../../src/core/time.ts';
import { appToken } from '../../../src/twitch/index.ts';
import { settle, testClock } from '../../support/clock.ts';
import { personal, proxied, token } from './helix.ts';

describe('a Twitch that says nothing', () => {
  it('TW-20 is left alone after five requests that waited in vain, as one that fails is', async () => {
    const clock = testClock();
    const { ask, helix } = await proxied(() => 'silence', { clock });
    for (let id = 1; id <= 5; id += 1) {
      const answer = ask(`/users?id=${id}`);
      await helix.arrived(3 * id - 2);
      for (let second = 0; second < 30; second += 1) {
        await settle(5);
        await clock.advance(seconds(1));
      }
      expect((await answer).status).toBe(504);
    }
    const before = helix.arrivals.length;
    const open = await ask('/users?id=6');
    expect([open.status, await open.json()]).toMatchObject([503, { message: expect.stringContaining('left alone') }]);
    expect(helix.arrivals).toHaveLength(before);
  });

  it('TW-20 is not what a caller found who left at once', async () => {
    let silent = true;
    const { ask, helix } = await proxied((arrival, response) => (silent ? 'silence' : personal(arrival, response)));
    for (let id = 1; id <= 9; id += 1) {
      const leaving = new AbortController();
      const answer = ask(`/users?id=${id}`, { signal: leaving.signal });
      await helix.arrived(id);
      leaving.abort();
      expect((await answer).status).toBe(499);
    }
    silent = false;
    expect((await ask('/users?id=1')).status).toBe(200);
  });
});

describe('an id.twitch.tv that is down', () => {
  it('TW-20 closes nothing to whoever brings a token of their own', async () => {
    const { ask } = await proxied(personal, {
      auth: appToken({ clientSecret: 'not-a-secret-client' }),
      authUrl: 'http://127.0.0.1:9/oauth2',
    });
    for (let id = 1; id <= 9; id += 1) expect((await ask(`/users?id=${id}`, { token: null })).status).toBe(502);
    expect((await ask('/users?id=1', { token })).status).toBe(200);
  });
});
