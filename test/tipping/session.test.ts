import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { json } from '../../src/mock/answer.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import type { SessionExpired, SessionStore } from '../../src/tipping/index.ts';
import { sessionOf } from '../../src/tipping/tokens.ts';
import { gate } from '../support/server.ts';
import { as, client, movable, platform } from './client.ts';

const seconds = 1000;
const refreshes = 'POST /auth/refresh';

/** A store that shows what is in it. */
function glass() {
  const values = new Map<string, { access: string; refresh: string } | undefined>();
  return {
    values,
    get session() {
      return [...values.values()][0];
    },
  };
}

const jwt = (claims: object): string => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('how long a token lives', () => {
  const now = Date.UTC(2026, 0, 1);
  const ends = (tokens: { access_token: string; expires_in?: number }) => sessionOf(tokens, now, 'id').expiresAt - now;

  test('TP-5 is what expires_in says, else what is written in it, else an hour', () => {
    expect(ends({ access_token: 'opaque', expires_in: 3600 })).toBe(3600 * seconds);
    expect(ends({ access_token: jwt({ exp: now / 1000 + 900 }) })).toBe(900 * seconds);
    // The clock of the platform is an hour ahead of ours: its two times are from one clock.
    expect(
      ends({ access_token: jwt({ iat: now / 1000 + 3600, exp: now / 1000 + 3600 + 900, name: 'Gr\u00fc\u00dfe' }) }),
    ).toBe(900 * seconds);
    for (const access_token of ['opaque', 'a.b.c', `x.${btoa('5')}.x`, jwt({ exp: 'soon' }), ''])
      expect(ends({ access_token })).toBe(3600 * seconds);
  });

  test('TP-6 it is renewed a minute before, or after half its life where that is short', () => {
    const early = (expires_in: number) => {
      const { expiresAt, renewAt } = sessionOf({ access_token: 'x', expires_in }, now, 'id');
      return expiresAt - renewAt;
    };
    expect(early(3600)).toBe(60 * seconds);
    expect(early(60)).toBe(30 * seconds);
    expect(early(0.2)).toBe(100);
  });
});

