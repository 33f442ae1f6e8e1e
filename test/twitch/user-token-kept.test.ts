import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { type TwitchTokenStore, userToken } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { until } from '../support/polled.ts';
import { gate } from '../support/server.ts';
import { type Hosted, hostTwitch } from './host.ts';

const clientSecret = 'not-a-secret-client';
const key = 'tipstream:twitch:mockclientid:token';
const mira = { logins: ['mira'] };

/** What a sign-in of mira gives, with an access token that is no good any more. */
const stale = ({ controls }: Hosted) => {
  const { accessToken, refreshToken = '' } = controls.issue({ login: 'mira' });
  controls.revoke(accessToken, { keep: true });
  return { accessToken, refreshToken };
};

describe('a renewal that is under way when the client ends', () => {
  it.each(['close()', 'its signal'])(
    'TW-44 is waited for and kept, as the refresh token is used up by it: %s',
    async (by) => {
      const held = gate();
      const twitch = await hostTwitch({}, ({ path }) =>
        path.endsWith('/token') ? held.opened.then(() => undefined) : undefined,
      );
      const given = stale(twitch);
      const store = memoryStore();
      const auth = () => userToken({ clientSecret, ...given, store });
      const controller = new AbortController();
      const client = twitch.client({ auth: auth(), signal: controller.signal });
      const asked = failure(client.users(mira));
      await twitch.server.arrived(2);
      if (by === 'its signal') controller.abort();
      const closing = client.close();
      expect(await asked).toMatchObject({ code: 'ABORTED' });
      held.open();
      await closing;
      expect(await store.get(key)).toMatchObject({ v: 1 });
      // A restart goes on with it.
      expect((await twitch.client({ auth: auth() }).users(mira)).items).toHaveLength(1);
      expect(twitch.asked('/token')).toHaveLength(1);
    },
  );

  it('TW-44 is waited for as long as for any answer, and no longer', async () => {
    const clock = testClock();
    const twitch = await hostTwitch({ clock }, ({ path }) => (path.endsWith('/token') ? 'silence' : undefined));
    const client = twitch.client({ auth: userToken({ clientSecret, ...stale(twitch) }) });
    const asked = failure(client.users(mira));
    await twitch.server.arrived(2);
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    await clock.advance(seconds(10) - 1);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(await asked).toMatchObject({ code: 'ABORTED' });
    expect(clock.pending).toBe(0);
  });

  it('TW-44 and what the store would not take is written once more', async () => {
    const twitch = await hostTwitch();
    const inner = memoryStore();
    let broken = true;
    const store: TwitchTokenStore = {
      ...inner,
      set(name: string, value: unknown) {
        if (broken) throw new Error('away');
        return inner.set(name, value);
      },
    };
    const client = twitch.client({ auth: userToken({ clientSecret, ...stale(twitch), store }) });
    await client.users(mira);
    expect(await inner.get(key)).toBe(undefined);
    broken = false;
    await client.close();
    expect(await inner.get(key)).toMatchObject({ v: 1 });
  });

  it('TW-44 a client that was closed before it was made asks nothing', async () => {
    const twitch = await hostTwitch();
    const client = twitch.client({ auth: userToken({ clientSecret, ...stale(twitch) }), signal: AbortSignal.abort() });
    expect(await failure(client.verify())).toMatchObject({ code: 'ABORTED' });
    expect(await failure(client.users(mira))).toMatchObject({ code: 'ABORTED' });
    expect(twitch.server.arrivals).toHaveLength(0);
  });
});

describe('requests that share nothing, as in workerd', () => {
  it('TW-44 are both answered though each renews, and the refresh token is used up by one', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    onTestFinished(() => void vi.unstubAllGlobals());
    const twitch = await hostTwitch();
    const { refreshToken } = stale(twitch);
    const client = twitch.client({ auth: userToken({ refreshToken }) });
    const answers = await Promise.all(['1', '2'].map((id) => client.users({ ids: [id] })));
    expect(answers).toHaveLength(2);
    expect(twitch.asked('/token')).toHaveLength(2);
  });
});

