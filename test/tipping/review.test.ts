import { describe, expect, test } from 'vitest';
import { openWhole } from '../../src/core/client.ts';
import { hours, seconds } from '../../src/core/time.ts';
import { json } from '../../src/mock/answer.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import { openLive, type TippingQuestions } from '../../src/tipping/events.ts';
import { createTipping, type SessionStore, type TippingOptions, tokensToCurrency } from '../../src/tipping/index.ts';
import { as, client, movable, platform } from './client.ts';

const refused = json(429, { error: 'RATE_LIMIT_EXCEEDED', message: 'slow', code: 'X', details: { retry_after: 900 } });
const old = json(401, { error: 'AUTHENTICATION_REQUIRED', message: 'old', code: 'X' });

describe('what is known of a payment', () => {
  test.each([
    ['cut after a 401', [old, 'reset'], 'NETWORK', 'maybe'],
    ['refused after a cut', ['reset', refused], 'RATE_LIMITED', 'maybe'],
    ['cut after a refusal', [json(503, {}), 'reset', 'reset'], 'NETWORK', 'maybe'],
    ['refused alone', [refused], 'RATE_LIMITED', 'yes'],
  ] as const)('TP-17 %s: the error says what the ledger may hold', async (_, plan, code, sent) => {
    const host = await platform();
    const ada = await as('ada', host, { retry: { limit: plan.length - 1, base: 1 } });
    const toUserId = host.controls.account('mira').user.id;
    const left = [...plan];
    host.instead = ({ path }) => (path.endsWith('/transfer') ? left.shift() : undefined);
    if (plan[0] === old) host.controls.sessions.expire();
    // A 401 is no attempt that counts: the second cut is its own retry.
    if (plan[0] === old) left.push('reset');
    await expect(ada.wallet.transfer({ toUserId, tokens: 5 })).rejects.toMatchObject({ code, sent });
    expect(host.controls.ledger).toEqual([]);
  });

  test('TP-17 refused with 401, and no new token to be had: nothing was paid', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = ({ path }) => (path.endsWith('/transfer') ? old : path.endsWith('/refresh') ? 'reset' : undefined);
    await expect(ada.wallet.transfer({ toUserId: 'mira', tokens: 5 })).rejects.toMatchObject({
      code: 'NETWORK',
      sent: 'no',
    });
  });

  test.each(['', ' ', 'two\nlines', 'schlüssel\u{1F511}', 5, null])(
    'TP-17 a key that no header can hold is a mistake, and nothing is sent: %j',
    async (key) => {
      const host = await platform();
      const ada = await as('ada', host, { retry: { limit: 2, base: 1 } });
      const before = host.arrivals.length;
      const options = { idempotencyKey: key as string };
      await expect(ada.wallet.transfer({ toUserId: 'mira', tokens: 5 }, options)).rejects.toMatchObject({
        code: 'VALIDATION',
        sent: 'no',
      });
      expect(host.arrivals).toHaveLength(before);
    },
  );

  test('TP-17 where the platform knows no keys, one that is given does not make it safe to pay again', async () => {
    const host = await platform();
    const ada = await as('ada', host, { idempotency: false, retry: { limit: 3, base: 1 } });
    const before = host.arrivals.length;
    host.instead = () => 'reset';
    const paid = ada.wallet.transfer({ toUserId: 'mira', tokens: 5 }, { idempotencyKey: 'order-17' });
    await expect(paid).rejects.toMatchObject({ code: 'NETWORK', sent: 'maybe', attempts: 1 });
    expect(host.arrivals).toHaveLength(before + 1);
  });

  test('TP-15 TP-17 nobody pays for another: what waited in the queue is not sent for whoever signed in meanwhile', async () => {
    const host = await platform();
    const clock = movable();
    let open: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      open = resolve;
    });
    let queued: () => void = () => {};
    const inQueue = new Promise<void>((resolve) => {
      queued = resolve;
    });
    const limiter = {
      state: () => undefined,
      async acquire(key: string) {
        if (key.endsWith('tipping')) {
          queued();
          await waiting;
        }
        return { release() {} };
      },
    };
    const anybody = await as('ada', host, { clock, limiter });
    const toUserId = host.controls.account('mira').user.id;
    const paid = anybody.wallet.transfer({ toUserId, tokens: 5 });
    paid.catch(() => {});
    await inQueue;
    await anybody.auth.login({ username: 'grace', password: host.controls.password });
    open();
    await expect(paid).rejects.toMatchObject({ code: 'AUTH', sent: 'no' });
    expect(host.controls.ledger).toEqual([]);
  });

  test('TP-23 digits that no currency has are a mistake', () => {
    for (const digits of [-1, 0.5, Number.NaN, 1e9, Number.POSITIVE_INFINITY])
      expect(() => tokensToCurrency(100, 100, digits)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
    expect(tokensToCurrency(100, 100, 0)).toBe(1);
    expect(Object.is(tokensToCurrency(-0, 100), 0)).toBe(true);
  });
});

