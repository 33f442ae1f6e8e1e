import { expect, test } from 'vitest';
import { json } from '../../src/mock/answer.ts';
import { as, platform } from './client.ts';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

test('TP-17 a tip and a purchase carry a key that is made once per call and is the same on every attempt', async () => {
  const host = await platform();
  const ada = await as('ada', host, { retry: { limit: 3, base: 1 } });
  const toUserId = host.controls.account('mira').user.id;
  let failures = 2;
  host.instead = ({ path }) => (path.includes('/wallet') && failures-- > 0 ? 'reset' : undefined);
  await ada.wallet.transfer({ toUserId, tokens: 5 });
  failures = 1;
  await ada.wallet.buy({ tokens: 5 });
  await ada.wallet.transfer({ toUserId, tokens: 5 });
  const keys = host.arrivals.flatMap(({ path, headers }) =>
    path.includes('/wallet') ? [headers['idempotency-key']] : [],
  );
  expect(keys).toHaveLength(6);
  for (const key of keys) expect(key).toMatch(uuid);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(new Set(keys.slice(3, 5)).size).toBe(1);
  expect(new Set(keys).size).toBe(3);
  expect(host.controls.ledger).toHaveLength(2);
});

test('TP-17 the key is the one of the app where it gives one: the same payment again is the same payment', async () => {
  const host = await platform();
  const toUserId = host.controls.account('mira').user.id;
  const before = await as('ada', host);
  const first = await before.wallet.transfer({ toUserId, tokens: 5 }, { idempotencyKey: 'order-17' });
  await before.close();
  const after = await as('ada', host);
  const second = await after.wallet.transfer.withMeta({ toUserId, tokens: 5 }, { idempotencyKey: 'order-17' });
  expect(second.data.id).toBe(first.id);
  expect(second.meta.headers.get('idempotent-replayed')).toBe('true');
  expect(host.controls.ledger).toMatchObject([{ key: 'order-17', tokens: 5 }]);
  await expect(after.wallet.transfer({ toUserId, tokens: 6 }, { idempotencyKey: 'order-17' })).rejects.toMatchObject({
    code: 'VALIDATION',
    status: 422,
  });
});

test('TP-17 without keys, a payment that may have arrived is never sent a second time', async () => {
  const host = await platform();
  const ada = await as('ada', host, { idempotency: false, retry: { limit: 3, base: 1 } });
  const toUserId = host.controls.account('mira').user.id;
  for (const how of ['reset', json(503, { error: 'X_Y', message: 'later' })] as const) {
    host.arrivals.length = 0;
    host.instead = () => how;
    await expect(ada.wallet.transfer({ toUserId, tokens: 5 })).rejects.toMatchObject({
      sent: how === 'reset' ? 'maybe' : 'yes',
      attempts: 1,
    });
    expect(host.arrivals).toHaveLength(1);
    expect(host.arrivals[0]?.headers).not.toHaveProperty('idempotency-key');
  }
});

test('XS-3 no other call that changes something is sent twice once it may have arrived', async () => {
  const host = await platform();
  const mira = await as('mira', host, { retry: { limit: 3, base: 1 } });
  host.instead = ({ method }) => (method === 'GET' ? undefined : 'reset');
  const { streamId } = host.controls;
  const calls = [
    () => mira.streams.create({ title: 'Songs' }),
    () => mira.streams.update(streamId, { title: 'Songs' }),
    () => mira.streams.end(streamId),
    () => mira.streams.start(streamId),
    () => mira.streams.join(streamId),
    () => mira.payouts.request({ amountTokens: 5 }),
    () => mira.moderation.report({ targetId: 'x', reason: 'spam' }),
    () => mira.kyc.submit({ number: 'X' }),
    () => mira.users.update(host.controls.account('mira').user.id, { bio: '' }),
  ];
  const before = host.arrivals.length;
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'NETWORK', sent: 'maybe', attempts: 1 });
  expect(host.arrivals).toHaveLength(before + calls.length);
});

test('TP-40 too few tokens is INSUFFICIENT_BALANCE, says what to do, and moves nothing', async () => {
  const host = await platform();
  const grace = await as('grace', host);
  const toUserId = host.controls.account('mira').user.id;
  await expect(grace.wallet.transfer({ toUserId, tokens: 21 })).rejects.toMatchObject({
    code: 'INSUFFICIENT_BALANCE',
    status: 402,
    sent: 'yes',
    retryable: false,
    message: expect.stringContaining('buy some with wallet.buy()'),
  });
  expect((await grace.wallet.balance()).token_balance).toBe(20);
  expect(host.controls.ledger).toEqual([]);
  const ada = await as('ada', host);
  // 1500, of which 100 are reserved.
  await expect(ada.wallet.transfer({ toUserId, tokens: 1401 })).rejects.toMatchObject({ code: 'INSUFFICIENT_BALANCE' });
  await ada.wallet.transfer({ toUserId, tokens: 1400 });
});

test('TP-41 whoever is not verified cannot make a stream: KYC_REQUIRED, which says what to do; after an approval they can', async () => {
  const host = await platform();
  const noor = await as('noor', host);
  await expect(noor.streams.create({ title: 'First' })).rejects.toMatchObject({
    code: 'KYC_REQUIRED',
    status: 403,
    message: expect.stringContaining('kyc.submit()'),
  });
  await expect((await as('ada', host)).streams.create({ title: 'Mine' })).rejects.toMatchObject({ code: 'PERMISSION' });
  const { id = '' } = await noor.kyc.submit({ document_type: 'passport' });
  await expect(noor.streams.create({ title: 'First' })).rejects.toMatchObject({ code: 'KYC_REQUIRED' });
  await (await as('root', host)).admin.approveKyc(id);
  expect(await noor.streams.create({ title: 'First' })).toMatchObject({ title: 'First', status: 'created' });
});

test('TP-22 a line of the account keeps its signs: negative tokens beside a positive amount', async () => {
  const host = await platform();
  const ada = await as('ada', host);
  await ada.wallet.transfer({ toUserId: host.controls.account('mira').user.id, tokens: 100 });
  expect((await ada.wallet.transactions()).items).toMatchObject([
    { amount_tokens: -100, amount_currency: 1, balance_after: 1400 },
  ]);
});

test('a transfer is read bare or in an envelope', async () => {
  const host = await platform();
  const ada = await as('ada', host);
  const toUserId = host.controls.account('mira').user.id;
  expect(await ada.wallet.transfer({ toUserId, tokens: 5 })).toMatchObject({
    tokens: 5,
    balance: { token_balance: 1495 },
  });
  host.controls.switches.transfers = 'bare';
  const bare = await ada.wallet.transfer({ toUserId, tokens: 5, isPrivate: true });
  expect(bare).toMatchObject({ tokens: 5, is_private: true });
  expect(bare).not.toHaveProperty('balance');
});
