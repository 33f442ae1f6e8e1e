import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { type TwitchTokenStore, type UserTokenStored, userToken } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { type ClientGiven, type Hosted, hostTwitch } from './host.ts';

const clientSecret = 'not-a-secret-client';
const key = 'tipstream:twitch:mockclientid:token';

/** What a sign-in of mira gives. */
const signIn = ({ controls }: Hosted, options: { seconds?: number } = {}) => {
  const { accessToken, refreshToken = '' } = controls.issue({ login: 'mira', ...options });
  return { accessToken, refreshToken };
};
const clientOf = (twitch: Hosted, options: UserTokenStored, more: ClientGiven = {}) =>
  twitch.client({ auth: userToken({ clientSecret, ...options }), cache: false, ...more });
const refreshes = ({ asked }: Hosted) =>
  asked('/token').map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const mira = { logins: ['mira'] };

describe("a user's token", () => {
  it('TW-44 is used as it is as long as it is good', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    await clientOf(twitch, given).users(mira);
    expect(refreshes(twitch)).toEqual([]);
    expect(twitch.asked()[0]?.headers.authorization).toBe(`Bearer ${given.accessToken}`);
  });

  it('TW-35 TW-44 that is refused is renewed once for everybody, with a form', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const client = clientOf(twitch, given);
    twitch.controls.revoke(given.accessToken, { keep: true });
    await Promise.all(['1', '2', '3', '4'].map((id) => client.users({ ids: [id] })));
    expect(refreshes(twitch)).toEqual([
      {
        client_id: 'mockclientid',
        client_secret: clientSecret,
        grant_type: 'refresh_token',
        refresh_token: given.refreshToken,
      },
    ]);
    await client.verify();
    expect(refreshes(twitch)).toHaveLength(1);
  });

  it('TW-44 is made where there is only a refresh token, and renewed before it expires', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock });
    const client = clientOf(twitch, { refreshToken: signIn(twitch).refreshToken });
    await Promise.all([client.users(mira), client.users({ ids: ['1'] }), client.verify()]);
    expect(refreshes(twitch)).toHaveLength(1);
    await clock.advance(seconds(14_400 - 61));
    await client.users(mira);
    expect(refreshes(twitch)).toHaveLength(1);
    await clock.advance(seconds(1));
    await client.users(mira);
    expect(refreshes(twitch)).toHaveLength(2);
    expect(twitch.asked().every(({ headers }) => headers.authorization !== undefined)).toBe(true);
  });

  it('TW-44 is not asked for before the time that a refusal named, however many calls need it', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock });
    const client = clientOf(twitch, { refreshToken: signIn(twitch).refreshToken }, { retry: 0 });
    twitch.controls.next('/token', { status: 429, headers: { 'retry-after': '30' }, body: '{}' });
    expect(await failure(client.users(mira))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 30_000 });
    await clock.advance(seconds(29));
    expect(await failure(client.users({ ids: ['1'] }))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(refreshes(twitch)).toHaveLength(1);
    await clock.advance(seconds(1));
    await client.users(mira);
    expect(refreshes(twitch)).toHaveLength(2);
  });

  it('TW-44 keeps what replaced it before it is used, so a restart goes on', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const inner = memoryStore();
    const order: string[] = [];
    const store: TwitchTokenStore = {
      ...inner,
      set: (name: string, value: unknown) => {
        order.push(`kept ${name}`);
        return inner.set(name, value);
      },
    };
    twitch.controls.revoke(given.accessToken, { keep: true });
    const before = clientOf(twitch, { ...given, store });
    before.on('request', ({ endpoint }) => order.push(endpoint));
    await before.users(mira);
    await before.close();
    expect(order).toEqual(['users', `kept ${key}`, 'users']);
    await clientOf(twitch, { ...given, store }).users(mira);
    expect(refreshes(twitch)).toHaveLength(1);
    expect(await inner.get(key)).toMatchObject({
      v: 1,
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
    });
    expect(JSON.stringify(await inner.get(key))).not.toContain(given.refreshToken);
  });

  it('TW-44 that another program has renewed is taken from the store, and not renewed again', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const store = memoryStore();
    const [one, other] = [clientOf(twitch, { ...given, store }), clientOf(twitch, { ...given, store })];
    await Promise.all([one.users(mira), other.users(mira)]);
    twitch.controls.revoke(given.accessToken, { keep: true });
    await one.users(mira);
    await other.users(mira);
    expect(refreshes(twitch)).toHaveLength(1);
  });

  it('TW-44 that two programs renew at the same moment is good in both, though the refresh token is used up by one', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const store = memoryStore();
    twitch.controls.revoke(given.accessToken, { keep: true });
    const clients = [1, 2, 3].map(() => clientOf(twitch, { ...given, store }));
    const answers = await Promise.all(clients.map((client) => client.users(mira)));
    expect(answers.map(({ items }) => items.length)).toEqual([1, 1, 1]);
  });

  it('TW-44 of a new sign-in is not passed over for what the store still has', async () => {
    const twitch = await hostTwitch();
    const store = memoryStore();
    const old = signIn(twitch);
    twitch.controls.revoke(old.accessToken, { keep: true });
    await clientOf(twitch, { ...old, store }).users(mira);
    const fresh = signIn(twitch);
    await clientOf(twitch, { ...fresh, store }).users(mira);
    expect(twitch.asked().at(-1)?.headers.authorization).toBe(`Bearer ${fresh.accessToken}`);
  });

  it('TW-33 whose refresh token is used up ends with SESSION_EXPIRED, and says to sign in again', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    twitch.controls.revoke(given.accessToken);
    const client = clientOf(twitch, given);
    const error = await failure(client.users(mira));
    expect(error).toMatchObject({ code: 'SESSION_EXPIRED', fatal: true, endpoint: 'refreshToken', status: 400 });
    expect(error.message).toContain('let the user sign in again');
    expect(await client.verify()).toMatchObject({ ok: false, message: expect.stringContaining('sign in again') });
  });

  it('a store that cannot be written is said, the token works, and it is written with the next call', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const inner = memoryStore();
    const lines: string[] = [];
    let broken = true;
    const store: TwitchTokenStore = {
      ...inner,
      set(name: string, value: unknown) {
        if (broken) throw new Error(`disk full: ${JSON.stringify(value)}`);
        return inner.set(name, value);
      },
    };
    twitch.controls.revoke(given.accessToken, { keep: true });
    const write = (line: string): void => void lines.push(line);
    const client = clientOf(twitch, { ...given, store }, { logger: { warn: write, error: write } });
    await client.users(mira);
    expect(lines.join()).toContain('is not stored yet');
    broken = false;
    await client.users(mira);
    expect(await inner.get(key)).toMatchObject({ v: 1 });
    expect(refreshes(twitch)).toHaveLength(1);
    expect(lines.join()).not.toMatch(/not-a-secret/);
  });

  it('a store that cannot be read is STORE, and nothing is used up', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const store: TwitchTokenStore = {
      ...memoryStore(),
      get() {
        throw new Error(`no connection with ${given.refreshToken}`);
      },
    };
    const error = await failure(clientOf(twitch, { ...given, store }).users(mira));
    expect(error).toMatchObject({ code: 'STORE', retryable: true });
    expect(inspect(error, { depth: 9 })).not.toMatch(/not-a-secret/);
    expect(twitch.server.arrivals).toHaveLength(0);
  });

  it('forget() deletes it from the store', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const store = memoryStore();
    twitch.controls.revoke(given.accessToken, { keep: true });
    const client = clientOf(twitch, { ...given, store, key: 'tokens of mira' });
    await client.users(mira);
    expect(await store.get('tokens of mira')).toBeDefined();
    await client.forget();
    expect(await store.get('tokens of mira')).toBeUndefined();
  });

  it("TW-35 may be renewed by the app's own function, called once however many calls wait", async () => {
    const twitch = await hostTwitch();
    const good = signIn(twitch);
    const refresh = vi.fn(async (_stale: string) => good.accessToken);
    const client = twitch.client({ auth: userToken({ accessToken: 'not-a-secret-stale', refresh }) });
    await Promise.all([client.users(mira), client.users({ ids: ['1'] }), client.verify()]);
    await client.users({ ids: ['2'] });
    expect(refresh.mock.calls).toEqual([['not-a-secret-stale']]);
    const first = vi.fn(async (_stale: string) => good.accessToken);
    await twitch.client({ auth: userToken({ refresh: first }) }).users(mira);
    expect(first.mock.calls).toEqual([['']]);
  });

  it('TW-44 with the secret of the app is CONFIG in a page; without it, as apps without a server have it, it is none', () => {
    expect(() => userToken({ refreshToken: '' })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    vi.stubGlobal('document', {});
    try {
      expect(() => userToken({ refreshToken: 'x', clientSecret })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
      expect(userToken({ refreshToken: 'x' }).kind).toBe('user');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('TW-36 keeps its bucket and its kept answers while it changes, where it has a key', async () => {
    const twitch = await hostTwitch();
    const given = signIn(twitch);
    const client = clientOf(twitch, { ...given, key: 'mira' }, { cache: {} });
    await client.users(mira);
    const [bucket] = Object.keys(client.rateLimits());
    twitch.controls.revoke(given.accessToken, { keep: true });
    await client.users({ ids: ['1'] });
    expect(Object.keys(client.rateLimits())).toEqual([bucket]);
    expect((await client.users.withMeta(mira)).meta.cache).toBe('HIT');
  });
});