describe('signing out', () => {
  test.each(['lock', 'delete'] as const)('TP-14 forgets the session also where the store fails: %s', async (what) => {
    const host = await platform();
    const inner = memoryStore();
    let broken = false;
    const fail = () => Promise.reject(new Error('disk full'));
    const store: SessionStore = {
      ...inner,
      delete: (key) => (broken && what === 'delete' ? fail() : inner.delete(key)),
      lock: (_, run) => (broken && what === 'lock' ? fail() : run(store)),
    };
    const ada = await as('ada', host, { store });
    broken = true;
    await expect(ada.auth.logout()).rejects.toMatchObject({ code: 'STORE' });
    broken = false;
    await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'AUTH' });
    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    expect(await ada.auth.me()).toMatchObject({ username: 'ada' });
  });

  test('TP-14 hands back the refresh token that is good, where the access token had to be renewed first', async () => {
    const host = await platform();
    const clock = movable();
    const values = new Map<string, unknown>();
    const ada = await as('ada', host, { clock, store: values });
    clock.move(hours(1) + seconds(1));
    await ada.auth.logout();
    const bodies = host.arrivals.flatMap(({ path, body }) => (/refresh|logout/.test(path) ? [JSON.parse(body)] : []));
    expect(bodies).toHaveLength(2);
    expect(bodies[1].refresh_token).not.toBe(bodies[0].refresh_token);
  });
});

describe('a session that was refused', () => {
  test('TP-11 is gone: the next call sends nothing, however long after, and tells nobody again', async () => {
    const host = await platform();
    const clock = movable();
    const ada = await as('ada', host, { clock });
    const told: unknown[] = [];
    ada.on('sessionExpired', (event) => told.push(event));
    host.controls.sessions.expire();
    host.instead = ({ path }) => (path.endsWith('/refresh') ? json(403, {}) : undefined);
    await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    const before = host.arrivals.length;
    clock.move(seconds(5));
    await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'SESSION_EXPIRED', sent: 'no' });
    expect(host.arrivals).toHaveLength(before);
    expect(told).toHaveLength(1);
  });

  test('TP-2 a host that is not named is said to be missing, with the option to give', () => {
    for (const options of [undefined, {}, { baseUrl: '' }])
      expect(() => createTipping(options as TippingOptions)).toThrow('the option baseUrl is missing or empty');
  });
});

describe('a ledger', () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ id: `t${from + index}`, amount_tokens: 1 }));
  const ids = async (all: AsyncIterable<{ id: string }>) => {
    const found: string[] = [];
    for await (const { id } of all) found.push(id);
    return found;
  };

  test.each([
    ['has_more', (page: number) => ({ has_more: page < 3 })],
    ['pages', () => ({ pages: 3 })],
    ['total and limit', () => ({ total: 9, limit: 3 })],
  ])('TP-33 TP-34 goes on to its end where the answer does not say which page it is: %s', async (_, said) => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = ({ path }) => {
      const page = Number(new URL(path, host.baseUrl).searchParams.get('page') ?? 1);
      return json(200, { transactions: page > 3 ? [] : lines(page * 3 - 3, page * 3), ...said(page) });
    };
    expect(await ids(ada.wallet.transactions.all())).toHaveLength(9);
    expect(await ids(ada.wallet.transactions.all({ page: 2 }))).toHaveLength(6);
  });

  test('TP-33 that gives the same page again and again, and says that there is more, is UPSTREAM', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = () => json(200, { transactions: lines(0, 3), has_more: true });
    await expect(ids(ada.wallet.transactions.all())).rejects.toMatchObject({ code: 'UPSTREAM' });
  });
});