describe('a store of a user token', () => {
  it('XS-8 that repeats what it was given without its name shows no token in the log', async () => {
    const twitch = await hostTwitch();
    const given = stale(twitch);
    const lines: string[] = [];
    const store: TwitchTokenStore = {
      ...memoryStore(),
      set(_name: string, value: unknown) {
        throw new Error(`insert failed, params: ${Object.values(Object(value)).join(', ')}`);
      },
    };
    const write = (line: string): void => void lines.push(line);
    const client = twitch.client({
      auth: userToken({ clientSecret, ...given, store }),
      logger: { warn: write, error: write },
    });
    await client.users(mira);
    expect(lines.join()).toContain('insert failed');
    const secrets = [...twitch.controls.state.tokens.values()].flatMap((one) => [one.accessToken, one.refreshToken]);
    for (const secret of secrets) if (secret) expect(lines.join()).not.toContain(secret);
  });

  it('TW-44 in which others are faster twice is looked into until there is a pair that is good', async () => {
    const twitch = await hostTwitch();
    const first = stale(twitch);
    const from = createHash('sha256').update(first.refreshToken).digest('hex');
    const pair = ({ accessToken, refreshToken }: typeof first, expiresAt: number) => ({
      v: 1,
      from,
      accessToken,
      refreshToken,
      expiresAt,
    });
    const { controls } = twitch;
    controls.revoke(first.accessToken);
    const second = stale(twitch);
    controls.revoke(second.accessToken);
    const { accessToken, refreshToken = '' } = controls.issue({ login: 'mira' });
    const shown = [undefined, pair(second, 1), pair({ accessToken, refreshToken }, Date.now() + seconds(3600))];
    const store: TwitchTokenStore = { ...memoryStore(), get: () => (shown.length > 1 ? shown.shift() : shown[0]) };
    const client = twitch.client({ auth: userToken({ clientSecret, ...first, accessToken: undefined, store }) });
    expect((await client.users(mira)).items).toHaveLength(1);
    expect(twitch.asked('/token')).toHaveLength(2);
  });

  it('TW-44 that gives an old pair back loses nobody the pair in hand', async () => {
    const twitch = await hostTwitch();
    const given = stale(twitch);
    const inner = memoryStore();
    // As a store that is only consistent after a while.
    let first: unknown;
    const store: TwitchTokenStore = {
      ...inner,
      get: () => first,
      set(_name: string, value: unknown) {
        first ??= value;
      },
    };
    const client = twitch.client({ auth: userToken({ clientSecret, ...given, store }), cache: false });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await client.users(mira)).items).toHaveLength(1);
      const [newest] = [...twitch.controls.state.tokens.values()].slice(-1);
      twitch.controls.revoke(newest?.accessToken ?? '', { keep: true });
    }
  });

  it('TW-44 whose late answer is about an older pair does not make the newest count as kept', async () => {
    const inner = memoryStore();
    const late = gate();
    let writes = 0;
    const store: TwitchTokenStore = {
      ...inner,
      async set(name: string, value: unknown) {
        writes += 1;
        if (writes === 4) await late.opened;
        else if (writes < 6) throw new Error('away');
        await inner.set(name, value);
      },
    };
    const slow = gate();
    const twitch = await hostTwitch({}, async ({ query }) => {
      if (query.get('id') === '7') await slow.opened;
      return undefined;
    });
    const { state, revoke } = twitch.controls;
    const newest = () => [...state.tokens.values()].at(-1);
    const client = twitch.client({ auth: userToken({ clientSecret, ...stale(twitch), store }), cache: false });
    await client.users(mira);
    const second = newest();
    const early = client.users({ ids: ['7'] });
    await until(() => twitch.asked().some(({ query }) => query.get('id') === '7'));
    const other = client.users({ ids: ['8'] });
    await until(() => writes === 4);
    revoke(second?.accessToken ?? '', { keep: true });
    slow.open();
    await until(() => writes === 5);
    late.open();
    await Promise.all([early, other]);
    expect(newest()).not.toBe(second);
    await client.users(mira);
    expect(await inner.get(key)).toMatchObject({ refreshToken: newest()?.refreshToken });
  });
});