describe('renewing', () => {
  test('TP-6 TP-7 happens a minute before the end, without a refused call, and the new refresh token replaces the old', async () => {
    const clock = movable();
    const host = await platform({ clock });
    const store = glass();
    const ada = await as('ada', host, { clock, store: store.values });
    const before = store.session;
    clock.move(3539 * seconds);
    await ada.wallet.balance();
    expect(host.count(refreshes)).toBe(0);
    clock.move(2 * seconds);
    await ada.wallet.balance();
    expect(host.count(refreshes)).toBe(1);
    expect(host.count('GET /wallet/balance')).toBe(2);
    const after = store.session;
    expect(after?.access).not.toBe(before?.access);
    expect(after?.refresh).not.toBe(before?.refresh);
    clock.move(3600 * seconds);
    await ada.wallet.balance();
    expect(host.controls.sessions).toMatchObject({ refreshes: 2, reuses: 0, revoked: 0 });
  });

  test('TP-6 happens after a 401, and the call is made again with the new token', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.controls.sessions.expire();
    expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(host.count(refreshes)).toBe(1);
    const [first, second] = host.arrivals.filter(({ path }) => path === '/v1/wallet/balance');
    expect(first?.headers.authorization).not.toBe(second?.headers.authorization);
  });

  test('TP-7 keeps the old refresh token where the platform gives no new one', async () => {
    const host = await platform();
    host.controls.switches.rotates = false;
    const store = glass();
    const ada = await as('ada', host, { store: store.values });
    const before = store.session?.refresh;
    expect(before).toMatch(/^\S+$/);
    host.controls.sessions.expire();
    await ada.wallet.balance();
    expect(store.session?.refresh).toBe(before);
    host.controls.sessions.expire();
    await ada.wallet.balance();
    expect(host.count(refreshes)).toBe(2);
  });

  test('TP-8 happens once for all calls that are refused together, and all of them succeed', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.controls.sessions.expire();
    const calls = Array.from({ length: 30 }, (_, index) => (index % 2 ? ada.wallet.balance() : ada.auth.me()));
    expect(await Promise.all(calls)).toHaveLength(30);
    expect(host.count(refreshes)).toBe(1);
  });

  test('TP-8 TP-12 happens once over all clients that share a store, and a login in one signs the others in', async () => {
    const host = await platform();
    const store = memoryStore();
    const one = client(host, { store });
    const two = client(host, { store });
    await expect(two.wallet.balance()).rejects.toMatchObject({ code: 'AUTH' });
    await one.auth.login({ email: 'ada@example.test', password: host.controls.password });
    await two.wallet.balance();
    host.controls.sessions.expire();
    await Promise.all([one, two, one, two].map((each) => each.wallet.balance()));
    expect(host.count(refreshes)).toBe(1);
    const other = client(host, { store, account: 'somebody else' });
    await expect(other.wallet.balance()).rejects.toMatchObject({ code: 'AUTH' });
  });

  test('TP-8 new calls wait for a renewal under way, and go out with the new token', async () => {
    const host = await platform();
    const store = memoryStore();
    const ada = await as('ada', host, { store });
    const other = client(host, { store });
    host.controls.sessions.expire();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    host.instead = async ({ path }) => {
      if (path.endsWith('/refresh')) await held;
      return undefined;
    };
    const first = ada.wallet.balance();
    await expect.poll(() => host.count(refreshes)).toBe(1);
    const later = Array.from({ length: 5 }, () => other.auth.me());
    await pause(30);
    expect(host.count('GET /auth/me')).toBe(0);
    release();
    await Promise.all([first, ...later]);
    // Equal questions at the same time are one.
    expect(host.count('GET /auth/me')).toBe(1);
  });

  test('TP-9 a 401 that comes late, for an older token, repeats the call without another renewal', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let first = true;
    host.instead = async ({ path }) => {
      if (!path.endsWith('/me') || !first) return undefined;
      first = false;
      await held;
      return json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'old', code: 'TOKEN_EXPIRED' });
    };
    const straggler = ada.auth.me();
    await expect.poll(() => host.count('GET /auth/me')).toBe(1);
    await ada.auth.refresh();
    release();
    expect(await straggler).toMatchObject({ username: 'ada' });
    expect(host.count(refreshes)).toBe(1);
    expect(host.count('GET /auth/me')).toBe(2);
  });

  test('TP-10 a call is repeated once; a second 401 is final', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = ({ path }) =>
      path.endsWith('/balance') ? json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'no', code: 'X' }) : undefined;
    await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'AUTH', status: 401, attempts: 2 });
    expect(host.count('GET /wallet/balance')).toBe(2);
    expect(host.count(refreshes)).toBe(1);
  });

  test('TP-11 TP-13 a refused renewal ends the session: one request, one event, no loop; public lists go on', async () => {
    const host = await platform();
    const store = glass();
    const ada = await as('ada', host, { store: store.values });
    const told: SessionExpired[] = [];
    ada.on('sessionExpired', (event) => told.push(event));
    host.instead = ({ path }) =>
      path.endsWith('/streams')
        ? undefined
        : json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'over', code: 'X' });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => ada.wallet.balance()));
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'SESSION_EXPIRED', fatal: true } });
    expect(host.count(refreshes)).toBe(1);
    expect(host.arrivals.find(({ path }) => path.endsWith('/refresh'))?.headers).not.toHaveProperty('authorization');
    expect(told).toEqual([{ platform: 'tipping', reason: expect.any(String) }]);
    expect(store.values.size).toBe(0);
    await expect(ada.auth.me()).rejects.toMatchObject({ code: 'SESSION_EXPIRED', sent: 'no', attempts: 0 });
    expect((await ada.streams.list()).items).toHaveLength(1);
    host.instead = undefined;
    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    expect(await ada.auth.me()).toMatchObject({ username: 'ada' });
    expect(told).toHaveLength(1);
  });

  test.each(['reset', 500, 503, 429, 408] as const)(
    'TP-11 a renewal that fails with %s keeps the session; the next call tries again',
    async (how) => {
      const clock = movable();
      const host = await platform({ clock });
      const ada = await as('ada', host, { clock });
      const told: unknown[] = [];
      ada.on('sessionExpired', (event) => told.push(event));
      host.controls.sessions.expire();
      host.instead = ({ path }) =>
        !path.endsWith('/refresh')
          ? undefined
          : how === 'reset'
            ? how
            : json(how, { error: 'X_Y', message: 'later', details: { retry_after: 0.01 } });
      const error = await ada.wallet.balance().catch((caught) => caught);
      expect(error.message).toMatch(/^tipping wallet\.balance: the session could not be renewed: /);
      expect(error).toMatchObject({ endpoint: 'wallet.balance', retryable: true });
      expect(told).toEqual([]);
      host.instead = undefined;
      clock.move(1.1 * seconds);
      expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
    },
  );

  test('TP-11 a renewal ahead of time that fails is no failure: the old token is good for another minute', async () => {
    const clock = movable();
    const host = await platform({ clock });
    const ada = await as('ada', host, { clock });
    clock.move(3550 * seconds);
    host.instead = ({ path }) => (path.endsWith('/refresh') ? 'reset' : undefined);
    expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(host.count(refreshes)).toBe(1);
  });

  test('a payment whose session could not be renewed was not sent, and says so', async () => {
    const clock = movable();
    const host = await platform({ clock });
    const ada = await as('ada', host, { clock });
    clock.move(3700 * seconds);
    host.instead = ({ path }) => (path.endsWith('/refresh') ? 'reset' : undefined);
    const toUserId = host.controls.account('mira').user.id;
    await expect(ada.wallet.transfer({ toUserId, tokens: 5 })).rejects.toMatchObject({
      code: 'NETWORK',
      sent: 'no',
      attempts: 0,
    });
    expect(host.controls.ledger).toEqual([]);
  });

  test('a renewal belongs to nobody: whoever leaves does not end it, and a client that closes waits for its answer', async () => {
    const host = await platform();
    const store = glass();
    const closer = new AbortController();
    const ada = await as('ada', host, { store: store.values, signal: closer.signal });
    const before = store.session?.access;
    host.controls.sessions.expire();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    host.instead = async ({ path }) => {
      if (path.endsWith('/refresh')) await held;
      return undefined;
    };
    const controller = new AbortController();
    const call = ada.wallet.balance({}, { signal: controller.signal });
    await expect.poll(() => host.count(refreshes)).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
    closer.abort();
    const closed = ada.close();
    release();
    await closed;
    expect(store.session?.access).not.toBe(before);
    host.instead = undefined;
    const next = client(host, { store: store.values });
    expect(await next.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(host.controls.sessions).toMatchObject({ reuses: 0, revoked: 0 });
  });
});

