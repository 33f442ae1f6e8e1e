import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import { json } from '../../src/mock/answer.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { availableTokens, createTipping, type SessionStore } from '../../src/tipping/index.ts';
import { as, client, movable, platform } from './client.ts';

test('a client is made although the logger throws that it warns', () => {
  const warn = (): never => {
    throw new Error('the disk is full');
  };
  expect(() => createTipping({ baseUrl: 'http://127.0.0.1:1/v1/', logger: { warn } })).not.toThrow();
});

describe('the way out', () => {
  test('TP-14 tells the platform of a session that has no refresh token, too', async () => {
    const host = await platform();
    const { access_token } = host.controls.issue('ada');
    host.instead = ({ path }) => (path.endsWith('/login') ? json(200, { access_token }) : undefined);
    const ada = await as('ada', host);
    await ada.auth.logout();
    expect(host.arrivals.at(-1)).toMatchObject({ path: '/v1/auth/logout', body: '{}' });
    expect(host.controls.sessions.revoked).toBe(1);
  });

  test('TP-11 a session that was refused is over, told once and not asked for again, also where the store cannot forget it', async () => {
    const host = await platform();
    const clock = movable();
    const store: SessionStore = { ...memoryStore(), delete: () => Promise.reject(new Error('disk full')) };
    const ada = await as('ada', host, { store, clock });
    const told: unknown[] = [];
    ada.on('sessionExpired', (event) => told.push(event));
    host.controls.sessions.expire();
    host.instead = ({ path }) => (path.endsWith('/refresh') ? json(401, {}) : undefined);
    for (let nth = 0; nth < 3; nth += 1) {
      await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
      clock.move(seconds(5));
    }
    expect(host.count('POST /auth/refresh')).toBe(1);
    expect(told).toHaveLength(1);
    host.instead = undefined;
    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
  });
});

describe('a platform that knows no keys', () => {
  test('TP-17 XS-3 is asked for no payout a second time, with a key of the app neither', async () => {
    const host = await platform();
    const mira = await as('mira', host, { idempotency: false, retry: { limit: 3, base: 1 } });
    const before = host.arrivals.length;
    host.instead = () => 'reset';
    const asked = mira.payouts.request({ amountTokens: 5 }, { idempotencyKey: 'payout-17' });
    await expect(asked).rejects.toMatchObject({ code: 'NETWORK', sent: 'maybe', attempts: 1 });
    expect(host.arrivals).toHaveLength(before + 1);
  });
});

test('TP-17 nobody pays for another, though who was signed in stood in the store only', async () => {
  const host = await platform();
  const values = memoryStore();
  await as('ada', host, { store: { ...values } });
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
  const after = client(host, { store: { ...values }, limiter });
  const paid = after.wallet.transfer({ toUserId: host.controls.account('mira').user.id, tokens: 5 });
  paid.catch(() => {});
  await inQueue;
  await after.auth.login({ username: 'grace', password: host.controls.password });
  open();
  await expect(paid).rejects.toMatchObject({ code: 'AUTH', sent: 'no' });
  expect(host.controls.ledger).toEqual([]);
});

describe('the socket', () => {
  /** A stream without a token, of a platform that answers every knock with this status. */
  const knocking = async (status: number) => {
    let knocks = 0;
    const server = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end('{"id":"evening","title":"x","status":"live"}'),
    );
    server.on('upgrade', (_, socket) => {
      knocks += 1;
      socket.on('error', () => {});
      socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    const tipping = createTipping({ baseUrl, socket: { auth: 'none' }, logger: false, random: () => 0 });
    onTestFinished(tipping.close);
    const ended: unknown[] = [];
    const stream = tipping.tips({ streamId: 'evening' });
    stream.on('end', (error) => ended.push(error?.code));
    stream.subscribe(() => {}, { onError: () => {} });
    return { ended, knocks: () => knocks };
  };

  test('TP-29 XS-5 without a token it comes back after a failure, though nobody is signed in', async () => {
    const { knocks, ended } = await knocking(502);
    await expect.poll(knocks).toBeGreaterThan(2);
    expect(ended).toEqual([]);
  });

  test('TP-29 XS-5 without a token a refusal is the end', async () => {
    const { knocks, ended } = await knocking(401);
    await expect.poll(() => ended).toEqual(['AUTH']);
    expect(knocks()).toBe(1);
  });

  test.each([
    { heartbeat: { every: 30, message: 'ping' } },
    { heartbeat: { every: Number.NaN, message: 'ping' } },
    { silence: 45 },
  ])('TP-29 %j is CONFIG: so many milliseconds would flood the platform, or end every connection', async (socket) => {
    const host = await platform();
    expect(() => client(host, { socket })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  test.each(['.', '..', '', undefined])('TP-44 a stream called %j leads out of no path: CONFIG', async (streamId) => {
    const host = await platform();
    expect(() => client(host).tips({ streamId: streamId as string })).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });
});

test('TP-34 a page parameter that an app names nothing for has its own name', async () => {
  const host = await platform();
  const ada = await as('ada', host, { paging: { page: undefined, limit: 'per_page' } });
  await ada.wallet.transactions({ page: 2, limit: 10 });
  expect(host.arrivals.at(-1)?.path).toBe('/v1/wallet/transactions?page=2&per_page=10');
});

test('TP-24 where the platform names nothing that is reserved, nothing is', () => {
  const balance = JSON.parse('{"token_balance":1500,"conversion_rate":100}');
  expect(availableTokens(balance)).toBe(1500);
});

test('TP-42 a card is in no error, as a number or in a list neither', async () => {
  const host = await platform();
  const ada = await as('ada', host);
  host.instead = () => json(400, { error: 'VALIDATION_ERROR', message: 'refused: 4242424242424242, 4000000000000002' });
  const failed = await ada.wallet
    .buy({ tokens: 5, paymentMethod: ['4242424242424242'], cardNumber: 4000000000000002 })
    .catch((error: Error) => error);
  expect(String((failed as Error).message)).toContain('refused');
  expect(`${JSON.stringify(failed)} ${(failed as Error).stack}`).not.toMatch(/4242424242424242|4000000000000002/);
});
