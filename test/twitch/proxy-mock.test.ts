import { describe, expect, it, onTestFinished } from 'vitest';
import { createMockServer } from '../../src/mock/index.ts';
import { createTwitchProxyClient, type TwitchProxyClientOptions } from '../../src/twitch/index.ts';

/** The documented proxy with its flaws, and somebody who asks it. */
async function documented(options: Partial<TwitchProxyClientOptions> = {}) {
  const server = await createMockServer({ port: 0, platforms: ['twitch'], strict: true });
  onTestFinished(() => server.close());
  const { twitch } = server;
  const scopes = ['moderator:read:chatters', 'user:read:moderated_channels', 'user:read:email'];
  const clientOf = (login: string) =>
    createTwitchProxyClient({
      baseUrl: `${server.url}/twitch`,
      token: twitch.issue({ login, scopes }).accessToken,
      logger: false,
      ...options,
    });
  return { server, twitch, clientOf };
}

describe('a client before the documented proxy', () => {
  it('TW-22 gets users, chatters and channels, hits after misses, and knows that it lives', async () => {
    const { twitch, clientOf } = await documented();
    const proxy = clientOf('grace');
    const [mira, grace] = [twitch.user('mira'), twitch.user('grace')];
    expect(await proxy.health()).toBe(true);
    for (const cache of ['MISS', 'HIT']) {
      const { data, meta } = await proxy.users.withMeta({ logins: ['grace', 'mira'] });
      expect([data.items.map(({ id }) => id), meta.cache]).toEqual([[grace.id, mira.id], cache]);
    }
    const { data, meta } = await proxy.chatters.withMeta({ broadcasterId: mira.id, moderatorId: grace.id });
    expect([data.items.length, meta.cache]).toEqual([data.total, undefined]);
    expect(
      (await proxy.moderatedChannels({ userId: grace.id })).items.map(({ broadcaster_login }) => broadcaster_login),
    ).toEqual(expect.arrayContaining(['mira', 'noor']));
  });

  it('TW-6 who moderates more than the 20 channels that it shows is told, and gets those 20', async () => {
    const { twitch, clientOf } = await documented();
    const grace = twitch.user('grace');
    for (let id = 9001; id < 9031; id += 1) {
      twitch.state.users.set(`${id}`, { ...grace, id: `${id}`, login: `channel${id}` });
      twitch.state.moderators.set(`${id}`, new Set([grace.id]));
    }
    const found: string[] = [];
    const walk = async () => {
      for await (const { broadcaster_id } of clientOf('grace').moderatedChannels.all({ userId: grace.id }))
        found.push(broadcaster_id);
    };
    await expect(walk()).rejects.toMatchObject({ code: 'UPSTREAM', endpoint: 'moderatedChannels' });
    expect(new Set(found).size).toBe(20);
  });

  it('TW-17 its shared cache answers with what another token may see; a cache of our own does not', async () => {
    const { twitch, clientOf } = await documented();
    const mira = twitch.user('mira');
    expect((await clientOf('mira').users({ ids: [mira.id] })).items[0]?.email).toBeDefined();
    // The flaw of the proxy, and why ids are always said: the address is all that it looks at.
    expect((await clientOf('grace').users({ ids: [mira.id] })).items[0]?.email).toBeDefined();
  });

  it('TW-12 TW-13 its lines of text are errors with a code', async () => {
    const { twitch, clientOf } = await documented({ retry: 0 });
    const proxy = clientOf('grace');
    twitch.switches.limiterFails = true;
    await expect(proxy.users({ ids: ['1'] })).rejects.toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    twitch.switches.limiterFails = false;
    for (const { accessToken } of twitch.state.tokens.values()) twitch.revoke(accessToken);
    await expect(proxy.users({ ids: ['1'] })).rejects.toMatchObject({ code: 'AUTH', status: 401 });
  });
});