describe('the store', () => {
  test('TP-12 may be a Map, or anything with get, set and delete, asynchronous or not; a restart goes on', async () => {
    const host = await platform();
    for (const store of [new Map(), memoryStore(), slow(memoryStore())]) {
      const before = await as('ada', host, { store });
      await before.close();
      const after = client(host, { store });
      expect(await after.auth.me()).toMatchObject({ username: 'ada' });
    }
  });

  test('TP-12 is read again before a session is given up: another process may have renewed', async () => {
    const host = await platform();
    const values = memoryStore();
    // Two stores on one place without a lock, as two processes have.
    const here: SessionStore = { ...values };
    const there: SessionStore = { ...values };
    const one = await as('ada', host, { store: here });
    const two = client(host, { store: there });
    await two.wallet.balance();
    host.controls.sessions.expire();
    await one.wallet.balance();
    expect(await two.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(host.count(refreshes)).toBe(1);
    expect(host.controls.sessions).toMatchObject({ reuses: 0, revoked: 0 });
  });

  test('TP-12 has the last word, too, when the platform refused: what another process put there meanwhile is used', async () => {
    const host = await platform();
    host.controls.switches.reuseGrace = 60_000;
    const values = memoryStore();
    const one = await as('ada', host, { store: { ...values } });
    const two = client(host, { store: { ...values } });
    await two.wallet.balance();
    host.controls.sessions.expire();
    let late = false;
    host.instead = async ({ path }) => {
      if (!path.endsWith('/refresh') || late) return undefined;
      late = true;
      // While this one is on its way, the other client renews; then it is refused.
      await one.wallet.balance();
      return json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'used before', code: 'REFRESH_TOKEN_REUSED' });
    };
    const told: unknown[] = [];
    two.on('sessionExpired', (event) => told.push(event));
    expect(await two.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(told).toEqual([]);
  });

  test('TP-12 a session that was ended elsewhere is over here as well, and that is told once', async () => {
    const host = await platform();
    const values = memoryStore();
    const one = await as('ada', host, { store: { ...values } });
    const two = client(host, { store: { ...values } });
    const told: unknown[] = [];
    two.on('sessionExpired', (event) => told.push(event));
    await two.wallet.balance();
    await one.auth.logout();
    await expect(two.wallet.balance()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(two.wallet.balance()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(told).toHaveLength(1);
  });

  test('a store that fails loses nobody: the session lives on in memory, is written down later, and the log says so', async () => {
    const host = await platform();
    const inner = memoryStore();
    let broken = true;
    const lines: string[] = [];
    const store: SessionStore = {
      ...inner,
      set: (key, value) => (broken ? Promise.reject(new Error('disk full')) : inner.set(key, value)),
    };
    const ada = await as('ada', host, { store, logger: { warn: (line) => void lines.push(line) } });
    expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(lines.join()).toContain('disk full');
    host.controls.sessions.expire();
    await ada.wallet.balance();
    broken = false;
    host.controls.sessions.expire();
    await ada.wallet.balance();
    await ada.close();
    expect(await client(host, { store }).auth.me()).toMatchObject({ username: 'ada' });
    expect(host.controls.sessions).toMatchObject({ reuses: 0, revoked: 0 });
  });

  test('a store that cannot be read is STORE, with nothing of the session in the error', async () => {
    const host = await platform();
    const store: SessionStore = {
      get: () => Promise.reject(new Error('no such host')),
      set: () => true,
      delete: () => true,
    };
    await expect(client(host, { store }).wallet.balance()).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('no such host'),
      sent: 'no',
    });
    expect((await client(host, { store }).streams.list()).items).toHaveLength(1);
  });

  test('something else under its key is no session, and no failure', async () => {
    const host = await platform();
    for (const value of [5, 'text', { v: 2 }, null, { v: 1, access: 7 }]) {
      const store: SessionStore = { get: () => value, set: () => true, delete: () => true };
      await expect(client(host, { store }).wallet.balance()).rejects.toMatchObject({ code: 'AUTH' });
    }
  });
});