describe('streams that come and go', () => {
  const nothing = async () => undefined;
  const questions = { probe: nothing, stream: nothing, tips: { withMeta: nothing } } as unknown as TippingQuestions;
  class Silent extends EventTarget {
    readyState = 0;
    send() {}
    close() {}
  }

  test('TP-29 leave little behind: of 5,000 that were watched, the latest are remembered, and those that are watched', async () => {
    const connection = openWhole(tipping, {
      baseUrl: 'http://127.0.0.1:9/v1',
      logger: false,
      WebSocket: Silent as unknown as typeof WebSocket,
    });
    const held = new Set<unknown>();
    const { onClose } = connection;
    connection.onClose = (run) => {
      held.add(run);
      const forget = onClose(run);
      return () => {
        held.delete(run);
        forget();
      };
    };
    const live = openLive(connection, questions);
    const of = (index: number) => live.tips({ streamId: `s${index}` });
    const first = of(0);
    const stop = first.subscribe(() => {});
    const early = of(1);
    for (let index = 1; index < 5000; index += 1) of(index).subscribe(() => {})();
    expect(held.size).toBeLessThan(150);
    // One that is watched is the same for whoever comes later.
    await live.simulate({ channel: 's0' });
    expect(of(0).stats().eventsProcessed + first.stats().eventsProcessed).toBe(1);
    // One that was let go of still ends with its client when it is watched again.
    let ended = false;
    early.subscribe(() => {});
    early.on('end', () => {
      ended = true;
    });
    await connection.close();
    expect(ended).toBe(true);
    stop();
  });
});

describe('what a platform may say', () => {
  const hostile = [
    { access_token: 5, refresh_token: 'x' },
    { access_token: '', refresh_token: 'x' },
    { access_token: 'one', refresh_token: 5 },
    { access_token: 'one', refresh_token: '' },
    { access_token: 'one', refresh_token: null, expires_in: '3600' },
    { access_token: 'one', refresh_token: { toString: null }, expires_in: -5 },
  ];
  test.each(hostile)(
    'TP-5 TP-7 tokens of any kind are kept or refused with a code, never with a crash: %j',
    async (tokens) => {
      const host = await platform();
      const ada = client(host);
      host.instead = () => json(200, { ...tokens, user: { id: 'one', username: 'ada' } });
      const tried = [
        ada.auth.login({ email: 'a@example.test', password: 'not-a-secret' }),
        ada.auth.register({ email: 'a@example.test', password: 'not-a-secret' }),
        ada.auth.refresh({ refreshToken: 'not-a-secret-token' }),
      ];
      for (const result of await Promise.allSettled(tried))
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'SCHEMA' });
      host.instead = undefined;
      await expect(ada.auth.refresh()).rejects.toHaveProperty('code');
      await expect(ada.auth.me()).rejects.toHaveProperty('code');
    },
  );

  test('TP-21 a preference may be called like anything', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const { id } = host.controls.account('ada').user;
    await ada.users.updatePreferences(id, JSON.parse('{"constructor":1,"toString":2,"__proto__":3}'));
    expect(host.arrivals.at(-1)?.body).toBe('{"constructor":1,"toString":2,"__proto__":3}');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('TP-17 a key is made also where a page may not use crypto.randomUUID', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const { randomUUID } = crypto;
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      await ada.wallet.transfer({ toUserId: host.controls.account('mira').user.id, tokens: 5 });
      await ada.wallet.transfer({ toUserId: host.controls.account('mira').user.id, tokens: 5 });
    } finally {
      Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
    }
    const keys = host.controls.ledger.map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    expect(keys.join('')).toMatch(/^[!-~]{30,}$/);
  });
});

describe('signing out with a slow store', () => {
  test('TP-14 ends with the signal of the call, and the session is forgotten at once', async () => {
    const host = await platform();
    const inner = memoryStore();
    let stuck = false;
    const store: SessionStore = {
      ...inner,
      get: (key) => (stuck ? new Promise(() => {}) : inner.get(key)),
    };
    const ada = await as('ada', host, { store });
    stuck = true;
    const controller = new AbortController();
    const out = ada.auth.logout({ signal: controller.signal });
    controller.abort();
    const late = new Promise((resolve) => setTimeout(resolve, 500, 'late'));
    expect(await Promise.race([out.catch(({ code }) => code), late])).toBe('ABORTED');
  });
});