describe('signing in and out', () => {
  test('TP-14 logout tells the platform and forgets the session, also where the platform cannot be reached', async () => {
    const host = await platform();
    const store = glass();
    const ada = await as('ada', host, { store: store.values });
    const refresh = store.session?.refresh;
    await ada.auth.logout();
    expect(host.arrivals.at(-1)).toMatchObject({
      path: '/v1/auth/logout',
      body: JSON.stringify({ refresh_token: refresh }),
    });
    expect(store.values.size).toBe(0);
    await expect(ada.auth.me()).rejects.toMatchObject({ code: 'AUTH', sent: 'no' });
    await ada.auth.logout();
    expect(host.count('POST /auth/logout')).toBe(1);

    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    host.instead = () => 'reset';
    await expect(ada.auth.logout()).rejects.toMatchObject({ code: 'NETWORK' });
    expect(store.values.size).toBe(0);
    host.instead = undefined;
    await expect(ada.auth.me()).rejects.toMatchObject({ code: 'AUTH' });
  });

  test('a wrong password is AUTH, and leaves whoever is signed in signed in', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    await expect(ada.auth.login({ email: 'ada@example.test', password: 'not-a-secret-guess' })).rejects.toMatchObject({
      code: 'AUTH',
      status: 401,
      attempts: 1,
    });
    expect(await ada.auth.me()).toMatchObject({ username: 'ada' });
  });

  test('another login replaces the session: no answer for the first person reaches the second', async () => {
    const host = await platform();
    const anybody = await as('ada', host);
    host.controls.sessions.expire();
    await anybody.auth.me();
    await anybody.auth.login({ username: 'grace', password: host.controls.password });
    expect(await anybody.auth.me()).toMatchObject({ username: 'grace' });
    host.controls.sessions.expire();
    expect(await anybody.auth.me()).toMatchObject({ username: 'grace' });
  });

  test('core-14 another login while an answer is on its way: whoever asks then has an answer of their own', async () => {
    const host = await platform();
    const anybody = await as('ada', host);
    const { opened, open } = gate();
    let asked = 0;
    host.instead = async ({ path }) => {
      asked += path.endsWith('/auth/me') ? 1 : 0;
      if (asked === 1) await opened;
      return undefined;
    };
    const first = anybody.auth.me();
    await expect.poll(() => asked).toBe(1);
    host.instead = undefined;
    await anybody.auth.login({ username: 'grace', password: host.controls.password });
    const second = anybody.auth.me();
    open();
    expect([(await first).username, (await second).username]).toEqual(['ada', 'grace']);
  });

  test.each(['a renewal', 'a lost connection'])(
    'nobody pays for another: after %s a payment is not repeated for whoever signed in meanwhile',
    async (why) => {
      const host = await platform();
      const anybody = await as('ada', host, { retry: { limit: 2, base: 1 } });
      const toUserId = host.controls.account('mira').user.id;
      let asked = 0;
      host.instead = async ({ path }) => {
        if (!path.endsWith('/transfer')) return undefined;
        asked += 1;
        if (asked > 1) return undefined;
        await anybody.auth.login({ username: 'grace', password: host.controls.password });
        return why === 'a renewal'
          ? json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'old', code: 'X' })
          : 'reset';
      };
      await expect(anybody.wallet.transfer({ toUserId, tokens: 5 })).rejects.toMatchObject({
        code: 'AUTH',
        message: expect.stringContaining('somebody else has signed in'),
        // What is refused with 401 is not done.
        sent: why === 'a renewal' ? 'no' : 'maybe',
      });
      expect(asked).toBe(1);
      expect(host.controls.ledger).toEqual([]);
      await anybody.wallet.transfer({ toUserId, tokens: 5 });
      expect(host.controls.ledger).toMatchObject([{ from: host.controls.account('grace').user.id }]);
    },
  );

  test('registering signs in where the platform does, and only then', async () => {
    const host = await platform();
    const first = client(host);
    await first.auth.register({ email: 'one@example.test', password: 'not-a-secret-one' });
    expect(await first.auth.me()).toMatchObject({ email: 'one@example.test' });
    host.controls.switches.registerSignsIn = false;
    const second = client(host);
    expect(await second.auth.register({ email: 'two@example.test', password: 'not-a-secret-two' })).toMatchObject({
      user: { email: 'two@example.test' },
    });
    await expect(second.auth.me()).rejects.toMatchObject({ code: 'AUTH' });
  });

  test('a session that was begun elsewhere is taken up by its refresh token', async () => {
    const host = await platform();
    const { refresh_token: refreshToken = '' } = await (await as('ada', host)).auth.login({
      email: 'ada@example.test',
      password: host.controls.password,
    });
    const other = client(host);
    await other.auth.refresh({ refreshToken });
    expect(await other.auth.me()).toMatchObject({ username: 'ada' });
    await expect(client(host).auth.refresh()).rejects.toMatchObject({ code: 'AUTH' });
  });

  test('verify() says in a sentence whether somebody is signed in; forget() signs out here', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    expect(await ada.verify()).toMatchObject({ ok: true });
    await ada.forget();
    expect(await ada.verify()).toMatchObject({ ok: false, message: expect.stringContaining('nobody is signed in') });
  });
});

const slow = (store: SessionStore): SessionStore => ({
  get: async (key) => store.get(key),
  set: async (key, value) => store.set(key, JSON.parse(JSON.stringify(value))),
  delete: async (key) => store.delete(key),
});
